package io.github.elbo4j.infer;

/**
 * A step size by dual averaging (Hoffman and Gelman, JMLR 15, 2014, section 3.2): after trajectories that were accepted with
 * probabilities alpha_1 … alpha_m on average, {@code log eps = mu − √m/gamma·(1/(m + t0))·Σ (delta − alpha_i)}, delta being what is aimed at;
 * what is kept in the end averages the later ones.
 */
final class StepSize {
    /** The probability of acceptance that is aimed at. */
    static final double ACCEPTANCE = 0.9;

    private static final double GAMMA = 0.05;
    private static final double T0 = 10;
    private static final double KAPPA = 0.75;

    private final double mu;
    private double log;
    private double averaged;
    private double off;
    private int m;

    StepSize(double first) {
        log = StrictMath.log(first);
        averaged = log;
        mu = log + StrictMath.log(10);
    }

    /** For the next trajectory. */
    double now() {
        return StrictMath.exp(log);
    }

    /** For good. */
    double settled() {
        return StrictMath.exp(averaged);
    }

    /** @param acceptance the mean of the probabilities with which trajectories of {@link #now} are accepted */
    void after(double acceptance) {
        m++;
        off += (ACCEPTANCE - acceptance - off) / (m + T0);
        log = mu - Math.sqrt(m) / GAMMA * off;
        double weight = StrictMath.pow(m, -KAPPA);
        averaged += weight * (log - averaged);
    }
}
