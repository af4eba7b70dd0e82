package io.github.elbo4j.infer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Jumps along a path of EM (SQUAREM; Varadhan and Roland 2008): after two steps from theta_0, with r the first of them and v the
 * change from it to the second, to {@code theta_0 − 2·a·r + a²·v}, a = −|r|/|v|. EM alone may need hundreds of steps where z tells much
 * of what there is to know of theta.
 */
final class Squarem {
    private final List<double[]> path = new ArrayList<>(); // theta before each step since the last jump

    /** Theta before a step. */
    void before(double[] theta) {
        path.add(theta.clone());
    }

    /**
     * Where to go from theta after a step; null to stay.
     *
     * @param unit the square of each coordinate's unit
     */
    double @Nullable [] jump(double[] third, double[] unit) {
        if (path.size() < 2) {
            return null;
        }
        double[] first = path.get(0);
        double[] second = path.get(1);
        path.clear();
        double ofR = 0;
        double ofV = 0;
        for (int i = 0; i < third.length; i++) {
            double r = second[i] - first[i];
            double v = third[i] - second[i] - r;
            ofR += r * r / unit[i];
            ofV += v * v / unit[i];
        }
        double a = -Math.sqrt(ofR / ofV);
        if (!(a < -1) || !Double.isFinite(a)) {
            return null;
        }
        double[] there = new double[third.length];
        for (int i = 0; i < third.length; i++) {
            double r = second[i] - first[i];
            double v = third[i] - second[i] - r;
            there[i] = first[i] - 2 * a * r + a * a * v;
        }
        return there;
    }
}
