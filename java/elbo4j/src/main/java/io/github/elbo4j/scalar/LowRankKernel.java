package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.LowRankOps;
import io.github.elbo4j.device.MathOps.Function;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The Gaussian of R factors and independent noise. Twin of kernels/lowrank.cu; {@code inverse} below is exp(−omega).
 *
 * <p>What it computes of a y and an eta, and the names for it, are those of {@link LowRankOps}; {@link CapacitanceKernel} has what
 * there is of each problem and not of each draw.
 */
public final class LowRankKernel {
    private static final int BLOCK = RowSum.TILE;

    private static final int SCALE = 16; // memory slots: sigma or its inverse
    private static final int Y = 17; // y, then eta
    private static final int X = 18;
    private static final int TERMS = 19;
    private static final int COEFFICIENTS = 20;
    private static final int PROJECTED = 0; // slots of doubles
    private static final int SQUARES = 1;

    private final SharedKernels basics;

    public LowRankKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public void addTo(Twins twins) {
        twins.add(LowRankOps.LowRankSample.class, Sample::new);
        twins.add(LowRankOps.LowRankLogDensity.class, LogDensity::new);
        twins.add(LowRankOps.LowRankAtDraw.class, AtDraw::new);
        new CapacitanceKernel(basics).addTo(twins);
    }

    // ---- inner loops ----

    /** {@code v[i] = fma(−inverse[d + i], v[i], y[d + i])}. */
    private static void residual(float[] inverse, float[] y, int d, float[] v, int n) {
        for (int i = 0; i < n; i++) {
            v[i] = Math.fma(-inverse[d + i], v[i], y[d + i]);
        }
    }

    // ---- draws ----

    /** One work item is a group of draws of one problem, so that exp(omega) is taken once for all of them. */
    private final class Sample extends HostKernel {
        private final LowRankOps.LowRankSample op;

        Sample(LowRankOps.LowRankSample op) {
            super(Groups.count(op.shape()), (4 + op.rank() / 4) * op.shape().elements());
            this.op = op;
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Key key = op.key();
            int step = (int) value(op.step());
            DrawBlock x = op.shape();
            int rank = op.rank();
            float[] mu = floats(op.mu());
            float[] f = floats(op.factor());
            float[] z = floats(op.z());
            int dims = x.dimensions();
            float[] sigma = memory.floats(SCALE, dims);
            float[] epsilon = memory.floats(Y, BLOCK);
            float[] eta = memory.floats(X, rank);
            float[] chain = memory.floats(TERMS, BLOCK);
            for (int item = from; item < to; item++) {
                int b = Groups.problem(x, item);
                int end = Groups.lastDraw(x, item);
                basics.math().map(Function.EXP, floats(op.omega()), b * dims, sigma, 0, dims);
                for (int s = Groups.firstDraw(x, item); s < end; s++) {
                    basics.normals().block(key, step, x, b, s, dims, rank, eta, 0, memory);
                    for (int d = 0; d < dims; d += BLOCK) {
                        int n = Math.min(BLOCK, dims - d);
                        basics.normals().block(key, step, x, b, s, d, n, epsilon, 0, memory);
                        for (int i = 0; i < n; i++) {
                            chain[i] = Math.fma(sigma[d + i], epsilon[i], mu[b * dims + d + i]);
                        }
                        basics.chains().same(eta, 0, 1, f, b * rank * dims + d, dims, rank, 1f, chain, n);
                        System.arraycopy(chain, 0, z, (b * x.draws() + s) * dims + d, n);
                    }
                }
            }
        }
    }

    // ---- densities and scores ----

    /** One work item is a group of draws of one problem. */
    private abstract class Draws extends HostKernel {
        final DrawBlock shape;
        final int rank;
        final int dims;
        private final Buffer omega;
        private final Buffer factor;
        private final Buffer capacitance;

        Draws(DrawBlock shape, int rank, Buffer omega, Buffer factor, Buffer capacitance) {
            super(Groups.count(shape), (4 + rank / 2) * shape.elements());
            this.shape = shape;
            this.rank = rank;
            this.dims = shape.dimensions();
            this.omega = omega;
            this.factor = factor;
            this.capacitance = capacitance;
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            float[] inverse = memory.floats(SCALE, dims);
            float[] y = memory.floats(Y, dims + rank);
            for (int item = from; item < to; item++) {
                int b = Groups.problem(shape, item);
                int end = Groups.lastDraw(shape, item);
                basics.math().expNegated(floats(omega), b * dims, inverse, 0, dims);
                for (int s = Groups.firstDraw(shape, item); s < end; s++) {
                    draw(b, s, b * shape.draws() + s, inverse, y, memory);
                }
            }
        }

        /**
         * One draw.
         *
         * @param row of the draws of all problems
         * @param y memory for D + R
         */
        abstract void draw(int b, int s, int row, float[] inverse, float[] y, WorkerMemory memory);

