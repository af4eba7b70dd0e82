package io.github.elbo4j.estimate;

/** The mean of values that come one after the other, with its standard error (Welford 1962). */
final class Mean {
    private double mean; // of those that are finite
    private double squares;
    private double beyond; // the sum of those that are not
    private long count;

    void add(double value) {
        count++;
        if (!Double.isFinite(value)) {
            beyond += value;
            return;
        }
        double before = value - mean;
        mean += before / count;
        squares += before * (value - mean);
    }

    /**
     * As an estimate; infinite or NaN if a value is.
     *
     * @param drawsEach how many draws a value comes from
     */
    Estimate estimate(long drawsEach) {
        if (count == 0 || beyond != 0) { // NaN != 0
            return new Estimate(count == 0 ? Double.NaN : beyond, Double.NaN, count * drawsEach);
        }
        return new Estimate(mean, Math.sqrt(squares / (count - 1) / count), count * drawsEach);
    }
}
