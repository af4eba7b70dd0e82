package io.github.elbo4j.infer;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ELBO of independent normals from draws that are the same at every point, so that it is a function like any other:
 *
 * <p>{@code F(mu, omega) = (1/S)·Σ_s log p(mu + exp(omega)∘epsilon_s) + Σ_d omega_d}, up to the constant {@code D/2·(1 + log 2·pi)},
 * with S = 2·P draws in pairs {@code epsilon, −epsilon}: sums of odd powers vanish, so that the optimum is exact for every
 * Gaussian posterior in its means and in the curvature there (Giordano, Ingram and Broderick 2024).
 *
 * <p>A point is {@code (mu, omega)}, [2·D]. Sums over draws are in their order, in float64.
 */
final class PairedDraws implements FixedElbo<FixedCurvature> {
    /** Steps of differences in standard deviations of q: errors are of the square, and of float32's rounding over them. */
    static final double STEP = 0x1p-4;

    static final double EXACT_STEP = 0x1p-12;

    private final PointVisits visits;
    private final StartNormal around;
    private final int d;
    private final int pairs;
    private final double[] epsilon; // [2·pairs][D], each draw followed by its opposite

    /**
     * Of a density.
     *
     * @param normals [pairs][D] at least
     * @param around with the means and sds of the first point
     */
    PairedDraws(PointVisits visits, float[] normals, int pairs, StartNormal around) {
        this.visits = visits;
        this.around = around;
        this.d = visits.dimensions();
        this.pairs = pairs;
        epsilon = new double[2 * pairs * d];
        for (int p = 0; p < pairs; p++) {
            for (int i = 0; i < d; i++) {
                epsilon[2 * p * d + i] = normals[p * d + i];
                epsilon[(2 * p + 1) * d + i] = -normals[p * d + i];
            }
        }
    }

    @Override
    public int dimensions() {
        return 2 * d;
    }

    @Override
    public boolean isExact() {
        return visits.isExact();
    }

    @Override
    public double[] start() {
        double[] phi = Arrays.copyOf(around.mean(), 2 * d);
        for (int i = 0; i < d; i++) {
            phi[d + i] = StrictMath.log(around.sd()[i]);
        }
        return phi;
    }

    @Override
    public double[] scale() {
        double[] scale = new double[2 * d];
        for (int i = 0; i < d; i++) {
            scale[i] = around.sd()[i] * around.sd()[i];
            scale[d + i] = 0.5;
        }
        return scale;
    }

    @Override
    public StartNormal normal(double[] phi) {
        return StartNormal.independent(Arrays.copyOf(phi, d), sd(phi));
    }

    /** As a matrix, or by its products where that is too large. */
    @Override
    public FixedCurvature curvature(double[] phi) {
        return d <= FixedDraws.MOST_RESPONSES
                ? FixedCurvature.Dense.at(this, phi, FixedDraws.BLOCKS)
                : new FixedCurvature.Products(this, phi, scale());
    }

    /** The independent normals, and the normal of linear response where it is known. */
    @Override
    public List<Account> accounts(List<String> names, TrustRegion.Summit<FixedCurvature> top) {
        FixedAccounts of = new FixedAccounts(names, this, top.at(), top.curvature());
        Account response = of.linearResponse();
        return response == null ? List.of(of.independent()) : List.of(of.independent(), response);
    }

    @Override
    public void evaluate(int rows, double[] points, double[] values, double @Nullable [] gradient) {
        for (int row = 0; row < rows; row++) {
            double[] phi = Arrays.copyOfRange(points, row * 2 * d, (row + 1) * 2 * d);
            double[] sd = sd(phi);
            double[] total = new double[1];
            double[] sum = gradient == null ? null : new double[2 * d];
            visits.visit(draws(phi, sd, 0, 0), gradient != null, (s, logP, slope) -> {
                total[0] += logP;
                if (sum != null && slope != null) {
                    add(sum, slope, s, sd);
                }
            });
            values[row] = total[0] / (2 * pairs);
            for (int i = 0; i < d; i++) {
                values[row] += phi[d + i];
                if (gradient != null && sum != null) {
                    gradient[row * 2 * d + i] = sum[i] / (2 * pairs);
                    gradient[row * 2 * d + d + i] = sum[d + i] / (2 * pairs) + 1;
                }
            }
        }
    }

    /**
     * The gradients of the objectives that each block of pairs has by itself, [blocks][2·D]; their mean is that of all.
     *
     * @param blocks of equal size
     */
    double[][] gradientsOfBlocks(double[] phi, int blocks) {
        double[] sd = sd(phi);
        double[][] sums = new double[blocks][2 * d];
        visits.visit(draws(phi, sd, 0, 0), true, (s, logP, slope) -> add(sums[blockOf(s, blocks)], slope, s, sd));
        for (double[] sum : sums) {
            for (int i = 0; i < d; i++) {
                sum[i] *= blocks / (2.0 * pairs);
                sum[d + i] = sum[d + i] * blocks / (2.0 * pairs) + 1;
            }
        }
        return sums;
    }

