package io.github.elbo4j.scalar;

import io.github.elbo4j.device.LowRankOps;

/** The part of {@link LowRankKernel} that is of float64: C⁻¹ of each problem, and what follows from it alone. */
final class CapacitanceKernel {
    private static final int BLOCK = RowSum.TILE;

    private static final int INVERSE = 16; // scratch slot: exp(−omega)
    private static final int COLUMN = 0; // slots of doubles
    private static final int TERMS = 1;

    private final Basics basics;

    CapacitanceKernel(Basics basics) {
        this.basics = basics;
    }

    /** Its operations. */
    void addTo(Twins twins) {
        twins.add(LowRankOps.LowRankCapacitance.class, op -> {
            Products products = new Products(op);
            Invert invert = new Invert(op);
            return workers -> {
                products.run(workers);
                invert.run(workers);
            };
        });
        twins.add(LowRankOps.LowRankEntropyGradient.class, EntropyGradient::new);
    }

    /** {@code C_ij = Σ_d G_id·G_jd}, and 1 on the diagonal, j ≤ i. One work item is an element. */
    private final class Products extends Kernel {
        private final LowRankOps.LowRankCapacitance op;
        private final int pairs;

        Products(LowRankOps.LowRankCapacitance op) {
            super(
                    Math.multiplyExact(op.problems(), op.rank() * (op.rank() + 1) / 2),
                    (long) op.problems() * op.rank() * op.rank() * op.dimensions());
            this.op = op;
            this.pairs = op.rank() * (op.rank() + 1) / 2;
        }

        @Override
        protected void run(int from, int to, Scratch scratch) {
            int rank = op.rank();
            int dims = op.dimensions();
            float[] f = floats(op.factor());
            double[] out = doubles(op.capacitance());
            float[] inverse = scratch.floats(INVERSE, BLOCK);
            double[] terms = scratch.doubles(TERMS, BLOCK);
            for (int item = from; item < to; item++) {
                int b = item / pairs;
                int i = 0;
                int j = item % pairs;
                while (j > i) {
                    i++;
                    j -= i;
                }
                RowSum sum = scratch.sum.reset();
                for (int d = 0; d < dims; d += BLOCK) {
                    int n = Math.min(BLOCK, dims - d);
                    int fi = (b * rank + i) * dims + d;
                    int fj = (b * rank + j) * dims + d;
                    basics.math().expNegated(floats(op.omega()), b * dims + d, inverse, 0, n);
                    for (int e = 0; e < n; e++) {
                        terms[e] = ((double) f[fi + e] * inverse[e]) * ((double) f[fj + e] * inverse[e]);
                    }
                    sum.add(SumKernel.tile(terms, n, scratch));
                }
                out[b * LowRankOps.capacitanceWidth(rank) + i * rank + j] = sum.total() + (i == j ? 1 : 0);
            }
        }
    }

    /** One work item is a problem. */
    private static final class Invert extends Kernel {
        private final LowRankOps.LowRankCapacitance op;

        Invert(LowRankOps.LowRankCapacitance op) {
            super(op.problems(), (long) op.problems() * op.rank() * op.rank() * op.rank());
            this.op = op;
        }

        @Override
        protected void run(int from, int to, Scratch scratch) {
            int rank = op.rank();
            double[] a = doubles(op.capacitance());
            double[] column = scratch.doubles(COLUMN, rank);
            double[] logs = scratch.doubles(TERMS, rank);
            for (int b = from; b < to; b++) {
                int o = b * LowRankOps.capacitanceWidth(rank);
                for (int k = 0; k < rank; k++) {
                    for (int i = 0; i < rank; i++) {
                        column[i] = a[o + Math.max(i, k) * rank + Math.min(i, k)];
                    }
                    double pivot = column[k] < 1 ? 1 : column[k]; // a NaN stays
                    logs[k] = DetMath.log((float) Math.sqrt(pivot));
                    eliminate(a, o, column, k, 1 / pivot, rank);
                }
                for (int i = 0; i < rank; i++) {
                    for (int j = 0; j <= i; j++) {
                        a[o + i * rank + j] = -a[o + i * rank + j];
                        a[o + j * rank + i] = a[o + i * rank + j];
                    }
                }
                a[o + rank * rank] = SumKernel.tile(logs, rank, scratch);
            }
        }

        /** Pivot k, in the lower triangle: after all pivots it is −C⁻¹. */
        private static void eliminate(double[] a, int o, double[] column, int k, double scale, int rank) {
            for (int i = 0; i < rank; i++) {
                for (int j = 0; j <= i; j++) {
                    int at = o + i * rank + j;
                    if (i == k) {
                        a[at] = j == k ? -scale : column[j] * scale;
                    } else if (j == k) {
                        a[at] = column[i] * scale;
                    } else {
                        a[at] = Math.fma(-(column[i] * scale), column[j], a[at]);
                    }
                }
            }
        }
    }

    /** One work item is a block of coordinates of one problem. */
    private final class EntropyGradient extends Kernel {
        private final LowRankOps.LowRankEntropyGradient op;

        EntropyGradient(LowRankOps.LowRankEntropyGradient op) {
            super(
                    Math.multiplyExact(op.problems(), ceilDiv(op.dimensions(), BLOCK)),
                    (long) op.problems() * op.dimensions() * op.rank() * op.rank());
            this.op = op;
        }

        @Override
        protected void run(int from, int to, Scratch scratch) {
            int rank = op.rank();
            int dims = op.dimensions();
            int blocks = ceilDiv(dims, BLOCK);
            float[] f = floats(op.factor());
            double[] c = doubles(op.capacitance());
            float[] out = floats(op.gradient());
            float[] inverse = scratch.floats(INVERSE, BLOCK);
            double[] g = scratch.doubles(COLUMN, rank);
            for (int item = from; item < to; item++) {
                int b = item / blocks;
                int first = item % blocks * BLOCK;
                int n = Math.min(BLOCK, dims - first);
                int co = b * LowRankOps.capacitanceWidth(rank);
                int start = (int) (b * LowRankOps.width(dims, rank));
                basics.math().expNegated(floats(op.omega()), b * dims + first, inverse, 0, n);
                for (int i = 0; i < n; i++) {
                    int d = first + i;
                    for (int r = 0; r < rank; r++) {
                        g[r] = (double) f[(b * rank + r) * dims + d] * inverse[i];
                    }
                    double explained = 0;
                    for (int r = 0; r < rank; r++) {
                        double sum = 0;
                        for (int q = 0; q < rank; q++) {
                            sum = Math.fma(c[co + r * rank + q], g[q], sum);
                        }
                        explained = Math.fma(sum, g[r], explained);
                        out[start + (2 + r) * dims + d] = (float) (sum * inverse[i]);
                    }
                    out[start + d] = 0f;
                    out[start + dims + d] = (float) (1 - explained);
                }
            }
        }
    }
}
