package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Matrix;

/**
 * A matrix of every problem of a batch in device memory: the struct View of kernels/gemm.cuh.
 *
 * @param at the address of the first problem's first element
 */
record MatrixBatch(long at, long rowStride, long columnStride, long problemStride) {
    static MatrixBatch of(Matrix matrix) {
        return new MatrixBatch(
                Launch.place(matrix.buffer(), matrix.offset()), matrix.rowStride(), matrix.columnStride(), 0);
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

    /** Writes the struct. */
    Launch to(Launch launch) {
        return launch.address(at).number(rowStride).number(columnStride).number(problemStride);
    }
}