    /**
     * {@code −∇∇F} of each block of pairs by itself, [blocks][2·D][2·D], their mean being that of all; or of all but one block
     * together, [1][2·D][2·D]. By differences of the gradient of
     * log p at each draw along each coordinate, {@code K_s = ∇∇log p(z_s)}. With {@code w_s = exp(omega)∘epsilon_s} it is, as
     * means over draws, {@code −K_s} for mu with mu, {@code −K_s·diag(w_s)} for mu with omega, and
     * {@code −diag(w_s)·K_s·diag(w_s) − diag(w_s∘∇log p(z_s))} for omega with omega. A draw and its opposite differ in the side
     * on which the difference is taken, so that the errors of the first order cancel.
     *
     * @param blocks of equal size
     * @param skipped the block that is left out; −1 for none, and matrices of each
     */
    double[][][] curvatureOfBlocks(double[] phi, int blocks, int skipped) {
        double[] sd = sd(phi);
        double step = isExact() ? EXACT_STEP : STEP;
        int from = Math.max(0, skipped * (pairs / blocks));
        int to = Math.max(0, (skipped + 1) * (pairs / blocks));
        double[] at = draws(phi, sd, from, to);
        int draws = at.length / d;
        double[] there = new double[at.length];
        visits.visit(at, true, (s, logP, slope) -> System.arraycopy(slope, 0, there, s * d, d));
        double[][][] sums = new double[skipped < 0 ? blocks : 1][2 * d][2 * d];
        double[] moved = new double[at.length];
        double[] by = new double[draws];
        for (int e = 0; e < d; e++) {
            System.arraycopy(at, 0, moved, 0, at.length);
            for (int s = 0; s < draws; s++) {
                int i = s * d + e;
                double far = at[i] + (s % 2 == 0 ? step : -step) * sd[e];
                moved[i] = isExact() ? far : (float) far;
                by[s] = moved[i] - (isExact() ? at[i] : (float) at[i]);
            }
            int column = e;
            visits.visit(moved, true, (s, logP, slope) -> {
                int draw = s >= 2 * from ? s + 2 * (to - from) : s;
                double[][] sum = sums[skipped < 0 ? blockOf(draw, blocks) : 0];
                double own = sd[column] * epsilon[draw * d + column];
                double[] withMean = sum[column]; // the column as a row, along memory: the other triangle follows below
                double[] withSd = sum[d + column];
                for (int i = 0; i < d; i++) {
                    double k = (slope[i] - there[s * d + i]) / by[s];
                    double w = sd[i] * epsilon[draw * d + i];
                    withMean[i] -= k;
                    withMean[d + i] -= w * k;
                    withSd[i] -= k * own;
                    withSd[d + i] -= w * k * own;
                }
                sum[d + column][d + column] -= own * there[s * d + column];
            });
        }
        for (double[][] sum : sums) {
            symmetrize(sum, sums.length / (2.0 * draws));
        }
        return sums;
    }

    /** {@code factor·(M + Mᵀ)}. */
    private static void symmetrize(double[][] matrix, double factor) {
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j <= i; j++) {
                double both = factor * (matrix[i][j] + matrix[j][i]);
                matrix[i][j] = both;
                matrix[j][i] = both;
            }
        }
    }

    private int blockOf(int draw, int blocks) {
        return draw / 2 / (pairs / blocks);
    }

    /** The part of one draw in the sums of both gradients. */
    private void add(double[] sum, double[] slope, int s, double[] sd) {
        for (int i = 0; i < d; i++) {
            sum[i] += slope[i];
            sum[d + i] += slope[i] * sd[i] * epsilon[s * d + i];
        }
    }

    private double[] sd(double[] phi) {
        double[] sd = new double[d];
        for (int i = 0; i < d; i++) {
            sd[i] = StrictMath.exp(phi[d + i]);
        }
        return sd;
    }

    /** The draws [.][D] but for those of some pairs. */
    private double[] draws(double[] phi, double[] sd, int skipFrom, int skipTo) {
        double[] z = new double[2 * (pairs - (skipTo - skipFrom)) * d];
        int row = 0;
        for (int s = 0; s < 2 * pairs; s++) {
            if (s / 2 >= skipFrom && s / 2 < skipTo) {
                continue;
            }
            for (int i = 0; i < d; i++) {
                z[row * d + i] = phi[i] + sd[i] * epsilon[s * d + i];
            }
            row++;
        }
        return z;
    }
}
