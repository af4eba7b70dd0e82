package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.LikelihoodOps;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Matrix;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Log-likelihoods and residuals. Twin of kernels/likelihood.cu. */
public class LikelihoodKernel {
    private static final int BLOCK = RowSum.TILE;
    /** Numbers of the longest vector. */
    private static final int VECTOR = 16;

    private static final int TERMS = 16; // memory slots
    private static final int GREATEST = 17;
    private static final int WHICH = 18;
    private static final int REST = 19;
    private static final int INVERSE = 20;
    private static final int WORK = 21;
    private static final int TARGETS = 22;
    private static final int SUMS = 23;

    private final SharedKernels basics;

    public LikelihoodKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(LikelihoodOps.BernoulliLogit.class, Bernoulli::new);
        twins.add(LikelihoodOps.CategoricalLogit.class, Categorical::new);
        twins.add(LikelihoodOps.Mixture.class, Categorical::new);
        twins.add(LikelihoodOps.GaussianNoise.class, Gaussian::new);
    }

    // ---- inner loops over at most a block; SIMD devices replace them ----

    /**
     * {@code terms[to + i] = y·eta − softplus(eta)}; {@code eta = scale·(y − sigmoid(eta))}.
     *
     * @param work 2n, for bodies that need memory
     */
    protected void bernoulli(
            float[] y, int yo, float scale, float[] eta, int o, float[] terms, int to, int n, float[] work) {
        for (int i = 0; i < n; i++) {
            float x = eta[o + i];
            float e = DetMath.exp(-Math.abs(x)); // both are made of it
            terms[to + i] = Math.fma(y[yo + i], x, -DetMath.softplus(x, e));
            eta[o + i] = scale * (y[yo + i] - DetMath.sigmoid(x, e));
        }
    }

    /** Where eta is greater than what was greatest so far, it is from now on, and {@code which[i]} is its class. */
    protected void greatest(float[] eta, int o, int k, float[] greatest, float[] which, int from, int to) {
        for (int i = from; i < to; i++) {
            if (eta[o + i] > greatest[i]) {
                greatest[i] = eta[o + i];
                which[i] = k;
            }
        }
    }

    /** {@code eta = exp(eta − shift)}, which {@code rest[i]} gets too unless its class is {@code which[i]}: that one is 1. */
    protected void exponentials(
            float[] eta, int o, int k, float[] greatest, float[] which, float[] rest, int from, int to) {
        for (int i = from; i < to; i++) {
            float e = DetMath.exp(eta[o + i] - shift(greatest[i]));
            eta[o + i] = e;
            rest[i] += which[i] == k ? 0f : e;
        }
    }

    /** {@code inverse[i] = 1/(1 + rest)}. */
    protected void inverses(float[] rest, float[] inverse, int from, int to) {
        for (int i = from; i < to; i++) {
            inverse[i] = DetMath.reciprocal(1f + rest[i]);
        }
    }

    /** {@code eta = scale·((1 if y = k, else 0) − eta·inverse)}. */
    protected void categorical(
            float[] y, int yo, int k, float scale, float[] inverse, float[] eta, int o, int from, int to) {
        for (int i = from; i < to; i++) {
            float target = y[yo + i] == k ? 1f : 0f;
            eta[o + i] = scale * (target - eta[o + i] * inverse[i]);
        }
    }

    /** {@code eta = scale·(eta·inverse)}. */
    protected void mixture(float scale, float[] inverse, float[] eta, int o, int from, int to) {
        for (int i = from; i < to; i++) {
            eta[o + i] = scale * (eta[o + i] * inverse[i]);
        }
    }

    /** What is taken off eta before exp: the greatest of an observation, or 0 where all are −inf. */
    private static float shift(float greatest) {
        return greatest > Float.NEGATIVE_INFINITY ? greatest : 0f;
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

    /** One work item is a draw: {@code logP[r] += scale · Σ_n term}, where eta has [C][N] for each. */
    private abstract class Classes extends HostKernel {
        final int classes;
        final int observations;
        final float scale;
        final Buffer eta;
        final Buffer logP;

        Classes(int rows, int classes, int observations, float scale, Buffer eta, Buffer logP) {
            super(rows, 8L * rows * classes * observations);
            this.classes = classes;
            this.observations = observations;
            this.scale = scale;
            this.eta = eta;
            this.logP = logP;
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            float[] predictor = floats(eta);
            double[] values = doubles(logP);
            float[] terms = memory.floats(TERMS, BLOCK);
            for (int r = from; r < to; r++) {
                RowSum sum = memory.sum.reset();
                for (int i = 0; i < observations; i += BLOCK) {
                    int n = Math.min(BLOCK, observations - i);
                    block(i, predictor, r * classes * observations + i, terms, n, memory);
                    sum.add(basics.sums().tile(terms, 0, n, memory));
                }
                values[r] += scale * sum.total();
            }
        }

        /** Terms and residuals of n observations from the {@code first} on, whose first predictor is {@code eta[o]}. */
        abstract void block(int first, float[] eta, int o, float[] terms, int n, WorkerMemory memory);
    }

    private final class Bernoulli extends Classes {
        private final Buffer y;

        Bernoulli(LikelihoodOps.BernoulliLogit op) {
            super(op.rows(), 1, op.observations(), op.scale(), op.eta(), op.logP());
            this.y = op.y();
        }

        @Override
        void block(int first, float[] eta, int o, float[] terms, int n, WorkerMemory memory) {
            float[] work = memory.floats(WORK, 2 * BLOCK);
            bernoulli(floats(y), first, scale, eta, o, terms, 0, n, work);
        }

        /** Draws of few observations, which are neighbours in memory, several at a time. */
        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            int together = observations == 0 ? 0 : Math.min(to - from, BLOCK / observations);
            together -= together < VECTOR ? 0 : together % VECTOR; // then nothing is left over of whole vectors
            if (together < 2) {
                super.run(from, to, memory);
                return;
            }
            float[] targets = memory.floats(TARGETS, BLOCK);
            for (int r = 0; r < together; r++) {
                System.arraycopy(floats(y), 0, targets, r * observations, observations);
            }
            float[] terms = memory.floats(TERMS, BLOCK);
            float[] sums = memory.floats(SUMS, BLOCK);
            float[] work = memory.floats(WORK, 2 * BLOCK);
            double[] values = doubles(logP);
            for (int first = from; first < to; first += together) {
                int rows = Math.min(together, to - first);
                bernoulli(targets, 0, scale, floats(eta), first * observations, terms, 0, rows * observations, work);
                basics.sums().tiles(terms, 0, observations, rows, sums, memory);
                for (int r = 0; r < rows; r++) {
                    values[first + r] += scale * (double) sums[r];
                }
            }
        }
    }

    /** An observation's terms are of eta less its greatest, whose own exp is 1. */
    private final class Categorical extends Classes {
        private final @Nullable Buffer classOf; // null for a mixture

        Categorical(LikelihoodOps.CategoricalLogit op) {
            super(op.rows(), op.classes(), op.observations(), op.scale(), op.eta(), op.logP());
            this.classOf = op.y();
        }

        Categorical(LikelihoodOps.Mixture op) {
            super(op.rows(), op.components(), op.observations(), op.scale(), op.eta(), op.logP());
            this.classOf = null;
        }

        @Override
        void block(int first, float[] eta, int o, float[] terms, int n, WorkerMemory memory) {
            float[] y = classOf == null ? null : floats(classOf);
            float[] greatest = memory.floats(GREATEST, BLOCK);
            float[] which = memory.floats(WHICH, BLOCK);
            float[] rest = memory.floats(REST, BLOCK);
            float[] inverse = memory.floats(INVERSE, BLOCK);
            Arrays.fill(greatest, 0, n, Float.NEGATIVE_INFINITY);
            Arrays.fill(which, 0, n, -1f);
            Arrays.fill(rest, 0, n, 0f);
            for (int k = 0; k < classes; k++) {
                greatest(eta, o + k * observations, k, greatest, which, 0, n);
            }
            for (int i = 0; i < n; i++) {
                terms[i] = y == null ? greatest[i] : chosen(y[first + i], eta, o + i) - shift(greatest[i]);
            }
            for (int k = 0; k < classes; k++) {
                exponentials(eta, o + k * observations, k, greatest, which, rest, 0, n);
            }
            inverses(rest, inverse, 0, n);
            basics.math().map(Function.LOG1P, rest, 0, rest, 0, n);
            for (int i = 0; i < n; i++) {
                terms[i] = y == null ? terms[i] + rest[i] : terms[i] - rest[i];
            }
            for (int k = 0; k < classes; k++) {
                if (y == null) {
                    mixture(scale, inverse, eta, o + k * observations, 0, n);
                } else {
                    categorical(y, first, k, scale, inverse, eta, o + k * observations, 0, n);
                }
            }
        }

        /** The predictor of class y. */
        private float chosen(float y, float[] eta, int o) {
            int k = (int) y;
            return k == y && k >= 0 && k < classes ? eta[o + k * observations] : Float.NaN;
        }
    }

    /** One work item is a draw. */
    private final class Gaussian extends OperationKernel<LikelihoodOps.GaussianNoise> {
        Gaussian(LikelihoodOps.GaussianNoise op) {
            super(op, op.rows(), 2L * op.rows() * op.observations());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            float[] targets = floats(op.y());
            float[] predictor = floats(op.eta());
            double[] values = doubles(op.logP());
            int observations = op.observations();
            float scale = op.scale();
            Matrix noise = op.logNoise();
            Matrix gradLogNoise = op.gradLogNoise();
            float[] terms = memory.floats(TERMS, BLOCK);
            for (int r = from; r < to; r++) {
                float tau = floats(noise.buffer())[(int) (noise.offset() + r * noise.rowStride())];
                float inverse = DetMath.exp(-tau);
                RowSum sum = memory.sum.reset();
                for (int i = 0; i < observations; i += BLOCK) {
                    int n = Math.min(BLOCK, observations - i);
                    gaussian(targets, i, scale, inverse, predictor, r * observations + i, terms, n);
                    sum.add(basics.sums().tile(terms, 0, n, memory));
                }
                double squares = sum.total();
                values[r] += scale * LikelihoodOps.GaussianNoise.logLikelihood(squares, observations, tau);
                if (gradLogNoise != null) {
                    float[] slopes = floats(gradLogNoise.buffer());
                    int at = (int) (gradLogNoise.offset() + r * gradLogNoise.rowStride());
                    slopes[at] = (float) (slopes[at] + scale * (squares - observations));
                }
            }
        }
    }
}
