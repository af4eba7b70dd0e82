package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.LowRankGradientOps;
import io.github.elbo4j.device.LowRankOps;
import io.github.elbo4j.device.MathOps.Function;
import java.util.Arrays;

/**
 * Both gradients of the low-rank family: sums over draws, 2 + R for each coordinate. Twin of kernels/lowrankgradient.cu.
 *
 * <p>Column 0 is mu's, 1 omega's, 2 + r that of factor r. {@code h} below is what is summed: {@code u, u·(sigma·epsilon),
 * u·eta_r} with u = g (+ s) for the pathwise gradient; the score {@code s, (sigma·s)² − centre, s·latent_r − centre}, weighted,
 * for the other.
 */
public final class LowRankGradientKernel {
    private static final int BLOCK = RowSum.TILE;

    private static final int SIGMA = 16; // memory slots
    private static final int U = 17;
    private static final int EPSILON = 18;
    private static final int ETA = 19;
    private static final int H = 20;
    private static final int SUMS = 21;

    private final SharedKernels basics;

    public LowRankGradientKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public void addTo(Twins twins) {
        twins.add(LowRankGradientOps.LowRankReparam.class, Reparam::new);
        twins.add(LowRankGradientOps.LowRankScoreGradient.class, op -> {
            Buffer sums = op.sums();
            return sums == null ? new Score(op) : new Controlled(op, sums);
        });
        twins.add(LowRankGradientOps.LowRankScoreSquares.class, Squares::new);
    }

    /** One work item is a block of coordinates of one run of one problem. */
    private abstract class Gradient extends HostKernel {
        final DrawBlock shape;
        final int rank;
        final int dims;
        private final Buffer omega;
        private final Buffer runs;
        private final int parts;

        /** @param parts gradients that are made */
        Gradient(DrawBlock shape, int rank, Buffer omega, Buffer runs, int parts) {
            super(RunItems.count(shape), (4L + rank) * shape.elements());
            this.shape = shape;
            this.rank = rank;
            this.dims = shape.dimensions();
            this.omega = omega;
            this.runs = runs;
            this.parts = parts;
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            double[] out = doubles(runs);
            int width = Math.toIntExact(LowRankOps.width(dims, rank));
            int columns = 2 + rank;
            float[] sigma = memory.floats(SIGMA, BLOCK);
            float[] h = memory.floats(H, BLOCK);
            float[] sums = memory.floats(SUMS, parts * columns * BLOCK);
            for (int item = from; item < to; item++) {
                int b = RunItems.problem(shape, item);
                int d = RunItems.firstDimension(shape, item);
                int n = Math.min(BLOCK, dims - d);
                int end = RunItems.lastDraw(shape, item);
                Arrays.fill(sums, 0, parts * columns * BLOCK, 0f);
                basics.math().map(Function.EXP, floats(omega), b * dims + d, sigma, 0, n);
                for (int s = RunItems.firstDraw(shape, item); s < end; s++) {
                    int row = b * shape.draws() + s;
                    prepare(b, s, d, n, memory);
                    for (int column = 0; column < columns; column++) {
                        h(b, row, d, n, column, h, memory);
                        add(b, row, d, n, column, h, sums);
                    }
                }
                int o = RunItems.offset(shape, item, out.length, parts * width);
                for (int k = 0; k < parts * columns; k++) {
                    for (int i = 0; i < n; i++) {
                        out[o + k * dims + d + i] = sums[k * BLOCK + i];
                    }
                }
            }
        }

        /** Before the columns of draw s, coordinates d … d + n − 1. */
        abstract void prepare(int b, int s, int d, int n, WorkerMemory memory);

        /** h of a column of a draw, the {@code row} of all problems'. */
        abstract void h(int b, int row, int d, int n, int column, float[] h, WorkerMemory memory);

        /** Adds h to the sums of a column, from {@code column·BLOCK} on. */
        abstract void add(int b, int row, int d, int n, int column, float[] h, float[] sums);
    }

    private final class Reparam extends Gradient {
        private final LowRankGradientOps.LowRankReparam op;

        Reparam(LowRankGradientOps.LowRankReparam op) {
            super(op.shape(), op.rank(), op.omega(), op.runs(), 1);
            this.op = op;
        }

        @Override
        void prepare(int b, int s, int d, int n, WorkerMemory memory) {
            Key key = op.key();
            int step = (int) value(op.step());
            basics.normals().block(key, step, shape, b, s, d, n, memory.floats(EPSILON, BLOCK), 0, memory);
            basics.normals().block(key, step, shape, b, s, dims, rank, memory.floats(ETA, rank), 0, memory);
            float[] u = memory.floats(U, BLOCK);
            int o = (b * shape.draws() + s) * dims + d;
            System.arraycopy(floats(op.gradient()), o, u, 0, n);
            Buffer score = op.score();
            if (score != null) {
                float[] more = floats(score);
                for (int i = 0; i < n; i++) {
                    u[i] += more[o + i];
                }
            }
        }

