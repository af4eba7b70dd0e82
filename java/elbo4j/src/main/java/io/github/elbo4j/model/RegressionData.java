package io.github.elbo4j.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The data of a regression, on the host.
 *
 * @param columns the names of the K columns of X; an intercept is the column of ones named {@link #INTERCEPT}
 * @param x X, [N][K] row-major
 * @param y the target, [N]
 */
public record RegressionData(List<String> columns, double[] x, double[] y) implements Serializable {
    /** The name of the column of ones. */
    public static final String INTERCEPT = "intercept";

    /** Rounding may change a value by the standard deviation over this. */
    private static final double PARTS = 64;

    public RegressionData {
        columns = List.copyOf(columns);
        if (y.length == 0) {
            throw new IllegalArgumentException("y has no rows, but a regression needs at least one");
        }
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("columns is empty, but a regression needs at least one");
        }
        if (x.length != (long) y.length * columns.size()) {
            throw new IllegalArgumentException("x has " + x.length + " elements, but must have " + y.length + " rows x "
                    + columns.size() + " columns");
        }
        for (int i = 0; i < x.length; i++) {
            if (!Double.isFinite((float) x[i])) {
                throw new IllegalArgumentException("x is " + x[i] + " in row " + i / columns.size() + ", column "
                        + columns.get(i % columns.size()) + ", but must be finite (in float32)");
            }
        }
        for (int i = 0; i < y.length; i++) {
            if (!Double.isFinite((float) y[i])) {
                throw new IllegalArgumentException(
                        "y is " + y[i] + " in row " + i + ", but must be finite (in float32)");
            }
        }
    }

    /** X in float32, as devices hold it. */
    public float[] roundedX() {
        return LinearPredictor.floats(x);
    }

    /** N. */
    public int rows() {
        return y.length;
    }

    /** The same data with a first column of ones. */
    public RegressionData withIntercept() {
        if (hasIntercept()) {
            throw new IllegalArgumentException("columns already has an " + INTERCEPT);
        }
        int k = columns.size();
        List<String> names = new ArrayList<>(k + 1);
        names.add(INTERCEPT);
        names.addAll(columns);
        double[] wide = new double[Math.multiplyExact(rows(), k + 1)];
        for (int n = 0; n < rows(); n++) {
            wide[n * (k + 1)] = 1;
            System.arraycopy(x, n * k, wide, n * (k + 1) + 1, k);
        }
        return new RegressionData(names, wide, y);
    }

    /**
     * Which column, or the target, loses too much by rounding to float32, in words: its values change by more than a
     * small part of their standard deviation; null if there is none.
     */
    @Nullable
    String roundingLoss() {
        int k = columns.size();
        double rows = rows();
        double[] mean = new double[k + 1];
        double[] change = new double[k + 1];
        double[] squares = new double[k + 1];
        for (int n = 0; n < y.length; n++) {
            for (int j = 0; j <= k; j++) {
                double value = j == k ? y[n] : x[n * k + j];
                mean[j] += value / rows;
                change[j] = Math.max(change[j], Math.abs(value - (float) value));
            }
        }
        for (int n = 0; n < y.length; n++) {
            for (int j = 0; j <= k; j++) {
                double e = (j == k ? y[n] : x[n * k + j]) - mean[j];
                squares[j] += e * e / rows;
            }
        }
        return IntStream.rangeClosed(0, k)
                .mapToObj(j -> roundingLoss(j == k ? "the target" : columns.get(j), change[j], Math.sqrt(squares[j])))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /**
     * Whether a column loses too much by rounding to float32, in words; null if not.
     *
     * @param name of the column
     * @param change by which rounding changes a value at most
     * @param sd of the values
     */
    public static @Nullable String roundingLoss(String name, double change, double sd) {
        return sd > 0 && change > sd / PARTS
                ? String.format(
                        Locale.ROOT,
                        "rounding to float32 changes %s by up to %.2g, while its standard deviation is %.2g",
                        name,
                        change,
                        sd)
                : null;
    }

    /** Whether the first column is the intercept. */
    public boolean hasIntercept() {
        return columns.get(0).equals(INTERCEPT);
    }
}
