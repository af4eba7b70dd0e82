package io.github.elbo4j.infer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Conjugate gradients on {@code A·x = b} from zero, preconditioned by a diagonal (Nocedal and Wright 2006, algorithm 5.3), as far as
 * lengths in units of that diagonal stay within a radius and A has curvature along the way (Steihaug 1983).
 */
final class ConjugateGradients {
    private ConjugateGradients() {}

    /**
     * Where the way ended.
     *
     * @param isWhole whether at the solution and not at the boundary
     */
    record End(double[] x, boolean isWhole) {}

    /**
     * Goes its way.
     *
     * @param scale about the inverse of A's diagonal, positive
     */
    static End within(double radius, TrustRegion.Curvature a, double[] b, double[] scale) {
        double[] x = new double[b.length];
        double[] rest = b.clone();
        double[] direction = scaled(rest, scale);
        double size = InverseHessian.dot(rest, direction);
        double least = a.accuracy() * a.accuracy() * size;
        for (int i = 0; i < 2 * b.length && size > least; i++) {
            double[] image = a.times(direction);
            double bend = InverseHessian.dot(direction, image);
            double alpha = size / bend;
            double[] next = moved(x, alpha, direction);
            if (!(bend > 0) || !(length(next, scale) < radius * radius)) {
                return new End(moved(x, toBoundary(x, direction, scale, radius), direction), false);
            }
            x = next;
            rest = moved(rest, -alpha, image);
            double[] z = scaled(rest, scale);
            double before = size;
            size = InverseHessian.dot(rest, z);
            direction = moved(z, size / before, direction);
        }
        return new End(x, true);
    }

    /** {@code A⁻¹·b}; null if A is not positive definite along the way. */
    static double @Nullable [] solve(TrustRegion.Curvature a, double[] b, double[] scale) {
        End end = within(Double.POSITIVE_INFINITY, a, b, scale);
        return end.isWhole ? end.x : null;
    }

    /** The square of the length in units of the scale. */
    static double length(double[] v, double[] scale) {
        double sum = 0;
        for (int i = 0; i < v.length; i++) {
            sum += v[i] * v[i] / scale[i];
        }
        return sum;
    }

    /** The t above 0 at which {@code x + t·direction} has the length of the radius. */
    private static double toBoundary(double[] x, double[] direction, double[] scale, double radius) {
        double a = length(direction, scale);
        double b = 0;
        for (int i = 0; i < x.length; i++) {
            b += x[i] * direction[i] / scale[i];
        }
        double c = length(x, scale) - radius * radius;
        return (-b + Math.sqrt(Math.max(0, b * b - a * c))) / a;
    }

    private static double[] scaled(double[] v, double[] scale) {
        double[] result = new double[v.length];
        Arrays.setAll(result, i -> scale[i] * v[i]);
        return result;
    }

    private static double[] moved(double[] from, double by, double[] along) {
        double[] result = from.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] += by * along[i];
        }
        return result;
    }
}
