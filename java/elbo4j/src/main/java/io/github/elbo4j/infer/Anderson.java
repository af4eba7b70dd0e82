package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.LowerTriangle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Longer steps than those of EM, in its direction as seen by the last few of them (Anderson acceleration; Walker and Ni 2011, equation 2.1;
 * for EM: Henderson and Varadhan 2019). With {@code g = M(theta) − theta} the step of EM, and the changes of theta and of g between
 * steps as the columns of T and G, the step is {@code g − (T + G)·c}, c the least squares solution of {@code G·c = g}: Newton's for
 * g = 0 where g is linear. EM alone may need thousands of steps where z tells much of what there is to know of theta.
 *
 * <p>Steps are no longer than a multiple of EM's, which grows where they succeed and shrinks where they lead down.
 */
final class Anderson {
    private static final int MEMORY = 5;
    private static final double GROWTH = 4;
    /** Relative to the squares of G: changes of g smaller than its root are float32's rounding. */
    private static final double RIDGE = 1e-10;

    private final List<double[]> thetas = new ArrayList<>();
    private final List<double[]> steps = new ArrayList<>();
    private double longest = GROWTH;
    private boolean isBounded; // the step made last
    private double left = Double.POSITIVE_INFINITY;

    /** Nats that all further steps would gain, as far as g is linear; infinite while that is not known. */
    double left() {
        return left;
    }

    /**
     * A longer step than EM's; null if there is none that rises.
     *
     * @param step of EM
     * @param unit the square of each coordinate's unit
     * @return what to add to theta
     */
    double @Nullable [] step(double[] theta, double[] step, double[] unit) {
        thetas.add(theta);
        steps.add(step);
        int n = theta.length;
        int memory = Math.min(Math.min(MEMORY, n), thetas.size() - 1);
        if (thetas.size() > MEMORY + 1) {
            thetas.remove(0);
            steps.remove(0);
        }
        left = Double.POSITIVE_INFINITY;
        double[][] t = changes(thetas, memory);
        double[][] g = changes(steps, memory);
        double[] c = coefficients(g, step, unit);
        if (c == null) {
            return null;
        }
        double[] whole = step.clone();
        double product = 0;
        double square = 0;
        double length = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < memory; j++) {
                whole[i] -= c[j] * (t[j][i] + g[j][i]);
            }
            // The score is EM's step by the precision of theta if z were known.
            product += whole[i] * step[i] / unit[i];
            square += step[i] * step[i] / unit[i];
            length += whole[i] * whole[i] / unit[i];
        }
        if (!(product > 0) || !Double.isFinite(length)) {
            // The likelihood curves upwards here, as on a long ridge: Newton's step would go back.
            isBounded = true;
            Arrays.setAll(whole, i -> longest * step[i]);
            return whole;
        }
        left = memory < Math.min(MEMORY, n) ? left : Math.max(product, square) / 2;
        double most = longest * Math.sqrt(square / length);
        isBounded = most < 1;
        for (int i = 0; i < n; i++) {
            whole[i] *= Math.min(1, most);
        }
        return whole;
    }

    /** Is told where the last step led. */
    void stepped(boolean up) {
        if (!up) {
            longest = Math.max(1, longest / GROWTH);
        } else if (isBounded) {
            longest *= GROWTH;
        }
    }

    private static double[][] changes(List<double[]> of, int memory) {
        double[][] changes = new double[memory][];
        for (int j = 0; j < memory; j++) {
            double[] after = of.get(of.size() - 1 - j);
            double[] before = of.get(of.size() - 2 - j);
            changes[j] = new double[after.length];
            for (int i = 0; i < after.length; i++) {
                changes[j][i] = after[i] - before[i];
            }
        }
        return changes;
    }

    /** The least squares solution of G·c = g; null if there is none. */
    private static double @Nullable [] coefficients(double[][] g, double[] step, double[] unit) {
        int memory = g.length;
        double[][] squares = new double[memory][memory];
        double[] right = new double[memory];
        double trace = 0;
        for (int j = 0; j < memory; j++) {
            for (int i = 0; i < step.length; i++) {
                right[j] += g[j][i] * step[i] / unit[i];
                for (int k = 0; k < memory; k++) {
                    squares[j][k] += g[j][i] * g[k][i] / unit[i];
                }
            }
            trace += squares[j][j];
        }
        for (int j = 0; j < memory; j++) {
            squares[j][j] += RIDGE * trace;
        }
        double[][] lower = DenseMatrix.cholesky(squares);
        return memory == 0 || lower == null ? null : DenseMatrix.times(LowerTriangle.inverseOfSquare(lower), right);
    }
}
