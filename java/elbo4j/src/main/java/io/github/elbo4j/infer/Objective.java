package io.github.elbo4j.infer;

import io.github.elbo4j.model.PointDensity;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A function that an {@link LbfgsPath} climbs. */
interface Objective {
    int dimensions();

    /** Whether points and results keep float64's precision. */
    boolean isExact();

    /**
     * Evaluates at some points, as {@link PointDensity#evaluate} does.
     *
     * @param points [rows][D] row-major
     * @param values [rows], written
     * @param gradient null, or [rows][D], written
     */
    void evaluate(int rows, double[] points, double[] values, double @Nullable [] gradient);

    /** A density in coordinates u in which a normal is N(0, I): z = mean + L·u. */
    static Objective within(PointDensity density, StartNormal normal) {
        int dimensions = density.dimensions();
        return new Objective() {
            @Override
            public int dimensions() {
                return dimensions;
            }

            @Override
            public boolean isExact() {
                return density.isExact();
            }

            @Override
            public void evaluate(int rows, double[] points, double[] values, double @Nullable [] gradient) {
                double[] z = new double[rows * dimensions];
                for (int row = 0; row < rows; row++) {
                    int from = row * dimensions;
                    double[] at = normal.at(Arrays.copyOfRange(points, from, from + dimensions));
                    System.arraycopy(at, 0, z, from, dimensions);
                }
                density.evaluate(rows, z, values, gradient);
                for (int row = 0; row < rows && gradient != null; row++) {
                    int from = row * dimensions;
                    double[] slope = normal.slope(Arrays.copyOfRange(gradient, from, from + dimensions));
                    System.arraycopy(slope, 0, gradient, from, dimensions);
                }
            }
        };
    }

    /** A density. */
    static Objective of(PointDensity density) {
        return new Objective() {
            @Override
            public int dimensions() {
                return density.dimensions();
            }

            @Override
            public boolean isExact() {
                return density.isExact();
            }

            @Override
            public void evaluate(int rows, double[] points, double[] values, double @Nullable [] gradient) {
                density.evaluate(rows, points, values, gradient);
            }
        };
    }
}
