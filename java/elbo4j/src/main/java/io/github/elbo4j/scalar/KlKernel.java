package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.KlOps;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Operation;
import org.jspecify.annotations.Nullable;

/** Kullback–Leibler divergences in closed form. Twin of kernels/kl.cu. */
public class KlKernel {
    private static final int BLOCK = RowSum.TILE;
    /**
     * Elements of short problems that are taken together. A processor may let a load wait for a store whose address has the same lower 12
     * bits; so few terms, a quarter of a page, are written while a page of each array is read.
     */
    private static final int SHORT = 256;
    /** But so many problems, where a block has room for them: rows that are summed at once. */
    private static final int ROWS = 16;

    private static final int RATIO = 16; // memory slots
    private static final int INVERSE = 17;
    private static final int TERMS = 18;
    private static final int COLUMNS = 19;
    private static final int OFFSET = 20;
    private static final int DIFFERENCE = 21;
    private static final int TILES = 22;
    /** Columns of M that are taken together. */
    private static final int TOGETHER = 64;

    private final SharedKernels basics;
    private final CholeskyKernel factors;

    public KlKernel(SharedKernels basics) {
        this.basics = basics;
        this.factors = new CholeskyKernel(basics.chains());
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(KlOps.KlToStandard.class, ToStandard::new);
        twins.add(KlOps.KlToStandardGradient.class, ToStandardGradient::new);
        twins.add(KlOps.KlDiagonal.class, ToDiagonal::new);
        twins.add(KlOps.KlDiagonalGradient.class, ToDiagonalGradient::new);
        twins.add(KlOps.KlFull.class, ToFull::new);
        twins.add(KlOps.KlFullGradient.class, ToFullGradient::new);
    }

    // ---- inner loops over at most a block; SIMD devices replace them ----

    /** {@code terms[t + i] = (sigma² + (mu² − 1))/2 − omega} with sigma = exp(omega), of elements m + i. */
    protected void standardTerms(float[] mu, float[] omega, int m, float[] terms, int t, int n) {
        for (int i = 0; i < n; i++) {
            float sigma = DetMath.exp(omega[m + i]);
            float square = Math.fma(sigma, sigma, Math.fma(mu[m + i], mu[m + i], -1f));
            terms[t + i] = Math.fma(0.5f, square, -omega[m + i]);
        }
    }

    /** {@code terms[i] = (r² + (e² − 1))/2 − log r} with e = (muQ − muP)·inverse. */
    protected void diagonalTerms(
            float[] muQ, float[] muP, int m, float[] logRatio, float[] ratio, float[] inverse, float[] terms, int n) {
        for (int i = 0; i < n; i++) {
            float e = (muQ[m + i] - muP[m + i]) * inverse[i];
            terms[i] = Math.fma(0.5f, Math.fma(ratio[i], ratio[i], Math.fma(e, e, -1f)), -logRatio[i]);
        }
    }

    // ---- launches ----

    /** One work item is a problem, or some short ones: their elements are neighbours. */
    private abstract class Diagonal<O extends Operation> extends OperationKernel<O> {
        private final int problems;
        private final int dims;
        private final int together;
        private final @Nullable Buffer kl;

        /** @param kl null if there are no terms to be summed */
        Diagonal(O op, int problems, int dims, @Nullable Buffer kl) {
            super(op, ceilDiv(problems, together(dims)), 3L * problems * dims);
            this.problems = problems;
            this.dims = dims;
            this.together = together(dims);
            this.kl = kl;
        }

        private static int together(int dims) {
            int length = Math.max(1, dims);
            return Math.max(1, Math.min(BLOCK / length, Math.max(ROWS, SHORT / length)));
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            float[] terms = memory.floats(TERMS, BLOCK);
            float[] tiles = memory.floats(TILES, BLOCK);
            double[] values = kl == null ? null : doubles(kl);
            for (int item = from; item < to; item++) {
                int b = item * together;
                int rows = Math.min(together, problems - b);
                int length = rows * dims;
                RowSum sum = memory.sum.reset();
                for (int d = 0; d < length; d += BLOCK) {
                    int n = Math.min(BLOCK, length - d);
                    block(b * dims + d, n, terms, memory);
                    if (values != null && dims > BLOCK) {
                        sum.add(basics.sums().tile(terms, 0, n, memory));
                    }
                }
                if (values != null && dims > BLOCK) {
                    values[b] = sum.total();
                } else if (values != null) {
                    basics.sums().tiles(terms, 0, dims, rows, tiles, memory);
                    for (int r = 0; r < rows; r++) {
                        values[b + r] = tiles[r];
                    }
                }
            }
        }

        /** Terms or gradients of n elements from index m on. */
        abstract void block(int m, int n, float[] terms, WorkerMemory memory);

