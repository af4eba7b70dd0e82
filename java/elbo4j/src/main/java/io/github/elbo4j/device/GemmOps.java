package io.github.elbo4j.device;

/** Dense linear algebra. Kernel family {@code gemm}; the order of sums is that of {@link Ops}. */
public interface GemmOps {
    /**
     * {@code C = A·B}, or {@code C += A·B}: C is M × N, A is M × K, B is K × N. C must not overlap A or B.
     *
     * @param accumulate whether the product, rounded to float32, is added to C's old value or to +0
     */
    void gemm(Matrix a, Matrix b, boolean accumulate, Matrix c);

    /**
     * {@code B = L·B} in place for a lower triangular L (M × M, its diagonal as it is) and B, M × N; pass {@code
     * L.transposed()} and {@code upper} for Lᵀ·B. The chains of each output run over the triangle's own k.
     */
    void triangularMultiply(Matrix l, boolean upper, Matrix b);

    /** {@code B = L⁻¹·B} in place by forward substitution; backward, if {@code upper}. */
    void triangularSolve(Matrix l, boolean upper, Matrix b);
}
