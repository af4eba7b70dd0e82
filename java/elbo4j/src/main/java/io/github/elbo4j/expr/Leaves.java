package io.github.elbo4j.expr;

import java.util.List;
import java.util.Objects;

/** Makes the leaves of expressions that hold data. */
final class Leaves {
    private Leaves() {}

    /** Equally long rows. */
    static Expr matrix(String name, double[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        double[] values = new double[Math.multiplyExact(rows.length, columns)];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new IllegalArgumentException(
                        name + " has " + rows[i].length + " elements in row " + i + ", but " + columns + " in row 0");
            }
            System.arraycopy(rows[i], 0, values, i * columns, columns);
        }
        return data(name, values, false, rows.length, columns);
    }

    /**
     * Data as a user gives them, of any extents: all must be finite in float32. Messages count elements from 1.
     *
     * @param values row-major; kept, not copied
     * @param ofRows whether the first axis is the rows of a model's table
     */
    static Expr data(String name, double[] values, boolean ofRows, int... extents) {
        Objects.requireNonNull(name, "name is null");
        if (values.length != Extents.size(extents)) {
            throw new IllegalArgumentException(name + " has " + values.length + " elements, but must have "
                    + Extents.size(extents) + " for " + Extents.words(extents));
        }
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite((float) values[i])) {
                throw new IllegalArgumentException(Plate.element(name, extents, i, List.of()) + " is " + values[i]
                        + ", but must be finite (in float32)");
            }
            least = Math.min(least, values[i]);
            greatest = Math.max(greatest, values[i]);
        }
        Range range = values.length == 0 ? Range.ALL : Range.closed(least, greatest);
        return Expr.leaf(Primitive.DATA, extents.clone(), new Detail.Data(name, values), ofRows, range);
    }

    /** Data that were computed: an element that is not finite is found where it is used. */
    static Expr folded(String name, double[] values, boolean ofRows, int... extents) {
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
        Range range = least <= greatest ? Range.closed(least, greatest) : Range.ALL;
        return Expr.leaf(Primitive.DATA, extents.clone(), new Detail.Data(name, values), ofRows, range);
    }

    /** So many rows of data of the table's rows, which a step chooses. */
    static Expr batch(Expr data, int rows) {
        int[] extents = Extents.with(data.ownExtents(), 0, rows);
        return Expr.leaf(
                Primitive.DATA, extents, new Canonical.Batch(data.detail(Detail.Data.class)), true, data.range());
    }

    /** Standard normals for each row of so many, of their own at each step. */
    static Expr normals(Detail.Normals detail, boolean ofRows, int... extents) {
        return Expr.leaf(Primitive.NORMALS, extents.clone(), detail, ofRows, Range.ALL);
    }

    /** Coordinates of a draw z, from {@code offset} on. */
    static Expr parameter(String name, int offset, int... extents) {
        return Expr.leaf(Primitive.PARAMETER, extents.clone(), new Detail.Slot(name, offset), false, Range.ALL);
    }
}
