package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.normals;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Dense;
import io.github.elbo4j.scalar.DetMath;
import java.util.Arrays;

/** Parameters and points of a low-rank Gaussian, and what follows from them in float64. */
final class LowRankSetting {
    private static final int MOST_TO_INVERT = 100;

    final DrawBlock shape;
    final int rank;
    final int dims;
    final float[] mu; // [B][D]
    final float[] omega; // [B][D]
    final float[] factor; // [B][R][D]
    final float[] z; // [B][S][D]
    private final double[][][] precisions;

    LowRankSetting(DrawBlock shape, int rank) {
        this(
                shape,
                rank,
                normals(1, shape.parameters(), 0, 3),
                normals(2, shape.parameters(), -0.3, 0.5),
                normals(3, shape.parameters() * rank, 0, 1),
                normals(4, shape.elements(), 0, 3));
    }

    private LowRankSetting(DrawBlock shape, int rank, float[] mu, float[] omega, float[] factor, float[] z) {
        this.shape = shape;
        this.rank = rank;
        this.dims = shape.dimensions();
        this.mu = mu;
        this.omega = omega;
        this.factor = factor;
        this.z = z;
        precisions = new double[shape.problems()][][];
    }

    /** Some draws of one problem, at their addresses. */
    LowRankSetting part(int b, int s, int draws) {
        DrawBlock at = DrawBlock.of(1, draws, dims)
                .at(shape.firstProblem() + b, shape.firstDraw() + s, shape.firstDimension());
        int row = b * shape.draws() + s;
        return new LowRankSetting(
                at,
                rank,
                Arrays.copyOfRange(mu, b * dims, (b + 1) * dims),
                Arrays.copyOfRange(omega, b * dims, (b + 1) * dims),
                Arrays.copyOfRange(factor, b * dims * rank, (b + 1) * dims * rank),
                Arrays.copyOfRange(z, row * dims, (row + draws) * dims));
    }

    int rows() {
        return Math.toIntExact(shape.allDraws());
    }

    int problem(int row) {
        return row / shape.draws();
    }

    /** D + R. */
    int width() {
        return dims + rank;
    }

    double sigma(int b, int d) {
        return StrictMath.exp(omega[b * dims + d]);
    }

    double loading(int b, int d, int r) {
        return factor[(b * rank + r) * dims + d];
    }

    double[] residual(int row) {
        double[] residual = new double[dims];
        Arrays.setAll(residual, d -> (double) z[row * dims + d] - mu[problem(row) * dims + d]);
        return residual;
    }

    /** (z − mu)/sigma. */
    double[] standardized(int row) {
        double[] y = residual(row);
        Arrays.setAll(y, d -> y[d] / sigma(problem(row), d));
        return y;
    }

    /** sigma·epsilon + F·eta. */
    double[] deviation(int b, double[] epsilon, double[] eta) {
        double[] deviation = new double[dims];
        for (int d = 0; d < dims; d++) {
            deviation[d] = sigma(b, d) * epsilon[d];
            for (int r = 0; r < rank; r++) {
                deviation[d] += loading(b, d, r) * eta[r];
            }
        }
        return deviation;
    }

    double[][] covariance(int b) {
        return covariance(b, 0, 0);
    }

    /** With parameter p of the problem moved by a step; mu's move nothing. */
    double[][] covariance(int b, int p, double step) {
        double[][] loadings = new double[dims][rank];
        double[][] covariance = new double[dims][dims];
        for (int d = 0; d < dims; d++) {
            for (int r = 0; r < rank; r++) {
                loadings[d][r] = loading(b, d, r) + (p == (2 + r) * dims + d ? step : 0);
            }
            double s = sigma(b, d) * StrictMath.exp(p == dims + d ? step : 0);
            covariance[d][d] = s * s;
        }
        for (int i = 0; i < dims; i++) {
            for (int j = 0; j < dims; j++) {
                covariance[i][j] += Dense.dot(loadings[i], loadings[j]);
            }
        }
        return covariance;
    }

    /** The inverse covariance; null if that is too much to ask. */
    double[][] precision(int b) {
        if (precisions[b] == null && dims <= MOST_TO_INVERT) {
            precisions[b] = Dense.inverse(covariance(b));
        }
        return precisions[b];
    }

