package io.github.elbo4j.cuda;

import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasDiagType;
import jcuda.jcublas.cublasFillMode;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasSideMode;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/**
 * cuBLAS, for fast arithmetic: products whose sums have cuBLAS's own order. It takes matrices that are stored by rows or
 * by columns without repeating any; others are left to the kernels.
 */
final class Cublas {
    private static final int TRANSPOSED = cublasOperation.CUBLAS_OP_T;
    private static final int AS_STORED = cublasOperation.CUBLAS_OP_N;

    private final Cuda cuda;
    private final cublasHandle handle = new cublasHandle();
    private final Pointer zero = scalar(0);
    private final Pointer one = scalar(1);

    Cublas(Cuda cuda) {
        this.cuda = cuda;
        check(JCublas2.cublasCreate(handle), "starting cuBLAS");
        check(JCublas2.cublasSetStream(handle, new cudaStream_t(cuda.stream())), "giving cuBLAS a stream");
    }

    /** {@code C = A·B} or {@code C += A·B}; false if cuBLAS cannot take one of them. */
    boolean gemm(GemmOps.Gemm op) {
        Matrix a = op.a();
        Matrix b = op.b();
        Matrix c = op.c();
        if (byRows(c) && !byColumns(c)) {
            // cuBLAS stores matrices by columns: Cᵀ = Bᵀ·Aᵀ.
            return gemm(new GemmOps.Gemm(b.transposed(), a.transposed(), op.accumulate(), c.transposed()));
        }
        if (!byColumns(c) || !takes(a) || !takes(b)) {
            return false;
        }
        if (c.rows() > 0 && c.columns() > 0 && cuda.mayCall()) {
            check(
                    JCublas2.cublasSgemm(
                            handle,
                            operation(a),
                            operation(b),
                            c.rows(),
                            c.columns(),
                            a.columns(),
                            one,
                            first(a),
                            leading(a),
                            first(b),
                            leading(b),
                            op.accumulate() ? one : zero,
                            first(c),
                            leading(c)),
                    "gemm");
        }
        return true;
    }

    /** {@code B = L·B}, or with {@code solve} {@code B = L⁻¹·B}; false if cuBLAS cannot take one of them. */
    boolean triangular(Matrix l, boolean upper, boolean solve, Matrix b) {
        boolean columns = byColumns(b);
        if (!(columns || byRows(b)) || !takes(l)) {
            return false;
        }
        if (b.rows() == 0 || b.columns() == 0 || !cuda.mayCall()) {
            return true;
        }
        // B by rows is Bᵀ by columns: Bᵀ = Bᵀ·Lᵀ. What is stored is the triangle of L, or of Lᵀ if L is by rows.
        int side = columns ? cublasSideMode.CUBLAS_SIDE_LEFT : cublasSideMode.CUBLAS_SIDE_RIGHT;
        Matrix stored = columns ? b : b.transposed();
        int operation = operation(columns ? l : l.transposed());
        int fill =
                upper == byColumns(l) ? cublasFillMode.CUBLAS_FILL_MODE_UPPER : cublasFillMode.CUBLAS_FILL_MODE_LOWER;
        int diagonal = cublasDiagType.CUBLAS_DIAG_NON_UNIT;
        int rows = stored.rows();
        int width = stored.columns();
        Pointer first = first(stored);
        int leading = leading(stored);
        if (solve) {
            check(
                    JCublas2.cublasStrsm(
                            handle,
                            side,
                            fill,
                            operation,
                            diagonal,
                            rows,
                            width,
                            one,
                            first(l),
                            leading(l),
                            first,
                            leading),
                    "triangularSolve");
        } else {
            check(
                    JCublas2.cublasStrmm(
                            handle,
                            side,
                            fill,
                            operation,
                            diagonal,
                            rows,
                            width,
                            one,
                            first(l),
                            leading(l),
                            first,
                            leading,
                            first,
                            leading),
                    "triangularMultiply");
        }
        return true;
    }

    void close() {
        int status = JCublas2.cublasDestroy(handle);
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            cuda.freeing(failure(status, "ending cuBLAS"));
        }
    }

    private void check(int status, String operation) {
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw failure(status, operation);
        }
    }

    private DeviceException failure(int status, String operation) {
        return new DeviceException(
                cuda.driver().device() + ": " + operation + " failed: " + cublasStatus.stringFor(status));
    }

    /** Columns one after another, in memory that no two elements share. */
    private static boolean byColumns(Matrix m) {
        return (m.rowStride() == 1 || m.rows() < 2) && leads(m.columns() < 2 ? m.rows() : m.columnStride(), m.rows());
    }

    private static boolean byRows(Matrix m) {
        return byColumns(m.transposed());
    }

    private static boolean takes(Matrix m) {
        return byColumns(m) || byRows(m);
    }

    private static boolean leads(long stride, int rows) {
        return stride >= rows && stride <= Integer.MAX_VALUE;
    }

    private static int operation(Matrix m) {
        return byColumns(m) ? AS_STORED : TRANSPOSED;
    }

    /** The distance of columns of what is stored. */
    private static int leading(Matrix m) {
        Matrix stored = byColumns(m) ? m : m.transposed();
        long distance = stored.columns() < 2 ? stored.rows() : stored.columnStride();
        return (int) Math.max(1, distance);
    }

    private static Pointer first(Matrix m) {
        return new Address(((CudaBuffer) m.buffer()).address() + m.offset() * Float.BYTES);
    }

    private static Pointer scalar(float value) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Float.BYTES).order(ByteOrder.nativeOrder());
        return Pointer.to(buffer.putFloat(0, value));
    }
}
