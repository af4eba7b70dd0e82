package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.List;
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
        return measure(density, List.of(new Place(at, sd, gradient)), step).get(0);
    }

    /**
     * Where it is measured.
     *
     * @param sd the scale of each coordinate, [D]
     * @param gradient ∇log p there, [D], written
     */
    @SuppressWarnings("ArrayRecordComponent") // of the caller's own
    record Place(double[] at, double[] sd, double[] gradient) {}

    /** {@link #measure(PointDensity, double[], double[], double[])} of several places, by one evaluation of all. */
    static List<double[][]> measure(PointDensity density, List<Place> places) {
        return measure(density, places, STEP);
    }

    private static List<double[][]> measure(PointDensity density, List<Place> places, double step) {
        int n = density.dimensions();
        int rows = 2 * n + 1; // of a place
        double[] points = new double[places.size() * rows * n];
        for (int p = 0; p < places.size(); p++) {
            Place place = places.get(p);
            for (int r = 0; r < rows; r++) {
                System.arraycopy(place.at, 0, points, (p * rows + r) * n, n);
            }
            for (int i = 0; i < n; i++) {
                points[(p * rows + 2 * i) * n + i] += step * place.sd[i];
                points[(p * rows + 2 * i + 1) * n + i] -= step * place.sd[i];
            }
        }
        double[] slopes = new double[points.length];
        density.evaluate(places.size() * rows, points, new double[places.size() * rows], slopes);
        List<double[][]> precisions = new ArrayList<>();
        for (int p = 0; p < places.size(); p++) {
            int from = p * rows * n;
            System.arraycopy(slopes, from + 2 * n * n, places.get(p).gradient, 0, n);
            precisions.add(symmetric(slopes, from, places.get(p).sd, step));
        }
        return precisions;
    }

    /** From the gradients that stand from an index on, two for each coordinate. */
    private static double[][] symmetric(double[] slopes, int from, double[] sd, double step) {
        int n = sd.length;
        double[][] precision = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double change = slopes[from + (2 * i + 1) * n + j] - slopes[from + 2 * i * n + j];
                precision[i][j] = change / (2 * step * sd[i]);
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
