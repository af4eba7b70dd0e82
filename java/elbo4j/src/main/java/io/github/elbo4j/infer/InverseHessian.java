package io.github.elbo4j.infer;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The limited-memory BFGS estimate of the inverse Hessian of −log p (Nocedal and Wright 2006, section 7.2), from the last
 * steps s and changes y of the gradient. Its initial matrix is diagonal and follows the steps too (Gilbert and Lemaréchal
 * 1989, as in Zhang et al. 2022, algorithm 3), so that coordinates of very different units do no harm.
 */
final class InverseHessian {
    private static final int PAIRS = 20;
    private static final int LEAST_PAIRS = 5;
    private static final long NUMBERS = 1L << 23; // that all pairs may take

    private final int dimensions;
    private final int capacity;
    private final double[] diagonal; // of the initial matrix
    private final Deque<Pair> pairs = new ArrayDeque<>(); // the oldest first

    private record Pair(double[] s, double[] y, double curvature) {}

    /** @param diagonal of the initial matrix, [D], positive */
    InverseHessian(double[] diagonal) {
        this.dimensions = diagonal.length;
        this.diagonal = diagonal.clone();
        this.capacity = (int) Math.max(LEAST_PAIRS, Math.min(PAIRS, NUMBERS / (2L * dimensions)));
    }

    /**
     * Takes a step into account, unless the curvature along it is not positive.
     *
     * @param s the step
     * @param y the change of {@code −∇log p} along it
     */
    void update(double[] s, double[] y) {
        double a = 0;
        double b = 0;
        double c = 0;
        for (int d = 0; d < dimensions; d++) {
            a += y[d] * diagonal[d] * y[d];
            b += y[d] * s[d];
            c += s[d] / diagonal[d] * s[d];
        }
        // Below it, the curvature is rounding, or negative.
        if (!(b > 1e-10 * Math.sqrt(a * c)) || !Double.isFinite(a) || !Double.isFinite(c)) {
            return;
        }
        for (int d = 0; d < dimensions; d++) {
            double alpha = diagonal[d];
            double precision = a / (b * alpha) + y[d] * y[d] / b - a * s[d] * s[d] / (b * c * alpha * alpha);
            if (precision > 0 && Double.isFinite(1 / precision)) {
                diagonal[d] = 1 / precision;
            }
        }
        if (pairs.size() == capacity) {
            pairs.removeFirst();
        }
        pairs.addLast(new Pair(s.clone(), y.clone(), b));
    }

    /** {@code H·v}, by the two-loop recursion. */
    double[] times(double[] v) {
        double[] r = v.clone();
        double[] weights = new double[pairs.size()];
        int i = pairs.size();
        for (var newest = pairs.descendingIterator(); newest.hasNext(); ) {
            Pair pair = newest.next();
            i--;
            weights[i] = dot(pair.s, r) / pair.curvature;
            add(-weights[i], pair.y, r);
        }
        for (int d = 0; d < dimensions; d++) {
            r[d] *= diagonal[d];
        }
        for (Pair pair : pairs) {
            add(weights[i] - dot(pair.y, r) / pair.curvature, pair.s, r);
            i++;
        }
        return r;
    }

    /** H itself, symmetric. */
    double[][] dense() {
        double[][] h = new double[dimensions][];
        double[] unit = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            Arrays.fill(unit, 0);
            unit[d] = 1;
            h[d] = times(unit);
        }
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j < i; j++) {
                double mean = 0.5 * (h[i][j] + h[j][i]);
                h[i][j] = mean;
                h[j][i] = mean;
            }
        }
        return h;
    }

    /** The diagonal of the initial matrix: the estimate of the inverse of the Hessian's diagonal. */
    double[] diagonal() {
        return diagonal.clone();
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }

    private static void add(double factor, double[] x, double[] to) {
        for (int d = 0; d < x.length; d++) {
            to[d] += factor * x[d];
        }
    }
}
