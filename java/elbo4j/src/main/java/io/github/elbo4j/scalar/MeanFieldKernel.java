package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.MeanFieldOps.Variable;
import org.jspecify.annotations.Nullable;

/** The diagonal Gaussian. Twin of kernels/meanfield.cu; h = (z − mu)·exp(−omega). */
public class MeanFieldKernel {
    /** log(2π)/2. */
    static final double HALF_LOG_2PI = 0.9189385332046727;

    private static final int BLOCK = RowSum.TILE;
    private static final int SIGMA = 16; // memory slots
    private static final int EPSILON = 17;
    private static final int TERMS = 18;
    private static final int TILES = 19;
    private static final int MU = 20;
    private static final int OMEGA = 21;

    /** Elements of the draws of a problem that are taken together. */
    private static final int SHORT = 256;

    private final SharedKernels basics;

    public MeanFieldKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(MeanFieldOps.Sample.class, Sample::new);
        twins.add(MeanFieldOps.LogDensity.class, Density::new);
        twins.add(MeanFieldOps.Entropy.class, Entropy::new);
    }

    // ---- inner loops over at most a block; SIMD devices replace them ----

    /** {@code z[o + i] = fma(sigma[d + i], epsilon[i], mu[m + i])}. */
    protected void sample(float[] mu, int m, float[] sigma, int d, float[] epsilon, float[] z, int o, int n) {
        for (int i = 0; i < n; i++) {
            z[o + i] = Math.fma(sigma[d + i], epsilon[i], mu[m + i]);
        }
    }

    /** {@code terms[i] = −h²/2 − omega}; inverse is exp(−omega). */
    protected void terms(
            float[] mu, float[] omega, int m, float[] inverse, int d, float[] z, int o, float[] terms, int n) {
        for (int i = 0; i < n; i++) {
            float h = (z[o + i] - mu[m + i]) * inverse[d + i];
            terms[i] = Math.fma(-0.5f * h, h, -omega[m + i]);
        }
    }

    /** The same of elements o + i that have each an omega of their own, into {@code terms[t + i]}. */
    protected void rowTerms(float[] mu, float[] omega, float[] z, int o, float[] terms, int t, int n) {
        for (int i = 0; i < n; i++) {
            float h = (z[o + i] - mu[o + i]) * DetMath.exp(-omega[o + i]);
            terms[t + i] = Math.fma(-0.5f * h, h, -omega[o + i]);
        }
    }

    /** {@code gradient[o + i]} = −h/sigma, h/sigma or h² − 1. */
    protected void gradient(
            Variable variable, float[] mu, int m, float[] inverse, int d, float[] z, float[] gradient, int o, int n) {
        for (int i = 0; i < n; i++) {
            float h = (z[o + i] - mu[m + i]) * inverse[d + i];
            gradient[o + i] = switch (variable) {
                case Z -> -(h * inverse[d + i]);
                case MU -> h * inverse[d + i];
                case OMEGA -> Math.fma(h, h, -1f);
            };
        }
    }

    /** Both of the above, the gradient with respect to z. */
    protected void termsAndGradient(
            float[] mu,
            float[] omega,
            int m,
            float[] inverse,
            int d,
            float[] z,
            float[] gradient,
            int o,
            float[] terms,
            int n) {
        terms(mu, omega, m, inverse, d, z, o, terms, n);
        gradient(Variable.Z, mu, m, inverse, d, z, gradient, o, n);
    }

    // ---- launches ----

    private static int together(DrawBlock shape) {
        boolean together = shape.draws() == 1 && shape.dimensions() > 0 && shape.dimensions() <= BLOCK / 2;
        return together ? BLOCK / shape.dimensions() : 0;
    }

    private static int items(DrawBlock shape) {
        int together = together(shape);
        return together > 0 ? HostKernel.ceilDiv(shape.problems(), together) : Groups.count(shape);
    }

    /** One work item is a group of draws of one problem, so that exp(omega) is taken once for all of them. */
    private final class Sample extends OperationKernel<MeanFieldOps.Sample> {
        Sample(MeanFieldOps.Sample op) {
            super(op, Groups.count(op.shape()), 4 * op.shape().elements());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Key key = op.key();
            int step = (int) value(op.step());
            DrawBlock x = op.shape();
            float[] location = floats(op.mu());
            float[] logScale = floats(op.omega());
            float[] out = floats(op.z());
            int dims = x.dimensions();
            float[] sigma = memory.floats(SIGMA, dims);
            float[] epsilon = memory.floats(EPSILON, BLOCK);
            for (int item = from; item < to; item++) {
                int b = Groups.problem(x, item);
                int end = Groups.lastDraw(x, item);
                basics.math().map(Function.EXP, logScale, b * dims, sigma, 0, dims);
                for (int s = Groups.firstDraw(x, item); s < end; s++) {
                    int row = (b * x.draws() + s) * dims;
                    for (int d = 0; d < dims; d += BLOCK) {
                        int n = Math.min(BLOCK, dims - d);
                        basics.normals().block(key, step, x, b, s, d, n, epsilon, 0, memory);
                        sample(location, b * dims + d, sigma, d, epsilon, out, row + d, n);
                    }
                }
            }
        }
    }

    /** One work item is a group of draws of one problem, or a block of problems with one short draw each. */
    private final class Density extends OperationKernel<MeanFieldOps.LogDensity> {
        private final int together; // problems of one short draw, which are neighbours in memory; 0: by draws

        Density(MeanFieldOps.LogDensity op) {
            super(op, items(op.shape()), 2 * op.shape().elements());
            this.together = together(op.shape());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            DrawBlock x = op.shape();
            float[] location = floats(op.mu());
            float[] logScale = floats(op.omega());
            float[] draws = floats(op.z());
            Buffer logQ = op.logQ();
            Buffer gradient = op.gradient();
            double[] values = logQ == null ? null : doubles(logQ);
            float[] slopes = gradient == null ? null : floats(gradient);
            int dims = x.dimensions();
            double constant = dims * HALF_LOG_2PI;
            float[] inverse = memory.floats(SIGMA, Math.max(BLOCK, dims));
            float[] terms = memory.floats(TERMS, BLOCK);
            for (int item = from; item < to; item++) {
                if (together > 0) {
                    int b = item * together;
                    int rows = Math.min(together, x.problems() - b);
                    if (slopes == null) {
                        rowTerms(location, logScale, draws, b * dims, terms, 0, rows * dims);
                    } else {
                        basics.math().expNegated(logScale, b * dims, inverse, 0, rows * dims);
                        block(location, logScale, b * dims, inverse, 0, draws, slopes, b * dims, terms, rows * dims);
                    }
                    rows(terms, rows, values, b, memory);
                    continue;
                }
                int b = Groups.problem(x, item);
                int m = b * dims;
                int end = Groups.lastDraw(x, item);
                basics.math().expNegated(logScale, m, inverse, 0, dims);
                int most = Math.min(dims == 0 ? 0 : SHORT / dims, end - Groups.firstDraw(x, item));
                if (most > 1) { // several draws at a time, and the parameters as often
                    float[] mu = repeated(location, m, most, memory.floats(MU, BLOCK));
                    float[] omega = repeated(logScale, m, most, memory.floats(OMEGA, BLOCK));
                    repeated(inverse, 0, most, inverse);
                    for (int s = Groups.firstDraw(x, item); s < end; s += most) {
                        int row = b * x.draws() + s;
                        int rows = Math.min(most, end - s);
                        block(mu, omega, 0, inverse, 0, draws, slopes, row * dims, terms, rows * dims);
                        rows(terms, rows, values, row, memory);
                    }
                    continue;
                }
                for (int s = Groups.firstDraw(x, item); s < end; s++) {
                    int row = b * x.draws() + s;
                    int o = row * dims;
                    RowSum sum = memory.sum.reset();
                    for (int d = 0; d < dims; d += BLOCK) {
                        int n = Math.min(BLOCK, dims - d);
                        block(location, logScale, m + d, inverse, d, draws, slopes, o + d, terms, n);
                        if (values != null) {
                            sum.add(basics.sums().tile(terms, 0, n, memory));
                        }
                    }
                    if (values != null) {
                        values[row] = sum.total() - constant;
                    }
                }
            }
        }

        /** {@code values[o + r]} from the terms of neighbouring rows. */
        private void rows(float[] terms, int rows, double @Nullable [] values, int o, WorkerMemory memory) {
            if (values == null) {
                return;
            }
            int dims = op.shape().dimensions();
            double constant = dims * HALF_LOG_2PI;
            float[] tiles = memory.floats(TILES, BLOCK);
            basics.sums().tiles(terms, 0, dims, rows, tiles, memory);
            for (int r = 0; r < rows; r++) {
                values[o + r] = tiles[r] - constant;
            }
        }

        /** One problem's parameters, from m on, so many times after each other. */
        private float[] repeated(float[] parameters, int m, int times, float[] to) {
            int dims = op.shape().dimensions();
            System.arraycopy(parameters, m, to, 0, dims);
            for (int done = 1; done < times; done *= 2) {
                System.arraycopy(to, 0, to, done * dims, Math.min(done, times - done) * dims);
            }
            return to;
        }

        /** What is wanted of n neighbouring elements: terms, gradient or both. */
        private void block(
                float[] mu,
                float[] omega,
                int m,
                float[] inverse,
                int d,
                float[] z,
                float @Nullable [] slopes,
                int o,
                float[] terms,
                int n) {
            if (slopes == null) {
                terms(mu, omega, m, inverse, d, z, o, terms, n);
            } else if (op.logQ() == null) {
                gradient(op.variable(), mu, m, inverse, d, z, slopes, o, n);
            } else {
                termsAndGradient(mu, omega, m, inverse, d, z, slopes, o, terms, n);
            }
        }
    }

    /** One work item is a problem. */
    private final class Entropy extends OperationKernel<MeanFieldOps.Entropy> {
        Entropy(MeanFieldOps.Entropy op) {
            super(op, op.problems(), (long) op.problems() * op.dimensions());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            float[] logScale = floats(op.omega());
            double[] out = doubles(op.entropy());
            int dimensions = op.dimensions();
            int at = (int) value(op.slot()) * op.problems();
            for (int b = from; b < to; b++) {
                double sum = basics.sums().row(logScale, b * dimensions, dimensions, memory);
                out[at + b] = sum + dimensions * (HALF_LOG_2PI + 0.5);
            }
        }
    }
}
