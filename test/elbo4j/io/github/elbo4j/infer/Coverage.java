package io.github.elbo4j.infer;

/** How often 90 % intervals of the stated errors hold what all draws would find. */
final class Coverage {
    /** 95 % of Student's t of seven degrees, as in {@link FixedDrawsTest}. */
    private static final double T = 1.895;

    private int hits;
    private int all;

    void add(Account.Entry own, double mean, double sd) {
        add(own.mean() - mean, own.meanError());
        add(own.standardDeviation() - sd, own.sdError());
    }

    /** The mean of what is symmetric is exact, and has no error. */
    void add(double off, double error) {
        if (error > 1e-4) {
            all++;
            hits += Math.abs(off) <= T * error ? 1 : 0;
        }
    }

    double share() {
        return (double) hits / all;
    }
}
