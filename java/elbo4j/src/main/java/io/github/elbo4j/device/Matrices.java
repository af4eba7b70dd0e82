package io.github.elbo4j.device;

/**
 * A batch of matrices that lie alike: matrix s is {@code first} moved on by {@code s * stride} elements. Views are values;
 * they own nothing.
 *
 * @param stride the distance between matrices; 0 repeats one; 1 where neighbouring matrices lie beside each other element
 *     by element
 */
public record Matrices(Matrix first, int count, long stride) {
    public Matrices {
        ArgumentChecks.present("first", first);
        if (count < 0 || stride < 0) {
            throw new IllegalArgumentException(
                    "a batch of " + count + " matrices with a stride of " + stride + " has a negative part");
        }
        try {
            Math.addExact(first.end(), Math.multiplyExact(Math.max(0, count - 1L), stride));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "a batch of " + count + " matrices that end at " + first.end() + " and further, with a stride of "
                            + stride + ", ends beyond any memory",
                    e);
        }
    }

    /** The whole of {@code buffer[rows][columns][count]}: what varies with the draw, a matrix for each draw. */
    public static Matrices beside(Buffer buffer, int rows, int columns, int count) {
        ArgumentChecks.notNegative("columns", columns);
        ArgumentChecks.notNegative("count", count);
        return new Matrices(new Matrix(buffer, 0, rows, columns, (long) columns * count, count), count, 1);
    }

    /** One matrix, as often as told. */
    public static Matrices repeated(Matrix matrix, int count) {
        return new Matrices(matrix, count, 0);
    }

    /** Each one transposed. */
    public Matrices transposed() {
        return new Matrices(first.transposed(), count, stride);
    }

    /** One past the last element that the views touch; 0 if they have none. */
    public long end() {
        return count == 0 || first.end() == 0 ? 0 : first.end() + (count - 1) * stride;
    }

    @Override
    public String toString() {
        String extents = ArgumentChecks.extents(first);
        return count == 1 ? extents : count + " of " + extents;
    }
}
