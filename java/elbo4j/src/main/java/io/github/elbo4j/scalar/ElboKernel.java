package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.KlOps;
import io.github.elbo4j.device.MathOps.Function;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reductions over draws. Twin of kernels/elbo.cu; f = logP − logQ. */
class ElboKernel {
    private static final int BLOCK = RowSum.TILE;
    private static final int F = 16; // memory slots
    private static final int LANES = 0; // slots of doubles
    private static final int TILES = 1;
    private static final int MORE_TILES = 2;

    /** Coordinates whose run sums one work item folds. */
    private static final int COORDINATES = 64;

    private final SharedKernels basics;

    public ElboKernel(SharedKernels basics) {
        this.basics = basics;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(ElboOps.Moments.class, Moments::new);
        twins.add(ElboOps.Renyi.class, Renyi::new);
        twins.add(ElboOps.MeanOverDraws.class, MeanOverDraws::new);
        twins.add(KlOps.KlMonteCarlo.class, ElboKernel::monteCarlo);
    }

    /** KL(q ‖ p) is the mean of −f. */
    private static HostKernel monteCarlo(KlOps.KlMonteCarlo op) {
        return new Moments(new ElboOps.Moments(op.problems(), op.draws(), op.logQ(), op.logP(), op.kl(), Index.of(0)));
    }

    /** f of the draw at an index. */
    static double difference(double[] logP, double @Nullable [] logQ, int at) {
        return logQ == null ? logP[at] : logP[at] - logQ[at];
    }

    /** The mean of f over the draws of problem b. */
    static double mean(double[] logP, double @Nullable [] logQ, int b, int draws, WorkerMemory memory) {
        RowSum sum = memory.sum.reset();
        for (int s = 0; s < draws; s++) {
            sum.add(difference(logP, logQ, b * draws + s));
        }
        return sum.total() / draws;
    }

    /** {@code out[o], out[o + 1], out[o + 2]} = mean, variance and standard error of f over the draws of problem b. */
    static void moments(
            double[] logP, double @Nullable [] logQ, int b, int draws, double[] out, int o, WorkerMemory memory) {
        double mean = mean(logP, logQ, b, draws, memory);
        // A second pass: mean(f²) − mean(f)² cancels when |mean| is much larger than the deviation.
        RowSum sum = memory.sum.reset();
        for (int s = 0; s < draws; s++) {
            double deviation = difference(logP, logQ, b * draws + s) - mean;
            sum.add(deviation * deviation);
        }
        double squares = sum.total();
        double variance = draws > 1 ? squares / (draws - 1) : Double.NaN;
        out[o] = mean;
        out[o + 1] = variance;
        out[o + 2] = Math.sqrt(variance / draws);
    }

    /** One work item is a problem. */
    private static final class Moments extends OperationKernel<ElboOps.Moments> {
        Moments(ElboOps.Moments op) {
            super(op, op.problems(), 2L * op.problems() * op.draws());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            double[] p = doubles(op.logP());
            Buffer logQ = op.logQ();
            double[] q = logQ == null ? null : doubles(logQ);
            double[] out = doubles(op.moments());
            int at = (int) value(op.slot()) * op.problems();
            for (int b = from; b < to; b++) {
                moments(p, q, b, op.draws(), out, 3 * (at + b), memory);
            }
        }
    }

    /** One work item is a problem. */
    private final class Renyi extends OperationKernel<ElboOps.Renyi> {
        private final int draws;
        private final float power;

        Renyi(ElboOps.Renyi op) {
            super(op, op.problems(), 8L * op.problems() * op.draws());
            this.draws = op.draws();
            this.power = 1 - op.alpha();
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            double[] p = doubles(op.logP());
            Buffer logQ = op.logQ();
            double[] q = logQ == null ? null : doubles(logQ);
            double[] out = doubles(op.bound());
            float[] f = memory.floats(F, BLOCK);
            for (int b = from; b < to; b++) {
                double largest = Double.NEGATIVE_INFINITY;
                for (int s = 0; s < draws; s++) {
                    largest = Math.max(largest, power * difference(p, q, b * draws + s)); // a NaN stays
                }
                RowSum sum = memory.sum.reset();
                for (int s = 0; s < draws; s += BLOCK) {
                    sum.add(weights(p, q, b, s, largest, 0.0, false, f, memory));
                }
                double mean = sum.total() / draws;
                sum = memory.sum.reset();
                for (int s = 0; s < draws; s += BLOCK) {
                    sum.add(weights(p, q, b, s, largest, mean, true, f, memory));
                }
                double variance = draws > 1 ? sum.total() / (draws - 1) : Double.NaN;
                // If every weight is zero (all f are −inf) or one is infinite, the bound is that infinity.
                double value = Double.isInfinite(largest) ? largest : largest + (double) DetMath.log((float) mean);
                out[2 * b] = value / power;
                out[2 * b + 1] = Math.sqrt(variance / draws) / (mean * Math.abs(power));
            }
        }

