package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;

/** Dense linear algebra. Kernel family {@code gemm}; the order of sums is that of {@link Operation}. */
public interface GemmOps {
    /**
     * {@code C = A·B}, or {@code C += A·B}: C is M × N, A is M × K, B is K × N. C must not overlap A or B.
     *
     * @param accumulate whether the product, rounded to float32, is added to C's old value or to +0
     */
    record Gemm(Matrix a, Matrix b, boolean accumulate, Matrix c) implements Operation {
        public Gemm {
            ArgumentChecks.present("a", a);
            ArgumentChecks.present("b", b);
            ArgumentChecks.present("c", c);
            if (a.columns() != b.rows() || c.rows() != a.rows() || c.columns() != b.columns()) {
                throw new IllegalArgumentException("c is " + ArgumentChecks.extents(c) + ", but a · b is "
                        + ArgumentChecks.extents(a) + " times " + ArgumentChecks.extents(b));
            }
        }

        @Override
        public Signature signature() {
            return Signature.of("gemm")
                    .matrix("a", ElementType.FLOAT32, a, Access.READS)
                    .matrix("b", ElementType.FLOAT32, b, Access.READS)
                    .matrix("c", ElementType.FLOAT32, c, accumulate ? Access.UPDATES : Access.WRITES);
        }

        /** The same as a batch of one. */
        public BatchedGemm asBatch() {
            return new BatchedGemm(
                    Matrices.repeated(a, 1), Matrices.repeated(b, 1), accumulate, Matrices.repeated(c, 1));
        }
    }

    /**
     * {@code C_s = A_s·B_s}, or {@code C_s += A_s·B_s}, for every s of a batch, each as {@link Gemm} has it: left holds the A,
     * right the B, result the C. C must not overlap A or B. It is fast along s where the matrices lie beside each other, of
     * strides 1, or 0 for one that is the same for all.
     */
    record BatchedGemm(Matrices left, Matrices right, boolean accumulate, Matrices result) implements Operation {
        public BatchedGemm {
            Matrix x = ArgumentChecks.present("left", left).first();
            Matrix y = ArgumentChecks.present("right", right).first();
            Matrix z = ArgumentChecks.present("result", result).first();
            if (x.columns() != y.rows() || z.rows() != x.rows() || z.columns() != y.columns()) {
                throw new IllegalArgumentException("result is " + ArgumentChecks.extents(z)
                        + ", but left · right is " + ArgumentChecks.extents(x) + " times "
                        + ArgumentChecks.extents(y));
            }
            if (left.count() != result.count() || right.count() != result.count()) {
                throw new IllegalArgumentException("result has " + result.count() + " matrices, but left has "
                        + left.count() + " and right has " + right.count() + ": all must have as many");
            }
        }

        @Override
        public Signature signature() {
            return Signature.of("batchedGemm")
                    .matrices("left", ElementType.FLOAT32, left, Access.READS)
                    .matrices("right", ElementType.FLOAT32, right, Access.READS)
                    .matrices("result", ElementType.FLOAT32, result, accumulate ? Access.UPDATES : Access.WRITES);
        }
    }

    /**
     * {@code B = L·B} in place for a lower triangular L (M × M, its diagonal as it is) and B, M × N; pass {@code
     * L.transposed()} and {@code upper} for Lᵀ·B. The chains of each output run over the triangle's own k.
     */
    record TriangularMultiply(Matrix l, boolean upper, Matrix b) implements Operation {
        public TriangularMultiply {
            ArgumentChecks.triangle(l, b);
        }

        @Override
        public Signature signature() {
            return triangle("triangularMultiply", l, b);
        }
    }

    /** {@code B = L⁻¹·B} in place by forward substitution; backward, if {@code upper}. */
    record TriangularSolve(Matrix l, boolean upper, Matrix b) implements Operation {
        public TriangularSolve {
            ArgumentChecks.triangle(l, b);
        }

        @Override
        public Signature signature() {
            return triangle("triangularSolve", l, b);
        }
    }

    /** {@code B_s = L_s⁻¹·B_s} in place for every s of a batch, each as {@link TriangularSolve} has it. */
    record BatchedTriangularSolve(Matrices l, boolean upper, Matrices b) implements Operation {
        public BatchedTriangularSolve {
            ArgumentChecks.triangle(l, b);
        }

        @Override
        public Signature signature() {
            return Signature.of("batchedTriangularSolve")
                    .matrices("l", ElementType.FLOAT32, l, Access.READS)
                    .matrices("b", ElementType.FLOAT32, b, Access.UPDATES);
        }
    }

    private static Signature triangle(String operation, Matrix l, Matrix b) {
        return Signature.of(operation)
                .matrix("l", ElementType.FLOAT32, l, Access.READS)
                .matrix("b", ElementType.FLOAT32, b, Access.UPDATES);
    }
}
