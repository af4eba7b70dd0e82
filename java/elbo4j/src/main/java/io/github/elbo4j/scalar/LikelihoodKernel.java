package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Matrix;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Log-likelihoods and residuals. Twin of kernels/likelihood.cu. */
public class LikelihoodKernel {
    private static final int BLOCK = RowSum.TILE;
    private static final int TERMS = 16; // scratch slot

    private final Basics basics;
    private final Bernoulli bernoulli = new Bernoulli();
    private final Gaussian gaussian = new Gaussian();

    public LikelihoodKernel(Basics basics) {
        this.basics = basics;
    }

    // ---- inner loops over at most a block; SIMD devices replace them ----

    /** {@code terms[to + i] = y·eta − softplus(eta)}; {@code eta = scale·(y − sigmoid(eta))}. */
    protected void bernoulli(float[] y, int yo, float scale, float[] eta, int o, float[] terms, int to, int n) {
        for (int i = 0; i < n; i++) {
            float x = eta[o + i];
            terms[to + i] = Math.fma(y[yo + i], x, -DetMath.softplus(x));
            eta[o + i] = scale * (y[yo + i] - DetMath.sigmoid(x));
        }
    }

    /** {@code terms[i] = e²}; {@code eta = scale·(e·inverse)} with e = (y − eta)·inverse. */
    protected void gaussian(float[] y, int yo, float scale, float inverse, float[] eta, int o, float[] terms, int n) {
        for (int i = 0; i < n; i++) {
            float e = (y[yo + i] - eta[o + i]) * inverse;
            terms[i] = e * e;
            eta[o + i] = scale * (e * inverse);
        }
    }

    // ---- launches ----

    public void bernoulliLogit(int rows, int observations, Buffer y, float scale, Buffer eta, Buffer logP) {
        bernoulli.observations = observations;
        bernoulli.y = y;
        bernoulli.scale = scale;
        bernoulli.eta = eta;
        bernoulli.logP = logP;
        basics.workers().run(bernoulli, rows, 8L * rows * observations);
    }

    public void gaussian(
            int rows,
            int observations,
            Buffer y,
            float scale,
            Matrix logNoise,
            Buffer eta,
            Buffer logP,
            @Nullable Matrix gradLogNoise) {
        gaussian.observations = observations;
        gaussian.y = y;
        gaussian.scale = scale;
        gaussian.logNoise = logNoise;
        gaussian.eta = eta;
        gaussian.logP = logP;
        gaussian.gradLogNoise = gradLogNoise;
        basics.workers().run(gaussian, rows, 2L * rows * observations);
    }

    /** One work item is a draw. */
    private final class Bernoulli extends Kernel {
        private int observations;
        private @Nullable Buffer y;
        private float scale;
        private @Nullable Buffer eta;
        private @Nullable Buffer logP;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            float[] targets = floats(Objects.requireNonNull(y));
            float[] predictor = floats(Objects.requireNonNull(eta));
            float[] values = floats(Objects.requireNonNull(logP));
            float[] terms = scratch.floats(TERMS, BLOCK);
            for (int r = from; r < to; r++) {
                RowSum sum = scratch.sum.reset();
                for (int i = 0; i < observations; i += BLOCK) {
                    int n = Math.min(BLOCK, observations - i);
                    bernoulli(targets, i, scale, predictor, r * observations + i, terms, 0, n);
                    sum.add(basics.sums().tile(terms, 0, n, scratch));
                }
                values[r] = (float) (values[r] + scale * sum.total());
            }
        }
    }

    /** One work item is a draw. */
    private final class Gaussian extends Kernel {
        private int observations;
        private @Nullable Buffer y;
        private float scale;
        private @Nullable Matrix logNoise;
        private @Nullable Buffer eta;
        private @Nullable Buffer logP;
        private @Nullable Matrix gradLogNoise;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            float[] targets = floats(Objects.requireNonNull(y));
            float[] predictor = floats(Objects.requireNonNull(eta));
            float[] values = floats(Objects.requireNonNull(logP));
            Matrix noise = Objects.requireNonNull(logNoise);
            float[] terms = scratch.floats(TERMS, BLOCK);
            for (int r = from; r < to; r++) {
                float tau = floats(noise.buffer())[(int) (noise.offset() + r * noise.rowStride())];
                float inverse = DetMath.exp(-tau);
                RowSum sum = scratch.sum.reset();
                for (int i = 0; i < observations; i += BLOCK) {
                    int n = Math.min(BLOCK, observations - i);
                    gaussian(targets, i, scale, inverse, predictor, r * observations + i, terms, n);
                    sum.add(basics.sums().tile(terms, 0, n, scratch));
                }
                double squares = sum.total();
                double constant = observations * (tau + MeanFieldKernel.HALF_LOG_2PI);
                values[r] = (float) (values[r] + scale * (-0.5 * squares - constant));
                if (gradLogNoise != null) {
                    float[] slopes = floats(gradLogNoise.buffer());
                    int at = (int) (gradLogNoise.offset() + r * gradLogNoise.rowStride());
                    slopes[at] = (float) (slopes[at] + scale * (squares - observations));
                }
            }
        }
    }
}