        @Override
        void h(int b, int row, int d, int n, int column, float[] h, WorkerMemory memory) {
            float[] u = memory.floats(U, BLOCK);
            if (column == 0) {
                System.arraycopy(u, 0, h, 0, n);
            } else if (column == 1) {
                float[] sigma = memory.floats(SIGMA, BLOCK);
                float[] epsilon = memory.floats(EPSILON, BLOCK);
                for (int i = 0; i < n; i++) {
                    h[i] = u[i] * (sigma[i] * epsilon[i]);
                }
            } else {
                float eta = memory.floats(ETA, rank)[column - 2];
                for (int i = 0; i < n; i++) {
                    h[i] = u[i] * eta;
                }
            }
        }

        @Override
        void add(int b, int row, int d, int n, int column, float[] h, float[] sums) {
            basics.chains().add(h, sums, column * BLOCK, n);
        }
    }

    /** The score, which is weighted in one way or another. */
    private abstract class OfScore extends Gradient {
        private final Buffer score;
        private final Buffer latent;
        private final Buffer centre;

        OfScore(
                DrawBlock shape,
                int rank,
                Buffer omega,
                Buffer score,
                Buffer latent,
                Buffer centre,
                Buffer runs,
                int parts) {
            super(shape, rank, omega, runs, parts);
            this.score = score;
            this.latent = latent;
            this.centre = centre;
        }

        @Override
        final void prepare(int b, int s, int d, int n, WorkerMemory memory) {}

        @Override
        final void h(int b, int row, int d, int n, int column, float[] h, WorkerMemory memory) {
            float[] s = floats(score);
            float[] mean = floats(centre);
            int o = row * dims + d;
            int m = (b * (2 + rank) + column) * dims + d;
            if (column == 0) {
                System.arraycopy(s, o, h, 0, n);
            } else if (column == 1) {
                float[] sigma = memory.floats(SIGMA, BLOCK);
                for (int i = 0; i < n; i++) {
                    float v = s[o + i] * sigma[i];
                    h[i] = Math.fma(v, v, -mean[m + i]);
                }
            } else {
                float expected = floats(latent)[row * rank + column - 2];
                for (int i = 0; i < n; i++) {
                    h[i] = Math.fma(s[o + i], expected, -mean[m + i]);
                }
            }
        }
    }

    private final class Score extends OfScore {
        private final Buffer weights;

        Score(LowRankGradientOps.LowRankScoreGradient op) {
            super(op.shape(), op.rank(), op.omega(), op.score(), op.latent(), op.centre(), op.runs(), 1);
            this.weights = op.weights();
        }

        @Override
        void add(int b, int row, int d, int n, int column, float[] h, float[] sums) {
            basics.chains().scale(floats(weights)[row], h, 0, n);
            basics.chains().add(h, sums, column * BLOCK, n);
        }
    }

    /** The score with a control variate for each parameter. */
    private final class Controlled extends OfScore {
        private final LowRankGradientOps.LowRankScoreGradient op;
        private final Buffer means;

        Controlled(LowRankGradientOps.LowRankScoreGradient op, Buffer means) {
            super(op.shape(), op.rank(), op.omega(), op.score(), op.latent(), op.centre(), op.runs(), 1);
            this.op = op;
            this.means = means;
        }

        @Override
        void add(int b, int row, int d, int n, int column, float[] h, float[] sums) {
            int columns = 2 + rank;
            int p = (b * 2 * columns + column) * dims + d;
            float w = floats(op.weights())[row];
            basics.variates().add(w, h, 0, h, 0, op.draws(), floats(means), p, columns * dims, sums, column * BLOCK, n);
        }
    }

    private final class Squares extends OfScore {
        private final Buffer weights;

        Squares(LowRankGradientOps.LowRankScoreSquares op) {
            super(op.shape(), op.rank(), op.omega(), op.score(), op.latent(), op.centre(), op.runs(), 2);
            this.weights = op.weights();
        }

        @Override
        void add(int b, int row, int d, int n, int column, float[] h, float[] sums) {
            float w = floats(weights)[row];
            int o = column * BLOCK;
            int second = (2 + rank + column) * BLOCK;
            for (int i = 0; i < n; i++) {
                sums[o + i] += w * (h[i] * h[i]);
                sums[second + i] += h[i] * h[i];
            }
        }
    }
}