        /** {@code sigma[i] = exp(omega[m + i])}. */
        final float[] sigma(float[] omega, int m, int n, WorkerMemory memory) {
            float[] sigma = memory.floats(RATIO, BLOCK);
            basics.math().map(Function.EXP, omega, m, sigma, 0, n);
            return sigma;
        }

        /** {@code log r = omegaQ − omegaP}. */
        final float[] logRatio(float[] omegaQ, float[] omegaP, int m, int n, WorkerMemory memory) {
            float[] difference = memory.floats(DIFFERENCE, BLOCK);
            for (int i = 0; i < n; i++) {
                difference[i] = omegaQ[m + i] - omegaP[m + i];
            }
            return difference;
        }

        /** {@code inverse[i] = exp(−omegaP[m + i])}. */
        final float[] inverse(float[] omegaP, int m, int n, WorkerMemory memory) {
            float[] inverse = memory.floats(INVERSE, BLOCK);
            basics.math().expNegated(omegaP, m, inverse, 0, n);
            return inverse;
        }
    }

    private final class ToStandard extends Diagonal<KlOps.KlToStandard> {
        ToStandard(KlOps.KlToStandard op) {
            super(op, op.problems(), op.dimensions(), op.kl());
        }

        @Override
        void block(int m, int n, float[] terms, WorkerMemory memory) {
            standardTerms(floats(op.mu()), floats(op.omega()), m, terms, 0, n);
        }
    }

    private final class ToStandardGradient extends Diagonal<KlOps.KlToStandardGradient> {
        ToStandardGradient(KlOps.KlToStandardGradient op) {
            super(op, op.problems(), op.dimensions(), null);
        }

        @Override
        void block(int m, int n, float[] terms, WorkerMemory memory) {
            float[] mu = floats(op.mu());
            float[] sigma = sigma(floats(op.omega()), m, n, memory);
            float[] gradMu = floats(op.gradMu());
            float[] gradOmega = floats(op.gradOmega());
            for (int i = 0; i < n; i++) {
                gradMu[m + i] = mu[m + i];
                gradOmega[m + i] = Math.fma(sigma[i], sigma[i], -1f);
            }
        }
    }

    private final class ToDiagonal extends Diagonal<KlOps.KlDiagonal> {
        ToDiagonal(KlOps.KlDiagonal op) {
            super(op, op.problems(), op.dimensions(), op.kl());
        }

        @Override
        void block(int m, int n, float[] terms, WorkerMemory memory) {
            float[] omegaP = floats(op.omegaP());
            float[] logRatio = logRatio(floats(op.omegaQ()), omegaP, m, n, memory);
            float[] ratio = sigma(logRatio, 0, n, memory);
            float[] inverse = inverse(omegaP, m, n, memory);
            diagonalTerms(floats(op.muQ()), floats(op.muP()), m, logRatio, ratio, inverse, terms, n);
        }
    }

    private final class ToDiagonalGradient extends Diagonal<KlOps.KlDiagonalGradient> {
        ToDiagonalGradient(KlOps.KlDiagonalGradient op) {
            super(op, op.problems(), op.dimensions(), null);
        }

        @Override
        void block(int m, int n, float[] terms, WorkerMemory memory) {
            float[] muQ = floats(op.muQ());
            float[] muP = floats(op.muP());
            float[] omegaP = floats(op.omegaP());
            float[] ratio = sigma(logRatio(floats(op.omegaQ()), omegaP, m, n, memory), 0, n, memory);
            float[] inverse = inverse(omegaP, m, n, memory);
            float[] gradMu = floats(op.gradMu());
            float[] gradOmega = floats(op.gradOmega());
            for (int i = 0; i < n; i++) {
                float e = (muQ[m + i] - muP[m + i]) * inverse[i];
                gradMu[m + i] = e * inverse[i];
                gradOmega[m + i] = Math.fma(ratio[i], ratio[i], -1f);
            }
        }
    }

    /** One work item is a problem. M = P⁻¹·Q is lower triangular; its columns are taken some at a time. */
    private abstract class Full<O extends Operation> extends OperationKernel<O> {
        final int dims;
        private final Buffer muQ;
        private final Buffer factorQ;
        private final Buffer muP;
        private final Buffer factorP;

        Full(O op, int problems, int dims, Buffer muQ, Buffer factorQ, Buffer muP, Buffer factorP) {
            super(op, problems, problems * ((long) dims * dims * dims));
            this.dims = dims;
            this.muQ = muQ;
            this.factorQ = factorQ;
            this.muP = muP;
            this.factorP = factorP;
        }

