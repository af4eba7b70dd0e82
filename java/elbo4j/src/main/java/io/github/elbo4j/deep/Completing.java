package io.github.elbo4j.deep;

import java.util.Arrays;

/** Weighted means of rows over draws that come one after the other, the weights in units of the largest so far. */
final class Completing {
    private final double[] largest; // log weight, by row
    private final double[] weight; // Σ w
    private final double[] squares; // Σ w²
    private final double[][] sum; // Σ w·m
    private final double[][] ofSquares; // Σ w²·m
    private final double[][] spread; // Σ w²·m²

    Completing(int rows, int width) {
        largest = new double[rows];
        Arrays.fill(largest, Double.NEGATIVE_INFINITY);
        weight = new double[rows];
        squares = new double[rows];
        sum = new double[rows][width];
        ofSquares = new double[rows][width];
        spread = new double[rows][width];
    }

    /** A draw of a row: its log weight at {@code at}, then its elements m. */
    void add(int row, float[] values, int at) {
        double f = values[at];
        if (f > largest[row]) {
            rescale(row, StrictMath.exp(largest[row] - f));
            largest[row] = f;
        }
        double w = StrictMath.exp(f - largest[row]);
        weight[row] += w;
        squares[row] += w * w;
        for (int i = 0; i < sum[row].length; i++) {
            double m = values[at + 1 + i];
            sum[row][i] += w * m;
            ofSquares[row][i] += w * w * m;
            spread[row][i] += w * w * m * m;
        }
    }

    private void rescale(int row, double unit) {
        weight[row] *= unit;
        squares[row] *= unit * unit;
        for (int i = 0; i < sum[row].length; i++) {
            sum[row][i] *= unit;
            ofSquares[row][i] *= unit * unit;
            spread[row][i] *= unit * unit;
        }
    }

    double[] mean(int row) {
        double[] mean = new double[sum[row].length];
        Arrays.setAll(mean, i -> sum[row][i] / weight[row]);
        return mean;
    }

    /** The errors are √Σ w²·(m − mean)²/Σ w. */
    Completion completion() {
        int rows = weight.length;
        double[][] mean = new double[rows][];
        double[][] error = new double[rows][];
        double[] effective = new double[rows];
        for (int n = 0; n < rows; n++) {
            mean[n] = mean(n);
            error[n] = new double[mean[n].length];
            for (int i = 0; i < error[n].length; i++) {
                double m = mean[n][i];
                double variance = spread[n][i] - 2 * m * ofSquares[n][i] + m * m * squares[n];
                error[n][i] = Math.sqrt(Math.max(0, variance)) / weight[n];
            }
            effective[n] = weight[n] * weight[n] / squares[n];
        }
        return new Completion(mean, error, effective);
    }
}
