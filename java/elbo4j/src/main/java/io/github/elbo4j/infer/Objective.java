package io.github.elbo4j.infer;

import io.github.elbo4j.model.PointDensity;
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
