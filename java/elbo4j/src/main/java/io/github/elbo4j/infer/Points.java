package io.github.elbo4j.infer;

import io.github.elbo4j.model.PointDensity;
import org.jspecify.annotations.Nullable;

/** Points on the host, at which a device evaluates log p. */
final class Points {
    /** Numbers that are evaluated at a time. */
    private static final int PART = 1 << 20;

    private Points() {}

    /** Makes points those that the density sees: float32, unless it keeps float64. */
    static void round(PointDensity density, double[][] z) {
        if (density.isExact()) {
            return;
        }
        for (double[] point : z) {
            for (int d = 0; d < point.length; d++) {
                point[d] = (float) point[d];
            }
        }
    }

    /**
     * Evaluates at all of them, part by part; they are rounded first.
     *
     * @param z [S][D]
     * @param logP [S], written
     * @param gradient null, or [S][D] in a row, written
     */
    static void evaluate(PointDensity density, double[][] z, double[] logP, double @Nullable [] gradient) {
        int dimensions = density.dimensions();
        round(density, z);
        int part = Math.max(1, Math.min(z.length, PART / dimensions));
        for (int from = 0; from < z.length; from += part) {
            int rows = Math.min(part, z.length - from);
            double[] points = new double[rows * dimensions];
            for (int s = 0; s < rows; s++) {
                System.arraycopy(z[from + s], 0, points, s * dimensions, dimensions);
            }
            double[] values = new double[rows];
            double[] slopes = gradient == null ? null : new double[points.length];
            density.evaluate(rows, points, values, slopes);
            System.arraycopy(values, 0, logP, from, rows);
            if (gradient != null && slopes != null) {
                System.arraycopy(slopes, 0, gradient, from * dimensions, slopes.length);
            }
        }
    }
}