        @Override
        protected final void run(int from, int to, WorkerMemory memory) {
            float[] mu = floats(muQ);
            float[] q = floats(factorQ);
            float[] otherMu = floats(muP);
            float[] p = floats(factorP);
            float[] scale = memory.floats(RATIO, dims);
            float[] inverse = memory.floats(INVERSE, dims);
            float[] offset = memory.floats(OFFSET, dims);
            float[] columns = memory.floats(TERMS, dims * basics.chains().width(TOGETHER));
            float[] squares = memory.floats(COLUMNS, dims);
            for (int b = from; b < to; b++) {
                int fo = b * dims * dims;
                CholeskyKernel.exponentials(q, fo, false, scale, dims);
                CholeskyKernel.exponentials(p, fo, true, inverse, dims);
                for (int i = 0; i < dims; i++) {
                    offset[i] = mu[b * dims + i] - otherMu[b * dims + i];
                    squares[i] = 0f;
                }
                factors.solve(p, fo, inverse, offset, 1, dims, memory);
                // Column j of M: what stands above row j is zero and stays zero.
                for (int j = 0; j < dims; j += TOGETHER) {
                    int n = Math.min(TOGETHER, dims - j);
                    int width = basics.chains().width(n);
                    for (int i = 0; i < dims; i++) {
                        for (int l = 0; l < n; l++) {
                            int k = j + l;
                            columns[i * width + l] = i < k ? 0f : i == k ? scale[k] : q[fo + i * dims + k];
                        }
                    }
                    factors.solve(p, fo, inverse, columns, width, dims, memory);
                    take(columns, width, j, n, p, fo, scale, inverse, squares, memory);
                }
                end(b, offset, q, p, fo, inverse, squares, memory);
            }
        }

        /**
         * Columns j … j + n − 1 of M, beside each other, which are no longer needed then; {@code squares} begin at
         * +0.
         */
        abstract void take(
                float[] columns,
                int width,
                int j,
                int n,
                float[] p,
                int fo,
                float[] scale,
                float[] inverse,
                float[] squares,
                WorkerMemory memory);

        /** After the last column, with e, the offset. */
        abstract void end(
                int b, float[] e, float[] q, float[] p, int fo, float[] inverse, float[] squares, WorkerMemory memory);
    }

    private final class ToFull extends Full<KlOps.KlFull> {
        ToFull(KlOps.KlFull op) {
            super(op, op.problems(), op.dimensions(), op.muQ(), op.factorQ(), op.muP(), op.factorP());
        }

        @Override
        void take(
                float[] columns,
                int width,
                int j,
                int n,
                float[] p,
                int fo,
                float[] scale,
                float[] inverse,
                float[] squares,
                WorkerMemory memory) {
            for (int i = j; i < dims; i++) {
                int end = Math.min(n, i + 1 - j);
                for (int l = 0; l < end; l++) {
                    float x = columns[i * width + l];
                    squares[i] = Math.fma(x, x, squares[i]);
                }
            }
        }

        @Override
        void end(
                int b, float[] e, float[] q, float[] p, int fo, float[] inverse, float[] squares, WorkerMemory memory) {
            for (int i = 0; i < dims; i++) {
                float square = Math.fma(e[i], e[i], squares[i]) - 1f;
                float logs = p[fo + i * dims + i] - q[fo + i * dims + i];
                squares[i] = Math.fma(0.5f, square, logs);
            }
            doubles(op.kl())[b] = basics.sums().row(squares, 0, dims, memory);
        }
    }

    private final class ToFullGradient extends Full<KlOps.KlFullGradient> {
        ToFullGradient(KlOps.KlFullGradient op) {
            super(op, op.problems(), op.dimensions(), op.muQ(), op.factorQ(), op.muP(), op.factorP());
        }

        @Override
        void take(
                float[] columns,
                int width,
                int j,
                int n,
                float[] p,
                int fo,
                float[] scale,
                float[] inverse,
                float[] squares,
                WorkerMemory memory) {
            factors.solveTransposed(p, fo, inverse, columns, j, width, dims, memory);
            float[] slopes = floats(op.gradFactor());
            for (int i = 0; i < dims; i++) {
                for (int l = 0; l < n; l++) {
                    int k = j + l;
                    float x = columns[i * width + l];
                    slopes[fo + i * dims + k] = i < k ? 0f : i == k ? Math.fma(x, scale[i], -1f) : x;
                }
            }
        }

        @Override
        void end(
                int b, float[] e, float[] q, float[] p, int fo, float[] inverse, float[] squares, WorkerMemory memory) {
            factors.solveTransposed(p, fo, inverse, e, 0, 1, dims, memory);
            System.arraycopy(e, 0, floats(op.gradMu()), b * dims, dims);
        }
    }
}
