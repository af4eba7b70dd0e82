package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.model.PointDensity;
import org.jspecify.annotations.Nullable;

/** The Hessian of −log p, by central differences of the gradient. */
final class Precision {
    /** The step in standard deviations: wide enough for float32 gradients, and for the curvature averaged over q. */
    private static final double STEP = 0.5;

    /** Of a mean over q. */
    private static final int MOST_EVALUATIONS = 1 << 13;

    private Precision() {}

    /**
     * The mean precision under independent normals, {@code E_q[−∇∇log p]}: the curvature of the ELBO in q's means. From
     * antithetic pairs of draws; null if it is not positive definite.
     *
     * @param most pairs
     */
    static MeanFieldNaturalGradient.@Nullable Curvature under(
            StartNormal q, PointDensity density, Device device, Key key, int most, int problem) {
        int n = density.dimensions();
        int pairs = Math.max(1, Math.min(most, MOST_EVALUATIONS / (4 * n)));
        float[] epsilon = Starts.normals(device, key, DrawBlock.of(1, pairs, n).at(problem, 0, 0));
        double[][] precision = new double[n][n];
        double[] at = new double[n];
        for (int p = 0; p < 2 * pairs; p++) {
            for (int d = 0; d < n; d++) {
                double offset = q.sd()[d] * epsilon[p / 2 * n + d];
                at[d] = q.mean()[d] + (p % 2 == 0 ? offset : -offset);
            }
            double[][] there = measure(density, at, q.sd(), new double[n]);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    precision[i][j] += there[i][j] / (2 * pairs);
                }
            }
        }
        double[][] lower = DenseMatrix.cholesky(precision);
        return lower == null
                ? null
                : new MeanFieldNaturalGradient.Curvature(precision, LowerTriangle.inverseOfSquare(lower));
    }

    /**
     * The Hessian at a point, symmetric; not finite where the gradient is not.
     *
     * @param sd the scale of each coordinate, [D]
     * @param gradient ∇log p at the point, [D], written
     */
    static double[][] measure(PointDensity density, double[] at, double[] sd, double[] gradient) {
        return measure(density, at, sd, STEP, gradient);
    }

    /**
     * {@link #measure(PointDensity, double[], double[], double[])} with another step.
     *
     * @param step in units of sd
     */
    static double[][] measure(PointDensity density, double[] at, double[] sd, double step, double[] gradient) {
        int n = at.length;
        int rows = 2 * n + 1;
        double[] points = new double[rows * n];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(at, 0, points, r * n, n);
        }
        for (int i = 0; i < n; i++) {
            points[2 * i * n + i] += step * sd[i];
            points[(2 * i + 1) * n + i] -= step * sd[i];
        }
        double[] slopes = new double[rows * n];
        density.evaluate(rows, points, new double[rows], slopes);
        System.arraycopy(slopes, 2 * n * n, gradient, 0, n);
        double[][] precision = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                precision[i][j] = (slopes[(2 * i + 1) * n + j] - slopes[2 * i * n + j]) / (2 * step * sd[i]);
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                double mean = 0.5 * (precision[i][j] + precision[j][i]);
                precision[i][j] = mean;
                precision[j][i] = mean;
            }
        }
        return precision;
    }
}