        /**
         * What follows from y and the eta behind it.
         *
         * @param sign of the slope, which is {@code sign·v/sigma}
         */
        final void write(
                int b,
                int row,
                float[] inverse,
                float[] y,
                double @Nullable [] logQ,
                float @Nullable [] slope,
                float sign,
                float @Nullable [] latent,
                WorkerMemory memory) {
            float[] f = floats(factor);
            int fo = b * rank * dims;
            float[] coefficients = memory.floats(COEFFICIENTS, rank);
            double rest = coefficients(b, row, inverse, y, latent, coefficients, memory);
            float[] v = memory.floats(TERMS, BLOCK);
            RowSum sum = memory.sum.reset();
            for (int d = 0; d < dims; d += BLOCK) {
                int n = Math.min(BLOCK, dims - d);
                basics.chains().chains(coefficients, 0, 1, 0, f, fo + d, dims, 1, rank, 1f, v, n);
                residual(inverse, y, d, v, n);
                if (slope != null) {
                    for (int i = 0; i < n; i++) {
                        slope[row * dims + d + i] = sign * (v[i] * inverse[d + i]);
                    }
                }
                if (logQ != null) {
                    float[] logs = floats(omega);
                    for (int i = 0; i < n; i++) {
                        v[i] = Math.fma(-0.5f * v[i], v[i], -logs[b * dims + d + i]);
                    }
                    sum.add(basics.sums().tile(v, 0, n, memory));
                }
            }
            if (logQ != null) {
                logQ[row] = sum.total() - rest;
            }
        }

        /**
         * The coefficients a; returned is what of −log q no sum along the row has: {@code |latent|²/2 + log √det C + D/2·log
         * 2π}.
         */
        private double coefficients(
                int b,
                int row,
                float[] inverse,
                float[] y,
                float @Nullable [] latent,
                float[] coefficients,
                WorkerMemory memory) {
            double[] c = doubles(capacitance);
            int co = b * LowRankOps.capacitanceWidth(rank);
            float[] x = memory.floats(X, dims);
            float[] terms = memory.floats(TERMS, Math.max(dims, BLOCK));
            double[] projected = memory.doubles(PROJECTED, rank);
            double[] squares = memory.doubles(SQUARES, rank);
            basics.math().multiply(y, 0, inverse, 0, x, 0, dims);
            for (int r = 0; r < rank; r++) {
                basics.math().multiply(floats(factor), (b * rank + r) * dims, x, 0, terms, 0, dims);
                projected[r] = basics.sums().row(terms, 0, dims, memory) - y[dims + r];
            }
            for (int r = 0; r < rank; r++) {
                double a = 0;
                for (int q = 0; q < rank; q++) {
                    a = Math.fma(c[co + r * rank + q], projected[q], a);
                }
                double expected = a + y[dims + r];
                coefficients[r] = (float) a;
                squares[r] = expected * expected;
                if (latent != null) {
                    latent[row * rank + r] = (float) expected;
                }
            }
            return 0.5 * SumKernel.tile(squares, rank, memory)
                    + c[co + rank * rank]
                    + dims * MeanFieldKernel.HALF_LOG_2PI;
        }
    }

    private final class LogDensity extends Draws {
        private final LowRankOps.LowRankLogDensity op;

        LogDensity(LowRankOps.LowRankLogDensity op) {
            super(op.shape(), op.rank(), op.omega(), op.factor(), op.capacitance());
            this.op = op;
        }

        @Override
        void draw(int b, int s, int row, float[] inverse, float[] y, WorkerMemory memory) {
            float[] z = floats(op.z());
            float[] mu = floats(op.mu());
            for (int d = 0; d < dims; d++) {
                y[d] = (z[row * dims + d] - mu[b * dims + d]) * inverse[d];
            }
            Arrays.fill(y, dims, dims + rank, 0f);
            Buffer gradient = op.gradient();
            float[] slope = gradient == null ? null : floats(gradient);
            write(b, row, inverse, y, doubles(op.logQ()), slope, -1f, null, memory);
        }
    }

    private final class AtDraw extends Draws {
        private final LowRankOps.LowRankAtDraw op;
        private final DrawBlock normals;

        AtDraw(LowRankOps.LowRankAtDraw op) {
            super(op.shape(), op.rank(), op.omega(), op.factor(), op.capacitance());
            this.op = op;
            this.normals = LowRankOps.normals(op.shape(), op.rank());
        }

        @Override
        void draw(int b, int s, int row, float[] inverse, float[] y, WorkerMemory memory) {
            basics.normals().row(op.key(), (int) value(op.step()), normals, b, s, y, 0, memory);
            Buffer logQ = op.logQ();
            Buffer score = op.score();
            Buffer latent = op.latent();
            write(
                    b,
                    row,
                    inverse,
                    y,
                    logQ == null ? null : doubles(logQ),
                    score == null ? null : floats(score),
                    1f,
                    latent == null ? null : floats(latent),
                    memory);
        }
    }
}