    /** C, with exp(−omega) as devices have it. */
    double[][] capacitance(int b) {
        double[][] c = new double[rank][rank];
        for (int i = 0; i < rank; i++) {
            for (int j = 0; j < rank; j++) {
                c[i][j] = i == j ? 1 : 0;
                for (int d = 0; d < dims; d++) {
                    double inverse = DetMath.exp(-omega[b * dims + d]);
                    c[i][j] += loading(b, d, i) * inverse * (loading(b, d, j) * inverse);
                }
            }
        }
        return c;
    }

    /** On a device. */
    Buffer capacitance(Arena arena) {
        Buffer capacitance = arena.doubles((long) shape.problems() * LowRankOps.capacitanceWidth(rank));
        arena.run(new LowRankOps.LowRankCapacitance(
                shape.problems(), dims, rank, arena.of(omega), arena.of(factor), capacitance));
        return capacitance;
    }

    /** {@code log √det}, by elimination. */
    static double halfLogDeterminant(double[][] symmetric) {
        int n = symmetric.length;
        double[][] a = new double[n][];
        Arrays.setAll(a, i -> symmetric[i].clone());
        double log = 0;
        for (int k = 0; k < n; k++) {
            log += 0.5 * StrictMath.log(a[k][k]);
            for (int i = k + 1; i < n; i++) {
                double q = a[i][k] / a[k][k];
                for (int j = k; j < n; j++) {
                    a[i][j] -= q * a[k][j];
                }
            }
        }
        return log;
    }

    /** How far v, latent and log q of a y and an eta may be off in float32. */
    final class Solution {
        final double[] scoreError = new double[dims];
        final double[] latentError = new double[rank];
        double logQError;

        /** Σ_q |C⁻¹_rq·G_dq|/sigma_d. */
        double loadingSize(int b, int d, int r) {
            double[][] inverse = Dense.inverse(capacitance(b));
            double size = 0;
            for (int q = 0; q < rank; q++) {
                size += Math.abs(inverse[r][q] * loading(b, d, q)) / (sigma(b, d) * sigma(b, d));
            }
            return size;
        }
    }

    /** To first order, from the roundings that each step makes. */
    Solution solve(int b, double[] y, double[] eta) {
        Solution of = new Solution();
        double[][] inverse = Dense.inverse(capacitance(b));
        double[] t = new double[rank];
        double[] tError = new double[rank];
        double lanes = Math.min(dims, 1024) / 32.0 + 6; // roundings of a tile's sum
        for (int r = 0; r < rank; r++) {
            for (int d = 0; d < dims; d++) {
                double term = loading(b, d, r) / sigma(b, d) * y[d];
                t[r] += term;
                // exp 2, y of a point 4 more, two products
                tError[r] += (lanes + 8) * U * Math.abs(term);
            }
            t[r] -= eta[r];
        }
        double[] a = Dense.times(inverse, t);
        double[] aError = Dense.times(Dense.abs(inverse), tError);
        double squares = 0;
        for (int r = 0; r < rank; r++) {
            double latent = a[r] + eta[r];
            of.latentError[r] = aError[r] + U * Math.abs(latent);
            squares += Math.abs(latent) * aError[r] + aError[r] * aError[r];
        }
        double sums = 0;
        for (int d = 0; d < dims; d++) {
            double v = y[d];
            double error = 4 * U * Math.abs(y[d]);
            for (int r = 0; r < rank; r++) {
                double g = loading(b, d, r) / sigma(b, d);
                v -= g * a[r];
                error += Math.abs(g) * (aError[r] + (rank + 4) * U * Math.abs(a[r]));
            }
            of.scoreError[d] = (error + 4 * U * Math.abs(v)) / sigma(b, d);
            squares += Math.abs(v) * error + error * error;
            sums += v * v / 2 + Math.abs(omega[b * dims + d]);
        }
        double logs = rank + 2 * halfLogDeterminant(capacitance(b));
        of.logQError = squares + (lanes + 3) * U * sums + 2 * U * logs;
        return of;
    }

    @Override
    public String toString() {
        return shape + " of " + rank + " factors";
    }
}
