package io.github.elbo4j.mixture;

import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.device.internal.Special;

/**
 * The weak conjugate prior of a component (Fraley and Raftery 2007): of its mean N(m, Σ/κ), with m the mean of the rows, here 0, and κ = 0.01; of
 * its covariance inverse Wishart with ν = D + 2 degrees of freedom and the scale Λ = S/K^(2/D), S the covariance of the rows. Where
 * covariances are diagonal each variance is inverse gamma, of shape ν/2 and scale λ/2, with λ = s/K^(2/D), s the variance of the column.
 * Its density is EM's penalty; coordinate ascent has it as a prior.
 *
 * @param scale Λ, [D][D]; a diagonal where covariances are
 */
@SuppressWarnings("ArrayRecordComponent") // inside this package
record WeakPrior(Covariances covariances, double[][] scale) {
    /** κ. */
    static final double ROWS = 0.01;

    static WeakPrior of(Covariances covariances, double[][] rows, int components) {
        int dims = rows.length;
        double share = StrictMath.pow(components, -2.0 / dims);
        double[][] scale = new double[dims][dims];
        for (int i = 0; i < dims; i++) {
            for (int j = 0; j < dims; j++) {
                scale[i][j] = covariances == Covariances.FULL || i == j ? share * rows[i][j] : 0;
            }
        }
        return new WeakPrior(covariances, scale);
    }

    /** ν. */
    int degrees() {
        return scale.length + 2;
    }

    /** What is added to a component's rows in the divisor of its covariance, at the posterior's mode. */
    double divisor() {
        return degrees() + (covariances == Covariances.FULL ? scale.length + 2 : 3);
    }

    /**
     * Makes of a component's mean and scatter its posterior mean and scale.
     *
     * @param own its rows
     */
    void update(double own, double[] mean, double[][] scatter) {
        double share = own / (own + ROWS);
        for (int i = 0; i < mean.length; i++) {
            for (int j = 0; j < mean.length; j++) {
                boolean used = covariances == Covariances.FULL || i == j;
                scatter[i][j] += used ? scale[i][j] + ROWS * share * mean[i] * mean[j] : 0;
            }
        }
        for (int i = 0; i < mean.length; i++) {
            mean[i] *= share;
        }
    }

    /** The trace of Λ·Σ⁻¹, Σ⁻¹ = factorᵀ·factor. */
    double trace(double[][] factor) {
        double trace = 0;
        for (int i = 0; i < factor.length; i++) {
            for (int a = 0; a <= i; a++) {
                for (int b = 0; b <= i; b++) {
                    trace += factor[i][a] * scale[a][b] * factor[i][b];
                }
            }
        }
        return trace;
    }

    /** The logarithm of the prior density of a component, but for its constants. */
    double logDensity(double[] mean, double[][] factor) {
        double distance = Triangle.norm(LowerTriangle.times(factor, mean));
        return 0.5 * (divisor() * 2 * LowerTriangle.logDeterminant(factor) - trace(factor) - ROWS * distance);
    }

    /**
     * KL(q ‖ prior) of a normal–Wishart, or of normal–gammas: mean and precision Σ⁻¹ with E Σ⁻¹ = factorᵀ·factor.
     *
     * @param beta rows behind the mean
     * @param degrees of freedom
     */
    double kl(double[] mean, double beta, double degrees, double[][] factor) {
        int dims = scale.length;
        double distance = Triangle.norm(LowerTriangle.times(factor, mean));
        double ofMean = 0.5 * (dims * (ROWS / beta - 1 + StrictMath.log(beta / ROWS)) + ROWS * distance);
        double logScale = 2 * LowerTriangle.logDeterminant(factor) - dims * StrictMath.log(degrees); // log |W|
        double[][] l = Triangle.cholesky(scale);
        if (l == null) {
            throw new IllegalStateException("the prior's scale is not positive definite");
        }
        double priorScale = -2 * LowerTriangle.logDeterminant(l); // log |W₀|
        double gammas = 0;
        for (int i = 0; i < dims; i++) {
            gammas += Special.logGamma(half(degrees(), i)) - Special.logGamma(half(degrees, i));
        }
        return ofMean
                - 0.5 * degrees() * (logScale - priorScale)
                + 0.5 * (degrees - degrees()) * digammas(degrees)
                + gammas
                + 0.5 * (trace(factor) - degrees * dims);
    }

    /** E log |Σ⁻¹|, where {@code degrees} are those of the posterior. */
    double expectedLog(double degrees, double[][] factor) {
        int dims = scale.length;
        return digammas(degrees) + dims * StrictMath.log(2 / degrees) + 2 * LowerTriangle.logDeterminant(factor);
    }

    private double digammas(double degrees) {
        double sum = 0;
        for (int i = 0; i < scale.length; i++) {
            sum += Special.digamma(half(degrees, i));
        }
        return sum;
    }

    private double half(double degrees, int i) {
        return (degrees - (covariances == Covariances.FULL ? i : 0)) / 2;
    }
}
