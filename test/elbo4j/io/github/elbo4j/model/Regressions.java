package io.github.elbo4j.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Data of regressions for tests, the same for the same seed. */
public final class Regressions {
    private Regressions() {}

    /** y = x·beta + noise with columns of different scale and some correlation. */
    public static RegressionData linear(long seed, int rows, int columns, double noise) {
        return data(seed, rows, columns, noise, false);
    }

    /** y is 1 with probability sigmoid(x·beta). */
    public static RegressionData logistic(long seed, int rows, int columns) {
        return data(seed, rows, columns, 0, true);
    }

    /** y is a class: one of three by the terciles of a linear target. */
    public static RegressionData categorical(long seed, int rows, int columns) {
        RegressionData linear = data(seed, rows, columns, 0.5, false);
        double[] y = linear.y().clone();
        for (int n = 0; n < rows; n++) {
            y[n] = y[n] < -0.5 ? 0 : y[n] < 0.5 ? 1 : 2;
        }
        return new RegressionData(linear.columns(), linear.x(), y);
    }

    /** Normal draws in float64, [rows][dimensions]. */
    public static float[] draws(long seed, int rows, int dimensions) {
        Random random = new Random(seed);
        float[] z = new float[rows * dimensions];
        for (int i = 0; i < z.length; i++) {
            z[i] = (float) (0.5 * random.nextGaussian());
        }
        return z;
    }

    private static RegressionData data(long seed, int rows, int columns, double noise, boolean classes) {
        Random random = new Random(seed);
        double[] x = new double[rows * columns];
        double[] y = new double[rows];
        double[] beta = new double[columns];
        List<String> names = new ArrayList<>();
        for (int j = 0; j < columns; j++) {
            beta[j] = random.nextGaussian();
            names.add("x" + j);
        }
        for (int n = 0; n < rows; n++) {
            double common = random.nextGaussian();
            double eta = 0;
            for (int j = 0; j < columns; j++) {
                double value = 0.8 * random.nextGaussian() + 0.6 * common;
                x[n * columns + j] = value;
                eta += value * beta[j] / Math.sqrt(columns);
            }
            y[n] = classes
                    ? (random.nextDouble() < 1 / (1 + Math.exp(-eta)) ? 1 : 0)
                    : eta + noise * random.nextGaussian();
        }
        return new RegressionData(names, x, y);
    }
}
