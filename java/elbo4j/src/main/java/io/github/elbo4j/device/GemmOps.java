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

    private static Signature triangle(String operation, Matrix l, Matrix b) {
        return Signature.of(operation)
                .matrix("l", ElementType.FLOAT32, l, Access.READS)
                .matrix("b", ElementType.FLOAT32, b, Access.UPDATES);
    }
}
