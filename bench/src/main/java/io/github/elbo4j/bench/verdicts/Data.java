package io.github.elbo4j.bench.verdicts;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** The data of a posterior: numbers, vectors and matrices by name. */
record Data(Map<String, Object> values) {
    double number(String name) {
        return number(name, values.get(name));
    }

    double[] vector(String name) {
        return vector(name, values.get(name));
    }

    /** [columns][rows] of a matrix that is given row by row. */
    double[][] columns(String name) {
        if (!(values.get(name) instanceof List<?> rows)) {
            throw new IllegalArgumentException(name + " is not a matrix");
        }
        double[][] matrix = rows.stream().map(row -> vector(name, row)).toArray(double[][]::new);
        double[][] columns = new double[matrix[0].length][matrix.length];
        for (int n = 0; n < matrix.length; n++) {
            for (int k = 0; k < columns.length; k++) {
                columns[k][n] = matrix[n][k];
            }
        }
        return columns;
    }

    private static double[] vector(String name, @Nullable Object value) {
        if (!(value instanceof List<?> list)) {
            throw new IllegalArgumentException(name + " is not a list of numbers");
        }
        return list.stream().mapToDouble(item -> number(name, item)).toArray();
    }

    private static double number(String name, @Nullable Object value) {
        if (!(value instanceof Number number)) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be a number");
        }
        return number.doubleValue();
    }

    static double[] ones(int rows) {
        return DoubleStream.generate(() -> 1).limit(rows).toArray();
    }

    static double[] map(double[] column, DoubleUnaryOperator function) {
        return DoubleStream.of(column).map(function).toArray();
    }

    /** 1 where the column has the value, else 0. */
    static double[] indicator(double[] column, double value) {
        return map(column, x -> x == value ? 1 : 0);
    }

    static double[] product(double[] a, double[] b) {
        double[] product = a.clone();
        for (int n = 0; n < product.length; n++) {
            product[n] *= b[n];
        }
        return product;
    }

    static double[] centred(double[] column) {
        double mean = DoubleStream.of(column).sum() / column.length;
        return map(column, x -> x - mean);
    }

    /** Less the mean, by the sample standard deviation (n − 1). */
    static double[] standardized(double[] column) {
        double[] centred = centred(column);
        double sd = Math.sqrt(DoubleStream.of(product(centred, centred)).sum() / (column.length - 1));
        return map(centred, x -> x / sd);
    }
}
