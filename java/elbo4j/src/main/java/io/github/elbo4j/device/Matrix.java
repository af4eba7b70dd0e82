package io.github.elbo4j.device;

/**
 * A rectangle of a buffer seen as a matrix: element (i, j) is {@code buffer[offset + i * rowStride + j *
 * columnStride]}. Views are values; they own nothing.
 *
 * @param rowStride the distance between rows; 0 repeats one row
 * @param columnStride the distance between columns; one of the two strides is usually 1
 */
public record Matrix(Buffer buffer, long offset, int rows, int columns, long rowStride, long columnStride) {
    public Matrix {
        if (rows < 0 || columns < 0 || offset < 0 || rowStride < 0 || columnStride < 0) {
            throw new IllegalArgumentException("a matrix view of " + rows + " x " + columns + " at offset " + offset
                    + " with strides " + rowStride + ", " + columnStride + " has a negative part");
        }
        if (rows > 0 && columns > 0) {
            try {
                long lastRow = Math.multiplyExact(rows - 1L, rowStride);
                long lastColumn = Math.multiplyExact(columns - 1L, columnStride);
                Math.addExact(Math.addExact(offset, lastRow), Math.addExact(lastColumn, 1));
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException(
                        "a matrix view of " + rows + " x " + columns + " at offset " + offset + " with strides "
                                + rowStride + ", " + columnStride + " ends beyond any memory",
                        e);
            }
        }
    }

    /** The whole of a row-major {@code buffer[rows][columns]}. */
    public static Matrix of(Buffer buffer, int rows, int columns) {
        return new Matrix(buffer, 0, rows, columns, columns, 1);
    }

    /** The transpose: the same elements, read the other way. */
    public Matrix transposed() {
        return new Matrix(buffer, offset, columns, rows, columnStride, rowStride);
    }

    /** Columns {@code from} (inclusive) to {@code to} (exclusive). */
    public Matrix columns(int from, int to) {
        if (from < 0 || to < from || to > columns) {
            throw new IllegalArgumentException(
                    "columns " + from + " to " + to + " of a matrix with " + columns + " columns");
        }
        return new Matrix(buffer, offset + from * columnStride, rows, to - from, rowStride, columnStride);
    }

    /** One past the last element that the view touches; 0 if it has none. */
    public long end() {
        return rows == 0 || columns == 0 ? 0 : offset + (rows - 1) * rowStride + (columns - 1) * columnStride + 1;
    }
}
