package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Matrices;
import io.github.elbo4j.device.Matrix;

/**
 * A matrix of every problem of a batch in device memory: the struct View of kernels/gemm.cuh.
 *
 * @param at the address of the first problem's first element
 */
record MatrixBatch(long at, long rowStride, long columnStride, long problemStride) {
    static MatrixBatch of(Matrix matrix) {
        return of(Matrices.repeated(matrix, 1));
    }

    static MatrixBatch of(Matrices matrices) {
        Matrix first = matrices.first();
        long at = Launch.place(first.buffer(), first.offset());
        return new MatrixBatch(at, first.rowStride(), first.columnStride(), matrices.stride());
    }

    /** Row-major matrices, one problem after the other. */
    static MatrixBatch rowMajor(long at, int rows, int columns) {
        return new MatrixBatch(at, columns, 1, (long) rows * columns);
    }

    MatrixBatch transposed() {
        return new MatrixBatch(at, columnStride, rowStride, problemStride);
    }

    /** The part that begins at element (i, j). */
    MatrixBatch from(long i, long j) {
        return new MatrixBatch(
                at + Float.BYTES * (i * rowStride + j * columnStride), rowStride, columnStride, problemStride);
    }

    /** From problem b on. */
    MatrixBatch fromProblem(long b) {
        return new MatrixBatch(at + Float.BYTES * b * problemStride, rowStride, columnStride, problemStride);
    }

    /** Whether neighbouring problems' elements lie beside each other, or are the same. */
    boolean isBeside() {
        return problemStride <= 1;
    }

    /** Writes the struct. */
    Launch to(Launch launch) {
        return launch.address(at).number(rowStride).number(columnStride).number(problemStride);
    }
}
