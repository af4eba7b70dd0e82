package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.verdicts.Tape.Variable;

/**
 * {@code Σ_n log N(y_n | Σ_k X[n,k]·b_k, sigma)}. Householder reflections turn the N rows into K once and for all:
 * {@code ‖y − X·b‖² = ‖c − R·b‖² + rest}, with R upper triangular. Unlike the sums of squares and products of X and y,
 * that loses no digits, and a point costs K² operations and not N·K.
 */
final class NormalLikelihood {
    private final int rows;
    private final int terms;
    private final double[][] r; // [K][K], by columns: r[k][i], i <= k
    private final double[] c; // [K]
    private final double rest;

    /**
     * Takes the data in.
     *
     * @param columns [K][N], of full rank, N > K
     * @param y [N]
     */
    NormalLikelihood(double[][] columns, double[] y) {
        rows = y.length;
        terms = columns.length;
        r = new double[terms][];
        for (int k = 0; k < terms; k++) {
            r[k] = columns[k].clone();
        }
        c = y.clone();
        for (int k = 0; k < terms; k++) {
            double norm = Math.sqrt(dot(r[k], r[k], k));
            double[] v = r[k].clone();
            v[k] += Math.copySign(norm, v[k]);
            double half = dot(v, v, k) / 2;
            for (int j = k; j < terms; j++) {
                reflect(v, half, k, r[j]);
            }
            reflect(v, half, k, c);
        }
        rest = dot(c, c, terms);
    }

    /**
     * The log-likelihood.
     *
     * @param b [K]
     */
    Variable logDensity(Variable[] b, Variable logSigma) {
        double precision = StrictMath.exp(-2 * logSigma.value());
        double[] partials = new double[terms + 1];
        double squares = rest;
        for (int i = 0; i < terms; i++) {
            double residual = c[i];
            for (int k = i; k < terms; k++) {
                residual -= r[k][i] * b[k].value();
            }
            squares += residual * residual;
            for (int k = i; k < terms; k++) {
                partials[k] += residual * precision * r[k][i];
            }
        }
        partials[terms] = squares * precision - rows;
        Variable[] of = new Variable[terms + 1];
        System.arraycopy(b, 0, of, 0, terms);
        of[terms] = logSigma;
        double value = -squares * precision / 2 - rows * (logSigma.value() + Densities.HALF_LOG_2PI);
        return logSigma.tape().node(value, of, partials);
    }

    /** {@code x − v·(v·x)/half}, from element {@code from} on. */
    private static void reflect(double[] v, double half, int from, double[] x) {
        double scale = dot(v, x, from) / half;
        for (int n = from; n < x.length; n++) {
            x[n] -= scale * v[n];
        }
    }

    private static double dot(double[] a, double[] b, int from) {
        double sum = 0;
        for (int n = from; n < a.length; n++) {
            sum += a[n] * b[n];
        }
        return sum;
    }
}