        /** Σ of the weights exp(power·f − largest) of a block of draws, or of their squared deviations from the mean. */
        private float weights(
                double[] p,
                double @Nullable [] q,
                int b,
                int s,
                double largest,
                double mean,
                boolean squares,
                float[] f,
                WorkerMemory memory) {
            int n = Math.min(BLOCK, draws - s);
            for (int i = 0; i < n; i++) {
                f[i] = (float) (power * difference(p, q, b * draws + s + i) - largest);
            }
            basics.math().map(Function.EXP, f, 0, f, 0, n);
            if (squares) {
                for (int i = 0; i < n; i++) {
                    float deviation = (float) (f[i] - mean);
                    f[i] = deviation * deviation;
                }
            }
            return basics.sums().tile(f, 0, n, memory);
        }
    }

    /** One work item is a block of coordinates of one problem. */
    private static final class MeanOverDraws extends OperationKernel<ElboOps.MeanOverDraws> {
        MeanOverDraws(ElboOps.MeanOverDraws op) {
            super(
                    op,
                    op.problems() * ceilDiv(op.width(), COORDINATES),
                    (long) op.problems() * op.width() * ElboOps.runs(op.draws()));
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            double[] in = doubles(op.runSums());
            float[] out = floats(op.mean());
            int width = op.width();
            int blocks = ceilDiv(width, COORDINATES);
            int runs = ElboOps.runs(op.draws());
            for (int item = from; item < to; item++) {
                int b = item / blocks;
                int p = item % blocks * COORDINATES;
                int n = Math.min(COORDINATES, width - p);
                int allRuns = in.length / (op.problems() * width);
                double[] sums = in;
                int at = b * allRuns * width + p;
                int stride = width;
                int count = runs;
                int slot = TILES;
                while (count > 1 || sums == in) {
                    int tiles = Math.max(1, ceilDiv(count, RowSum.TILE));
                    double[] folded = memory.doubles(slot, tiles * COORDINATES);
                    for (int tile = 0; tile < tiles; tile++) {
                        int first = tile * RowSum.TILE;
                        int rows = Math.min(RowSum.TILE, count - first);
                        foldTile(sums, at + first * stride, stride, rows, n, folded, tile * COORDINATES, memory);
                    }
                    sums = folded;
                    at = 0;
                    stride = COORDINATES;
                    count = tiles;
                    slot = slot == TILES ? MORE_TILES : TILES;
                }
                divide(sums, at, out, b * width + p, n);
            }
        }

        /** {@code out[o + i] = constant + sums[at + i]/draws}. */
        private void divide(double[] sums, int at, float[] out, int o, int n) {
            double constant = op.constant();
            double draws = op.draws();
            if (Integer.bitCount(op.draws())
                    == 1) { // a power of two: its inverse is exact, and so is the product what the quotient is
                double inverse = 1 / draws;
                for (int i = 0; i < n; i++) {
                    out[o + i] = (float) (constant + sums[at + i] * inverse);
                }
                return;
            }
            for (int i = 0; i < n; i++) {
                out[o + i] = (float) (constant + sums[at + i] / draws);
            }
        }

        /** Folds a tile of at most 1024 rows, n coordinates side by side; adding lanes that stayed +0 changes nothing. */
        private void foldTile(
                double[] in, int at, int stride, int rows, int n, double[] out, int o, WorkerMemory memory) {
            double[] lanes = memory.doubles(LANES, RowSum.LANES * COORDINATES);
            Arrays.fill(lanes, 0, Math.min(rows, RowSum.LANES) * COORDINATES, 0.0);
            for (int r = 0; r < rows; r++) {
                int lane = r % RowSum.LANES * COORDINATES;
                for (int i = 0; i < n; i++) {
                    lanes[lane + i] += in[at + r * stride + i];
                }
            }
            int filled = Math.min(rows, RowSum.LANES);
            for (int half = RowSum.LANES / 2; half > 0; half /= 2) {
                int end = Math.min(half, filled - half) * COORDINATES;
                for (int i = 0; i < end; i++) {
                    lanes[i] += lanes[i + half * COORDINATES];
                }
                filled = Math.min(filled, half);
            }
            System.arraycopy(lanes, 0, out, o, n);
        }
    }
}
