package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.MathOps.Function;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Kullback–Leibler divergences in closed form. Twin of kernels/kl.cu. */
public class KlKernel {
    private static final int BLOCK = RowSum.TILE;
    private static final int RATIO = 16; // scratch slots
    private static final int INVERSE = 17;
    private static final int TERMS = 18;
    private static final int COLUMNS = 19;
    private static final int OFFSET = 20;
    private static final int DIFFERENCE = 21;
    private static final int TILES = 22;

    private final Basics basics;
    private final Diagonal diagonal = new Diagonal();
    private final Full full = new Full();

    public KlKernel(Basics basics) {
        this.basics = basics;
    }

    // ---- inner loops over at most a block; SIMD devices replace them ----

    /** {@code terms[i] = (sigma² + (mu² − 1))/2 − omega}. */
    protected void standardTerms(float[] mu, float[] omega, int m, float[] sigma, float[] terms, int n) {
        for (int i = 0; i < n; i++) {
            float square = Math.fma(sigma[i], sigma[i], Math.fma(mu[m + i], mu[m + i], -1f));
            terms[i] = Math.fma(0.5f, square, -omega[m + i]);
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

    public void toStandard(int problems, int dimensions, Buffer mu, Buffer omega, Buffer kl) {
        diagonal.launch(problems, dimensions, mu, omega, null, null, kl, null, null);
    }

    public void toStandardGradient(
            int problems, int dimensions, Buffer mu, Buffer omega, Buffer gradMu, Buffer gradOmega) {
        diagonal.launch(problems, dimensions, mu, omega, null, null, null, gradMu, gradOmega);
    }

    public void diagonal(
            int problems, int dimensions, Buffer muQ, Buffer omegaQ, Buffer muP, Buffer omegaP, Buffer kl) {
        diagonal.launch(problems, dimensions, muQ, omegaQ, muP, omegaP, kl, null, null);
    }

    public void diagonalGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer omegaQ,
            Buffer muP,
            Buffer omegaP,
            Buffer gradMu,
            Buffer gradOmega) {
        diagonal.launch(problems, dimensions, muQ, omegaQ, muP, omegaP, null, gradMu, gradOmega);
    }

    public void full(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer factorQ,
            Buffer muP,
            Buffer factorP,
            @Nullable Buffer kl,
            @Nullable Buffer gradMu,
            @Nullable Buffer gradFactor) {
        full.dims = dimensions;
        full.muQ = muQ;
        full.factorQ = factorQ;
        full.muP = muP;
        full.factorP = factorP;
        full.kl = kl;
        full.gradMu = gradMu;
        full.gradFactor = gradFactor;
        long cube = (long) dimensions * dimensions * dimensions;
        basics.workers().run(full, problems, problems * cube);
    }

    /**
     * One work item is a problem, or as many as fit a block: their elements are neighbours. p is null for the standard
     * normal; either kl or the gradients are wanted.
     */
    private final class Diagonal extends Kernel {
        private int problems;
        private int dims;
        private int together;
        private @Nullable Buffer muQ;
        private @Nullable Buffer omegaQ;
        private @Nullable Buffer muP;
        private @Nullable Buffer omegaP;
        private @Nullable Buffer kl;
        private @Nullable Buffer gradMu;
        private @Nullable Buffer gradOmega;

        void launch(
                int problems,
                int dims,
                Buffer muQ,
                Buffer omegaQ,
                @Nullable Buffer muP,
                @Nullable Buffer omegaP,
                @Nullable Buffer kl,
                @Nullable Buffer gradMu,
                @Nullable Buffer gradOmega) {
            this.dims = dims;
            this.muQ = muQ;
            this.omegaQ = omegaQ;
            this.muP = muP;
            this.omegaP = omegaP;
            this.kl = kl;
            this.gradMu = gradMu;
            this.gradOmega = gradOmega;
            this.problems = problems;
            this.together = Math.max(1, BLOCK / Math.max(1, dims));
            basics.workers().run(this, ceilDiv(problems, together), 3L * problems * dims);
        }

        @Override
        protected void run(int from, int to, Scratch scratch) {
            float[] mu = floats(Objects.requireNonNull(muQ));
            float[] omega = floats(Objects.requireNonNull(omegaQ));
            float[] ratio = scratch.floats(RATIO, BLOCK);
            float[] inverse = scratch.floats(INVERSE, BLOCK);
            float[] terms = scratch.floats(TERMS, BLOCK);
            float[] difference = scratch.floats(DIFFERENCE, BLOCK);
            float[] tiles = scratch.floats(TILES, BLOCK);
            for (int item = from; item < to; item++) {
                int b = item * together;
                int rows = Math.min(together, problems - b);
                int length = rows * dims;
                RowSum sum = scratch.sum.reset();
                for (int d = 0; d < length; d += BLOCK) {
                    int n = Math.min(BLOCK, length - d);
                    block(mu, omega, b * dims + d, n, ratio, inverse, difference, terms);
                    if (kl != null && dims > BLOCK) {
                        sum.add(basics.sums().tile(terms, 0, n, scratch));
                    }
                }
                if (kl != null && dims > BLOCK) {
                    doubles(kl)[b] = sum.total();
                } else if (kl != null) {
                    basics.sums().tiles(terms, 0, dims, rows, tiles, scratch);
                    for (int r = 0; r < rows; r++) {
                        doubles(kl)[b + r] = tiles[r];
                    }
                }
            }
        }

        /** Terms or gradients of n elements from index m on. */
        private void block(
                float[] mu,
                float[] omega,
                int m,
                int n,
                float[] ratio,
                float[] inverse,
                float[] difference,
                float[] terms) {
            if (muP == null || omegaP == null) {
                basics.math().map(Function.EXP, omega, m, ratio, 0, n);
                if (kl != null) {
                    standardTerms(mu, omega, m, ratio, terms, n);
                } else {
                    standardGradient(mu, ratio, m, n);
                }
                return;
            }
            float[] otherMu = floats(muP);
            float[] otherOmega = floats(omegaP);
            for (int i = 0; i < n; i++) {
                difference[i] = omega[m + i] - otherOmega[m + i];
            }
            basics.math().map(Function.EXP, difference, 0, ratio, 0, n);
            basics.math().expNegated(otherOmega, m, inverse, 0, n);
            if (kl != null) {
                diagonalTerms(mu, otherMu, m, difference, ratio, inverse, terms, n);
            } else {
                diagonalGradient(mu, otherMu, ratio, inverse, m, n);
            }
        }

        private void standardGradient(float[] mu, float[] sigma, int m, int n) {
            float[] dMu = floats(Objects.requireNonNull(gradMu));
            float[] dOmega = floats(Objects.requireNonNull(gradOmega));
            for (int i = 0; i < n; i++) {
                dMu[m + i] = mu[m + i];
                dOmega[m + i] = Math.fma(sigma[i], sigma[i], -1f);
            }
        }

        private void diagonalGradient(float[] mu, float[] otherMu, float[] ratio, float[] inverse, int m, int n) {
            float[] dMu = floats(Objects.requireNonNull(gradMu));
            float[] dOmega = floats(Objects.requireNonNull(gradOmega));
            for (int i = 0; i < n; i++) {
                float e = (mu[m + i] - otherMu[m + i]) * inverse[i];
                dMu[m + i] = e * inverse[i];
                dOmega[m + i] = Math.fma(ratio[i], ratio[i], -1f);
            }
        }
    }

    /** One work item is a problem. M = P⁻¹·Q is lower triangular; it is kept by columns. */
    private final class Full extends Kernel {
        private int dims;
        private @Nullable Buffer muQ;
        private @Nullable Buffer factorQ;
        private @Nullable Buffer muP;
        private @Nullable Buffer factorP;
        private @Nullable Buffer kl;
        private @Nullable Buffer gradMu;
        private @Nullable Buffer gradFactor;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            float[] mu = floats(Objects.requireNonNull(muQ));
            float[] q = floats(Objects.requireNonNull(factorQ));
            float[] otherMu = floats(Objects.requireNonNull(muP));
            float[] p = floats(Objects.requireNonNull(factorP));
            float[] scale = scratch.floats(RATIO, dims);
            float[] inverse = scratch.floats(INVERSE, dims);
            float[] offset = scratch.floats(OFFSET, dims);
            float[] column = scratch.floats(TERMS, dims);
            float[] squares = scratch.floats(COLUMNS, dims);
            for (int b = from; b < to; b++) {
                int fo = b * dims * dims;
                FullRankKernel.exponentials(q, fo, false, scale, dims);
                FullRankKernel.exponentials(p, fo, true, inverse, dims);
                for (int i = 0; i < dims; i++) {
                    offset[i] = mu[b * dims + i] - otherMu[b * dims + i];
                    squares[i] = 0f;
                }
                FullRankKernel.solve(p, fo, inverse, offset, dims);
                // Column j of M: what stands above row j is zero and stays zero.
                for (int j = 0; j < dims; j++) {
                    for (int i = 0; i < dims; i++) {
                        column[i] = i < j ? 0f : i == j ? scale[j] : q[fo + i * dims + j];
                    }
                    FullRankKernel.solve(p, fo, inverse, column, dims);
                    if (kl != null) {
                        for (int i = j; i < dims; i++) {
                            squares[i] = Math.fma(column[i], column[i], squares[i]);
                        }
                    } else {
                        FullRankKernel.solveTransposed(p, fo, inverse, column, j, dims);
                        float[] slopes = floats(Objects.requireNonNull(gradFactor));
                        for (int i = 0; i < dims; i++) {
                            slopes[fo + i * dims + j] =
                                    i < j ? 0f : i == j ? Math.fma(column[i], scale[i], -1f) : column[i];
                        }
                    }
                }
                if (kl != null) {
                    for (int i = 0; i < dims; i++) {
                        float square = Math.fma(offset[i], offset[i], squares[i]) - 1f;
                        float logs = p[fo + i * dims + i] - q[fo + i * dims + i];
                        squares[i] = Math.fma(0.5f, square, logs);
                    }
                    doubles(kl)[b] = basics.sums().row(squares, 0, dims, scratch);
                } else {
                    FullRankKernel.solveTransposed(p, fo, inverse, offset, 0, dims);
                    System.arraycopy(offset, 0, floats(Objects.requireNonNull(gradMu)), b * dims, dims);
                }
            }
        }
    }
}
