package io.github.elbo4j.infer;

import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.PointDensity;
import org.jspecify.annotations.Nullable;

/**
 * {@code E_q[log p_theta(x, z)]} as a function of theta, over S draws of a normal q(z) that are the same functions of the seed whatever
 * q is.
 */
final class EmExpectation implements Objective {
    private final PointDensity density; // of z and theta
    private final int[] z; // places of the coordinates of z
    private final int[] theta; // and of theta
    private final double[][] epsilon; // [S][z]
    private final double[] points; // [S][D]
    private final double[] slopes; // [S][D]
    private final double[] logP; // [S]
    private final double[] share; // [S], of each draw in expectations
    private long evaluated;

    /** @param epsilon [S][z], draws of a standard normal */
    EmExpectation(PointDensity density, int[] z, int[] theta, double[][] epsilon) {
        this.density = density;
        this.z = z;
        this.theta = theta;
        this.epsilon = epsilon;
        points = new double[epsilon.length * density.dimensions()];
        slopes = new double[points.length];
        logP = new double[epsilon.length];
        share = new double[epsilon.length];
    }

    /** S. */
    int draws() {
        return logP.length;
    }

    /** Points so far. */
    long evaluated() {
        return evaluated;
    }

    /**
     * Takes expectations over q from here on.
     *
     * @param at [D], of which those of z are not used
     * @param weighted whether draws have shares in proportion to p(x, z)/q(z), and not equal ones
     * @return [S], log p − log q at the draws
     */
    double[] over(Gaussian q, double[] at, boolean weighted) {
        double[] ratios = new double[logP.length];
        for (int s = 0; s < ratios.length; s++) {
            double[] draw = q.at(epsilon[s]);
            ratios[s] = -q.logDensity(draw);
            System.arraycopy(at, 0, points, s * at.length, at.length);
            for (int i = 0; i < z.length; i++) {
                points[s * at.length + z[i]] = draw[i];
            }
        }
        density.evaluate(logP.length, points, logP, null);
        evaluated += logP.length;
        double most = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < ratios.length; s++) {
            ratios[s] += logP[s];
            most = Math.max(most, ratios[s]);
        }
        double sum = 0;
        for (int s = 0; s < ratios.length; s++) {
            share[s] = weighted ? StrictMath.exp(ratios[s] - most) : 1;
            sum += share[s];
        }
        for (int s = 0; s < ratios.length; s++) {
            share[s] /= sum;
        }
        return ratios;
    }

    @Override
    public int dimensions() {
        return theta.length;
    }

    @Override
    public boolean isExact() {
        return density.isExact();
    }

    @Override
    public void evaluate(int rows, double[] thetas, double[] values, double @Nullable [] gradient) {
        int all = density.dimensions();
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < logP.length; s++) {
                for (int i = 0; i < theta.length; i++) {
                    points[s * all + theta[i]] = thetas[r * theta.length + i];
                }
            }
            density.evaluate(logP.length, points, logP, gradient == null ? null : slopes);
            evaluated += logP.length;
            values[r] = 0;
            for (int s = 0; s < logP.length; s++) {
                values[r] += share[s] * logP[s];
            }
            for (int i = 0; i < theta.length && gradient != null; i++) {
                gradient[r * theta.length + i] = 0;
                for (int s = 0; s < logP.length; s++) {
                    gradient[r * theta.length + i] += share[s] * slopes[s * all + theta[i]];
                }
            }
        }
    }
}
