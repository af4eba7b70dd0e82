package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;
import org.jspecify.annotations.Nullable;

/**
 * Log-likelihoods of N observations under R draws, from the linear predictor {@code eta[r,n]}: the value is summed per
 * draw, and eta is replaced by the residual ∂/∂eta, from which a gemm makes the gradient. Kernel family {@code
 * likelihood}.
 */
public interface LikelihoodOps {
    /**
     * {@code logP[r] += scale · Σ_n (y·eta − softplus(eta))}; then {@code eta = scale · (y − sigmoid(eta))}.
     *
     * @param y [N], each 0 or 1
     * @param scale what one observation stands for: all rows / rows of the minibatch
     * @param eta [R][N], read and replaced
     * @param logP [R] FLOAT64, added to
     */
    record BernoulliLogit(int rows, int observations, Buffer y, float scale, Buffer eta, Buffer logP)
            implements Operation {
        public BernoulliLogit {
            ArgumentChecks.scale(scale);
        }

        @Override
        public Signature signature() {
            return predictors("bernoulliLogit", rows, "classes", 1, observations, eta, logP)
                    .reads("y", y, observations);
        }
    }

    /**
     * With L[n] = log Σ_k exp(eta[r,k,n]): {@code logP[r] += scale · Σ_n (eta[r,y[n],n] − L[n])}; then {@code eta[r,k,n] =
     * scale · ((1 if k = y[n], else 0) − exp(eta[r,k,n] − L[n]))}. The classes are summed in order.
     *
     * @param classes K, 1 or more
     * @param y [N], each a whole number in [0, K); any other makes logP NaN. An observation whose predictors are all −inf
     *     makes it −inf.
     * @param eta [R][K][N], read and replaced
     * @param logP [R] FLOAT64, added to
     */
    record CategoricalLogit(int rows, int classes, int observations, Buffer y, float scale, Buffer eta, Buffer logP)
            implements Operation {
        public CategoricalLogit {
            ArgumentChecks.scale(scale);
            ArgumentChecks.positive("classes", classes);
        }

        @Override
        public Signature signature() {
            return predictors("categoricalLogit", rows, "classes", classes, observations, eta, logP)
                    .reads("y", y, observations);
        }
    }

    /**
     * Of observations whose component is not known, from the log of each component's weight times density: with L[n] = log
     * Σ_k exp(eta[r,k,n]), {@code logP[r] += scale · Σ_n L[n]}; then {@code eta[r,k,n] = scale · exp(eta[r,k,n] − L[n])}, which
     * for scale 1 are the responsibilities. An observation that no component allows, −inf throughout, gives −inf and
     * responsibilities 0. The components are summed in order.
     *
     * @param components K, 1 or more
     * @param eta [R][K][N], read and replaced
     * @param logP [R] FLOAT64, added to
     */
    record Mixture(int rows, int components, int observations, float scale, Buffer eta, Buffer logP)
            implements Operation {
        public Mixture {
            ArgumentChecks.scale(scale);
            ArgumentChecks.positive("components", components);
        }

        @Override
        public Signature signature() {
            return predictors("mixture", rows, "components", components, observations, eta, logP);
        }
    }

    /**
     * With tau = logNoise[r] and e = (y − eta)·exp(−tau): {@code logP[r] += scale · (Σ_n −e²/2 − N·tau − N/2·log 2π)};
     * {@code eta = scale · e·exp(−tau)}; {@code gradLogNoise[r] += scale · (Σ_n e² − N)}.
     *
     * @param y [N]
     * @param logNoise R × 1: the log standard deviation of the noise of each draw; a row stride of 0 shares one
     * @param eta [R][N], read and replaced
     * @param logP [R] FLOAT64, added to
     * @param gradLogNoise R × 1, added to; null if the noise is known
     */
    record GaussianNoise(
            int rows,
            int observations,
            Buffer y,
            float scale,
            Matrix logNoise,
            Buffer eta,
            Buffer logP,
            @Nullable Matrix gradLogNoise)
            implements Operation {
        private static final double HALF_LOG_2PI = 0.9189385332046727;

        public GaussianNoise {
            ArgumentChecks.notNegative("rows", rows);
            ArgumentChecks.scale(scale);
            ArgumentChecks.column("logNoise", logNoise, rows);
            if (gradLogNoise != null) {
                ArgumentChecks.column("gradLogNoise", gradLogNoise, rows);
            }
        }

        @Override
        public Signature signature() {
            Signature signature = predictors("gaussian", rows, "classes", 1, observations, eta, logP)
                    .reads("y", y, observations)
                    .matrix("logNoise", ElementType.FLOAT32, logNoise, Access.READS);
            return gradLogNoise == null
                    ? signature
                    : signature.matrix("gradLogNoise", ElementType.FLOAT32, gradLogNoise, Access.UPDATES);
        }

        /** {@code −½·squares − N·(log s + ½ log 2π)}, of the sum of the squared residuals in units of the noise s. */
        public static double logLikelihood(double squares, long observations, float logNoise) {
            double constant = observations * (logNoise + HALF_LOG_2PI);
            return -0.5 * squares - constant;
        }
    }

    /** @param classes predictors of an observation, so called in messages */
    private static Signature predictors(
            String operation, int rows, String name, int classes, int observations, Buffer eta, Buffer logP) {
        ArgumentChecks.notNegative("observations", observations);
        long predictors =
                ArgumentChecks.times("eta", ArgumentChecks.product(rows, "rows", classes, name), observations);
        return Signature.of(operation).updates("eta", eta, predictors).updatesDoubles("logP", logP, rows);
    }
}
