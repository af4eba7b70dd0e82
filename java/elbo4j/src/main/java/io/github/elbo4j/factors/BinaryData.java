package io.github.elbo4j.factors;

import java.util.Arrays;
import java.util.List;

/** Rows of columns that are 0 or 1. It never changes. */
public final class BinaryData {
    private final List<String> columns;
    private final double[] values; // [N][P]
    private final int rows;

    private BinaryData(List<String> columns, double[] values) {
        this.columns = columns;
        this.values = values;
        this.rows = values.length / columns.size();
    }

    /**
     * Of values.
     *
     * @param columns their names, P
     * @param values [N][P], row by row
     * @throws IllegalArgumentException if there are no columns or rows, or a value is neither 0 nor 1: the message names row and column
     */
    public static BinaryData of(List<String> columns, double... values) {
        if (columns.isEmpty() || values.length == 0 || values.length % columns.size() != 0) {
            throw new IllegalArgumentException(values.length + " values are no rows of " + columns.size() + " columns");
        }
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] == 0 || values[i] == 1)) {
                throw new IllegalArgumentException("column " + columns.get(i % columns.size()) + " is " + values[i]
                        + " in row " + (i / columns.size() + 1) + ", but must be 0 or 1; a threshold makes it so");
            }
        }
        return new BinaryData(List.copyOf(columns), values.clone());
    }

    /**
     * Of values that are made binary: 1 above a threshold, else 0.
     *
     * @throws IllegalArgumentException as {@link #of}; a NaN is refused
     */
    public static BinaryData above(double threshold, List<String> columns, double... values) {
        double[] binary = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            binary[i] = Double.isNaN(values[i]) ? values[i] : values[i] > threshold ? 1 : 0;
        }
        return of(columns, binary);
    }

    /** The names, P. */
    public List<String> columns() {
        return columns;
    }

    /** N. */
    public int rows() {
        return rows;
    }

    /** A row, [P]. */
    public double[] row(int n) {
        int width = columns.size();
        return Arrays.copyOfRange(values, n * width, (n + 1) * width);
    }

    /** Some of the rows. */
    public BinaryData rows(int... which) {
        int width = columns.size();
        double[] some = new double[which.length * width];
        for (int i = 0; i < which.length; i++) {
            System.arraycopy(values, which[i] * width, some, i * width, width);
        }
        return new BinaryData(columns, some);
    }

    /** Row-major; not a copy. */
    double[] values() {
        return values;
    }

    /** The share of ones of each column, [P]. */
    double[] means() {
        double[] means = new double[columns.size()];
        for (int i = 0; i < values.length; i++) {
            means[i % means.length] += values[i] / rows;
        }
        return means;
    }
}
