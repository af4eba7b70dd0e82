package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Operation;

/**
 * The Gaussian with a Cholesky factor; the order of its sums is {@link CholeskyKernel}'s. Twin of kernels/fullrank.cu.
 *
 * <p>The draws of a group stand beside each other: {@code x[i·width + l]} is coordinate i of draw l.
 */
public final class FullRankKernel {
    private static final int DIAGONAL = 16; // memory slots
    private static final int VECTOR = 17;
    private static final int TERMS = 18;
    private static final int TILES = 19;

    /** log(2πe). */
    private static final double LOG_2PI_E = 2.8378770664093453;

    private final SharedKernels basics;
    private final CholeskyKernel factors;

    public FullRankKernel(SharedKernels basics) {
        this.basics = basics;
        this.factors = new CholeskyKernel(basics.chains());
    }

    /** Its operations. */
    public void addTo(Twins twins) {
        twins.add(FullRankOps.FullRankSample.class, Sample::new);
        twins.add(FullRankOps.FullRankLogDensity.class, LogDensity::new);
        twins.add(FullRankOps.FullRankLogDensityAtDraw.class, AtDraw::new);
        twins.add(FullRankOps.FullRankScore.class, Score::new);
        twins.add(FullRankOps.FullRankEntropy.class, Entropy::new);
    }

    // ---- launches ----

    /** One work item is a group of draws of one problem. */
    private abstract class Rows<O extends Operation> extends OperationKernel<O> {
        final DrawBlock shape;
        final int dims;
        private final Buffer factor;
        private final boolean inverted;

        /** @param inverted whether a draw takes exp(−log L_ii) or exp(log L_ii) */
        Rows(O op, DrawBlock shape, Buffer factor, boolean inverted) {
            super(op, Groups.count(shape), shape.elements() * (4 + shape.dimensions()));
            this.shape = shape;
            this.dims = shape.dimensions();
            this.factor = factor;
            this.inverted = inverted;
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            float[] f = floats(factor);
            float[] diagonal = memory.floats(DIAGONAL, dims);
            for (int item = from; item < to; item++) {
                int b = Groups.problem(shape, item);
                int s = Groups.firstDraw(shape, item);
                int n = Groups.lastDraw(shape, item) - s;
                int width = basics.chains().width(n);
                float[] x = memory.floats(VECTOR, dims * width);
                CholeskyKernel.exponentials(f, b * dims * dims, inverted, diagonal, dims);
                draws(b, s, n, f, diagonal, x, width, memory);
            }
        }

        /**
         * n draws.
         *
         * @param s the first of them
         * @param x memory for all of them
         */
        abstract void draws(
                int b, int s, int n, float[] f, float[] diagonal, float[] x, int width, WorkerMemory memory);

        /** Where the factor of a problem begins. */
        final int factorAt(int b) {
            return b * dims * dims;
        }

        /** Where a draw begins. */
        final int rowAt(int b, int s) {
            return (b * shape.draws() + s) * dims;
        }
    }

    private final class Sample extends Rows<FullRankOps.FullRankSample> {
        Sample(FullRankOps.FullRankSample op) {
            super(op, op.shape(), op.factor(), false);
        }

        @Override
        void draws(int b, int s, int n, float[] f, float[] diagonal, float[] x, int width, WorkerMemory memory) {
            basics.normals().beside(op.key(), (int) value(op.step()), shape, b, s, n, x, width, memory);
            factors.multiply(f, factorAt(b), diagonal, floats(op.mu()), b * dims, x, width, dims, memory);
            CholeskyKernel.toRows(x, width, floats(op.z()), rowAt(b, s), n, dims);
        }
    }

    private final class Score extends Rows<FullRankOps.FullRankScore> {
        Score(FullRankOps.FullRankScore op) {
            super(op, op.shape(), op.factor(), true);
        }

        @Override
        void draws(int b, int s, int n, float[] f, float[] inverse, float[] x, int width, WorkerMemory memory) {
            basics.normals().beside(op.key(), (int) value(op.step()), shape, b, s, n, x, width, memory);
            factors.solveTransposed(f, factorAt(b), inverse, x, 0, width, dims, memory);
            CholeskyKernel.toRows(x, width, floats(op.score()), rowAt(b, s), n, dims);
        }
    }

    private final class LogDensity extends Rows<FullRankOps.FullRankLogDensity> {
        LogDensity(FullRankOps.FullRankLogDensity op) {
            super(op, op.shape(), op.factor(), true);
        }

        @Override
        void draws(int b, int s, int n, float[] f, float[] inverse, float[] x, int width, WorkerMemory memory) {
            int fo = factorAt(b);
            CholeskyKernel.residuals(floats(op.z()), rowAt(b, s), floats(op.mu()), b * dims, x, n, width, dims);
            factors.solve(f, fo, inverse, x, width, dims, memory);
            Buffer logQ = op.logQ();
            if (logQ != null) {
                densities(f, fo, x, width, doubles(logQ), b * shape.draws() + s, n, memory);
            }
            Buffer gradient = op.gradient();
            if (gradient != null) {
                factors.solveTransposed(f, fo, inverse, x, 0, width, dims, memory);
                for (int i = 0; i < dims * width; i++) {
                    x[i] = -x[i];
                }
                CholeskyKernel.toRows(x, width, floats(gradient), rowAt(b, s), n, dims);
            }
        }

