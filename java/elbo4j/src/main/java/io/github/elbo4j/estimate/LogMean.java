package io.github.elbo4j.estimate;

/**
 * The mean of exp(f), and how exp(f) varies, over values f that come one after the other: in units of the largest, so that none
 * overflows, and by deviations from the mean (Welford 1962), so that nothing cancels where all are alike.
 */
final class LogMean {
    private double largest;
    private double mean; // of v = exp(f − largest)
    private double squares; // Σ(v − mean)²
    private long count;

    LogMean() {
        clear();
    }

    /** Begins anew. */
    void clear() {
        largest = Double.NEGATIVE_INFINITY;
        mean = 0;
        squares = 0;
        count = 0;
    }

    void add(double f) {
        if (f > largest) {
            double unit = StrictMath.exp(largest - f);
            mean *= unit;
            squares *= unit * unit;
            largest = f;
        }
        count++;
        double v = f == largest ? 1 : StrictMath.exp(f - largest); // not of ∞ − ∞
        double before = v - mean;
        mean += before / count;
        squares += before * (v - mean);
    }

    long count() {
        return count;
    }

    /** log of the mean of exp(f). */
    double value() {
        return largest + StrictMath.log(mean);
    }

    /** Var(exp f)/E(exp f)²; NaN of a single one, and where the mean is 0, infinite or NaN. */
    double relativeVariance() {
        return Double.isFinite(largest) ? squares / (count - 1) / (mean * mean) : Double.NaN;
    }

    /** (Σ exp f)²/Σ (exp f)², the effective sample size; NaN where the mean is 0, infinite or NaN. */
    double effective() {
        return Double.isFinite(largest) ? count / (1 + squares / (count * mean * mean)) : Double.NaN;
    }
}
