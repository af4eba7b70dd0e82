package io.github.elbo4j.estimate;

import io.github.elbo4j.Dense;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Families;
import io.github.elbo4j.family.VariationalFamily;

/** A q, a target, and the gradient of the ELBO of the one for the other in closed form. */
final class ExactGradient {
    /** The target N(M, COVARIANCE) and its precision, worked out by hand: a block of correlation and one apart. */
    static final double[] M = {0.5, -1, 2};

    static final double[][] COVARIANCE = {{1, 0.6, 0}, {0.6, 1, 0}, {0, 0, 0.25}};
    private static final double[][] PRECISION = {{1 / 0.64, -0.6 / 0.64, 0}, {-0.6 / 0.64, 1 / 0.64, 0}, {0, 0, 4}};

    /** q's mean; its factor has a logarithmic diagonal. */
    private static final double[] MU = {0.2, -0.4, 1.7};

    private static final double[] OMEGA = {-0.3, 0.2, -0.9};
    private static final double[][] BELOW = {{0, 0, 0}, {0.4, 0, 0}, {-0.2, 0.3, 0}};

    /** The low-rank q's loadings, [D][R]. */
    private static final double[][] LOADINGS = {{0.5, -0.3}, {0.4, 0.2}, {-0.1, 0.25}};

    private ExactGradient() {}

    /** The first problem is the q above; another is somewhere else. */
    static VariationalFamily family(Device device, Families kind, int problems) {
        VariationalFamily q = kind.create(device, problems, 3);
        float[] parameters = new float[q.parameters()];
        for (int i = 0; i < 3; i++) {
            parameters[i] = (float) MU[i];
            if (kind != Families.FULL_RANK) {
                parameters[3 + i] = (float) OMEGA[i];
                for (int r = 0; kind == Families.LOW_RANK && r < 2; r++) {
                    parameters[6 + 3 * r + i] = (float) LOADINGS[i][r];
                }
            } else {
                parameters[3 + 3 * i + i] = (float) OMEGA[i];
                for (int j = 0; j < i; j++) {
                    parameters[3 + 3 * i + j] = (float) BELOW[i][j];
                }
            }
        }
        for (int b = 1; b < problems; b++) {
            q.set(b, new double[] {1, 2, b}, new double[] {0.5, 2, 1});
        }
        q.parameterBuffer().write(0, parameters, 0, parameters.length);
        q.update();
        return q;
    }

    /**
     * With q = N(mu, L·Lᵀ) and precision P: {@code ∇mu = −P·(mu − m)}; {@code ∇L = −P·L} in the lower triangle, and for
     * log L_ii that times L_ii, plus 1. Mean-field is the same with a diagonal L.
     */
    static double[] exactGradient(Families kind) {
        if (kind == Families.LOW_RANK) {
            return exactLowRankGradient();
        }
        boolean full = kind == Families.FULL_RANK;
        double[] gradient = new double[full ? 12 : 6];
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++) {
                gradient[i] -= PRECISION[i][k] * (MU[k] - M[k]);
            }
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k < 3; k++) {
                    double l = k == j ? Math.exp(OMEGA[k]) : full ? BELOW[k][j] : 0;
                    sum -= PRECISION[i][k] * l;
                }
                if (i == j) {
                    sum = sum * Math.exp(OMEGA[i]) + 1;
                }
                if (full) {
                    gradient[3 + 3 * i + j] = sum;
                } else if (i == j) {
                    gradient[3 + i] = sum;
                }
            }
        }
        return gradient;
    }

    /**
     * With q = N(mu, Q⁻¹), Q⁻¹ = F·Fᵀ + diag sigma²: {@code ∇mu = −P·(mu − m)}, {@code ∇F = (Q − P)·F}, and for omega
     * {@code (Q − P)_ii·sigma_i²}.
     */
    private static double[] exactLowRankGradient() {
        double[][] covariance = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                covariance[i][j] = Dense.dot(LOADINGS[i], LOADINGS[j]) + (i == j ? Math.exp(2 * OMEGA[i]) : 0);
            }
        }
        double[][] difference = Dense.inverse(covariance);
        double[] gradient = new double[12];
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++) {
                difference[i][k] -= PRECISION[i][k];
                gradient[i] -= PRECISION[i][k] * (MU[k] - M[k]);
            }
            gradient[3 + i] = difference[i][i] * Math.exp(2 * OMEGA[i]);
            for (int r = 0; r < 2; r++) {
                for (int k = 0; k < 3; k++) {
                    gradient[6 + 3 * r + i] += difference[i][k] * LOADINGS[k][r];
                }
            }
        }
        return gradient;
    }
}