        /** Of n solved draws h. */
        private void densities(
                float[] f, int fo, float[] h, int width, double[] logQ, int row, int n, WorkerMemory memory) {
            float[] terms = memory.floats(TERMS, dims * width);
            for (int i = 0; i < dims; i++) {
                terms(f[fo + i * dims + i], h, i * width, terms, i * width, width);
            }
            double constant = dims * MeanFieldKernel.HALF_LOG_2PI;
            if (dims > 0 && dims <= RowSum.TILE) {
                basics.sums().tilesBeside(terms, dims, width);
                for (int l = 0; l < n; l++) {
                    logQ[row + l] = terms[l] - constant;
                }
                return;
            }
            float[] rows = memory.floats(TILES, n * dims);
            CholeskyKernel.toRows(terms, width, rows, 0, n, dims);
            for (int l = 0; l < n; l++) {
                logQ[row + l] = basics.sums().row(rows, l * dims, dims, memory) - constant;
            }
        }
    }

    /** {@code out = −h²/2 − log} of n elements. */
    private static void terms(float log, float[] h, int o, float[] out, int to, int n) {
        for (int l = 0; l < n; l++) {
            out[to + l] = Math.fma(-0.5f * h[o + l], h[o + l], -log);
        }
    }

    /** One work item is a group of draws of one problem; as many short ones as fit a block are summed together. */
    private final class AtDraw extends OperationKernel<FullRankOps.FullRankLogDensityAtDraw> {
        AtDraw(FullRankOps.FullRankLogDensityAtDraw op) {
            super(op, Groups.count(op.shape()), 6 * op.shape().elements());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            DrawBlock x = op.shape();
            int dims = x.dimensions();
            int together = Math.max(1, NormalKernel.BLOCK / Math.max(1, dims));
            double gaussian = dims * MeanFieldKernel.HALF_LOG_2PI;
            double standard = 0.5 * dims * LOG_2PI_E;
            float[] epsilon = memory.floats(TERMS, Math.max(NormalKernel.BLOCK, dims));
            float[] tiles = memory.floats(TILES, NormalKernel.BLOCK);
            double[] logQ = doubles(op.logQ());
            Key key = op.key();
            int step = (int) value(op.step());
            for (int item = from; item < to; item++) {
                int b = Groups.problem(x, item);
                int end = Groups.lastDraw(x, item);
                double entropy = entropy(floats(op.factor()), b, dims, memory);
                for (int s = Groups.firstDraw(x, item); s < end; ) {
                    float[] beside = basics.normals().kept(key, step, x, b, s, end - s, memory);
                    int n = beside != null ? end - s : Math.min(together, end - s);
                    if (beside != null) {
                        beside(beside, n, tiles, memory);
                    } else {
                        rows(key, step, x, b, s, n, epsilon, tiles, memory);
                    }
                    for (int r = 0; r < n; r++) {
                        double sum = dims <= NormalKernel.BLOCK
                                ? tiles[r]
                                : basics.sums().row(epsilon, 0, dims, memory);
                        logQ[b * x.draws() + s + r] = sum - gaussian - entropy + standard;
                    }
                    s += n;
                }
            }
        }

        /** Sums of n rows of normals that stand beside each other. */
        private void beside(float[] normals, int n, float[] tiles, WorkerMemory memory) {
            int dims = op.shape().dimensions();
            int width = basics.chains().width(n);
            float[] terms = memory.floats(VECTOR, dims * width);
            for (int i = 0; i < dims; i++) {
                terms(0f, normals, i * NormalKernel.TOGETHER, terms, i * width, width);
            }
            basics.sums().tilesBeside(terms, dims, width);
            System.arraycopy(terms, 0, tiles, 0, n);
        }

        /** Terms of n rows, and the sums of those that are not longer than a tile. */
        private void rows(
                Key key,
                int step,
                DrawBlock x,
                int b,
                int s,
                int n,
                float[] epsilon,
                float[] tiles,
                WorkerMemory memory) {
            int dims = x.dimensions();
            for (int r = 0; r < n; r++) {
                basics.normals().row(key, step, x, b, s + r, epsilon, r * dims, memory);
            }
            terms(0f, epsilon, 0, epsilon, 0, n * dims);
            if (dims <= NormalKernel.BLOCK) {
                basics.sums().tiles(epsilon, 0, dims, n, tiles, memory);
            }
        }
    }

    /** Σ_i log L_ii + D·(log(2π)/2 + 1/2) of a problem. */
    private double entropy(float[] factor, int b, int dims, WorkerMemory memory) {
        float[] logs = memory.floats(DIAGONAL, dims);
        for (int i = 0; i < dims; i++) {
            logs[i] = factor[(b * dims + i) * dims + i];
        }
        return basics.sums().row(logs, 0, dims, memory) + dims * (MeanFieldKernel.HALF_LOG_2PI + 0.5);
    }

    /** One work item is a problem. */
    private final class Entropy extends OperationKernel<FullRankOps.FullRankEntropy> {
        Entropy(FullRankOps.FullRankEntropy op) {
            super(op, op.problems(), (long) op.problems() * op.dimensions());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            double[] out = doubles(op.entropy());
            int at = (int) value(op.slot()) * op.problems();
            for (int b = from; b < to; b++) {
                out[at + b] = entropy(floats(op.factor()), b, op.dimensions(), memory);
            }
        }
    }
}
