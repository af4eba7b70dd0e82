package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.LowerTriangle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The ELBO of normals of any covariance from draws that are the same at every point. In coordinates u in which some normal N(m, L·Lᵀ) is
 * N(0, I), z = m + L·u, a point is the mean a, [D], and the lower triangle T of the factor by rows, its diagonal as logarithms:
 *
 * <p>{@code F(a, T) = (1/S)·Σ_s log p(m + L·(a + T·epsilon_s)) + Σ_i log T_ii + log det L}, up to the constant {@code D/2·(1 + log 2·pi)},
 *
 * <p>with S = 2·P draws in pairs {@code epsilon, −epsilon}. Draws are <em>normalized</em>: {@code epsilon_s = C⁻¹·e_s}, where the e_s are those of their
 * addresses and {@code C·Cᵀ = (1/S)·Σ_s e_s·e_sᵀ}, so that their second moment is I. T·C⁻¹ is a lower triangle like T: the
 * points at the optimum are the same, and the covariance that is reported is theirs, {@code (1/S)·Σ_s (z_s − mean)·(z_s − mean)ᵀ}, in the place of that which the e_s would
 * have if there were more of them. For a Gaussian log p the optimum has the posterior's mean and covariance, whatever the draws: odd powers vanish by the pairs, and the
 * mean of squares is that of all draws. (Derivations: normalized draws.)
 *
 * <p>Of D &gt; P pairs F has no bound: some direction is orthogonal to all e_s, and q may be as wide there as it likes.
 */
final class FullRankDraws implements FixedElbo<FullRankCurvature> {
    static final String NAME = "full-rank Gaussian";

    private final PointVisits visits;
    private final StartNormal around;
    private final int d;
    private final int pairs;
    private final double[] epsilon; // [P][D], normalized
    private final double logDeterminant;

    /** @param normals [P][D], normalized or not: normalizing the normalized changes nothing */
    FullRankDraws(PointVisits visits, double[] normals, StartNormal around) {
        this.visits = visits;
        this.around = around;
        d = visits.dimensions();
        pairs = normals.length / d;
        epsilon = normalized(normals);
        logDeterminant = around.logDeterminant();
    }

    /** The first ones, in float64. */
    static double[] widened(float[] normals, int count) {
        double[] all = new double[count];
        for (int i = 0; i < count; i++) {
            all[i] = normals[i];
        }
        return all;
    }

    private double[] normalized(double[] normals) {
        double[][] moment = new double[d][d];
        for (int p = 0; p < pairs; p++) {
            for (int i = 0; i < d; i++) {
                for (int j = 0; j <= i; j++) {
                    moment[i][j] += normals[p * d + i] * normals[p * d + j] / pairs;
                }
            }
        }
        double[][] root = Objects.requireNonNull(DenseMatrix.cholesky(moment), "fewer pairs than dimensions");
        double[] result = normals.clone();
        for (int p = 0; p < pairs; p++) {
            for (int i = 0; i < d; i++) {
                double sum = result[p * d + i];
                for (int j = 0; j < i; j++) {
                    sum -= root[i][j] * result[p * d + j];
                }
                result[p * d + i] = sum / root[i][i];
            }
        }
        return result;
    }

    /** Where {@code T_ij} stands in a point of D dimensions. */
    static int index(int d, int i, int j) {
        return d + i * (i + 1) / 2 + j;
    }

    @Override
    public int dimensions() {
        return index(d, d, 0);
    }

    @Override
    public boolean isExact() {
        return visits.isExact();
    }

    @Override
    public double[] start() {
        return new double[dimensions()];
    }

    /** 1, and 1/2 for the logarithms, as for {@link Whitening}. */
    @Override
    public double[] scale() {
        double[] scale = StartNormal.ones(dimensions());
        for (int i = 0; i < d; i++) {
            scale[index(d, i, i)] = 0.5;
        }
        return scale;
    }

    @Override
    public StartNormal normal(double[] phi) {
        double[] a = new double[d];
        System.arraycopy(phi, 0, a, 0, d);
        return StartNormal.correlated(around.at(a), LowerTriangle.product(around.dense(), factor(phi)));
    }

    /** T. */
    private double[][] factor(double[] phi) {
        double[][] factor = new double[d][d];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < i; j++) {
                factor[i][j] = phi[index(d, i, j)];
            }
            factor[i][i] = StrictMath.exp(phi[index(d, i, i)]);
        }
        return factor;
    }

    @Override
    public void evaluate(int rows, double[] points, double[] values, double @Nullable [] gradient) {
        int n = dimensions();
        for (int row = 0; row < rows; row++) {
            double[] phi = new double[n];
            System.arraycopy(points, row * n, phi, 0, n);
            double[][] factor = factor(phi);
            double[] total = new double[1];
            double[] sum = new double[n];
            visit(draws(phi, factor), gradient != null, (s, logP, slope) -> {
                total[0] += logP;
                if (gradient != null) {
                    add(sum, slope, s);
                }
            });
            values[row] = total[0] / (2 * pairs) + logDeterminant;
            for (int i = 0; i < d; i++) {
                int at = index(d, i, i);
                values[row] += phi[at];
                sum[at] = sum[at] * factor[i][i] + 2 * pairs;
            }
            for (int i = 0; i < n && gradient != null; i++) {
                gradient[row * n + i] = sum[i] / (2 * pairs);
            }
        }
    }

    /** The part of one draw in the sums of both gradients. */
    private void add(double[] sum, double[] slope, int s) {
        int sign = s % 2 == 0 ? 1 : -1;
        int from = s / 2 * d;
        for (int i = 0, at = d; i < d; i++) {
            sum[i] += slope[i];
            double signed = sign * slope[i];
            for (int j = 0; j <= i; j++, at++) {
                sum[at] += signed * epsilon[from + j];
            }
        }
    }

    /** The draws in u, [2·P][D], each followed by its opposite. */
    private double[] draws(double[] phi, double[][] factor) {
        double[] u = new double[2 * pairs * d];
        for (int p = 0; p < pairs; p++) {
            for (int i = 0; i < d; i++) {
                double off = 0;
                for (int j = 0; j <= i; j++) {
                    off += factor[i][j] * epsilon[p * d + j];
                }
                u[2 * p * d + i] = phi[i] + off;
                u[(2 * p + 1) * d + i] = phi[i] - off;
            }
        }
        return u;
    }

    /** Of points and slopes in u. */
    private void visit(double[] points, boolean withGradient, PointVisits.Visitor visitor) {
        double[] z = new double[points.length];
        double[] u = new double[d];
        for (int at = 0; at < points.length; at += d) {
            System.arraycopy(points, at, u, 0, d);
            System.arraycopy(around.at(u), 0, z, at, d);
        }
        visits.visit(
                z,
                withGradient,
                (s, logP, slope) -> visitor.visit(s, logP, withGradient ? around.slope(slope) : slope));
    }

    /**
     * By differences of the slope along each coordinate of u, in which q is about N(0, I). A draw and its opposite differ in the side on which
     * the difference is taken, so that the errors of the first order cancel.
     */
    @Override
    public FullRankCurvature curvature(double[] phi) {
        double[][] factor = factor(phi);
        double[] at = draws(phi, factor);
        double[] there = new double[at.length];
        double[] diagonal = new double[d];
        double[] own = new double[d];
        visit(at, true, (s, logP, slope) -> {
            System.arraycopy(slope, 0, there, s * d, d);
            for (int i = 0; i < d; i++) {
                double of = (s % 2 == 0 ? slope[i] : -slope[i]) * epsilon[s / 2 * d + i];
                own[i] -= of * factor[i][i] / (2 * pairs);
            }
        });
        float[][] k = new float[2 * pairs][d * (d + 1) / 2];
        double[] moved = new double[at.length];
        double step = isExact() ? PairedDraws.EXACT_STEP : PairedDraws.STEP;
        for (int e = 0; e < d; e++) {
            System.arraycopy(at, 0, moved, 0, at.length);
            for (int s = 0; s < 2 * pairs; s++) {
                moved[s * d + e] += s % 2 == 0 ? step : -step;
            }
            int column = e;
            diagonal[e] = factor[e][e];
            visit(moved, true, (s, logP, slope) -> {
                for (int i = 0; i < d; i++) {
                    double bend = (slope[i] - there[s * d + i]) / (s % 2 == 0 ? step : -step);
                    int high = Math.max(i, column);
                    k[s][high * (high + 1) / 2 + Math.min(i, column)] += (float) (i == column ? bend : bend / 2);
                }
            });
        }
        return new FullRankCurvature(k, epsilon, diagonal, own, visits::check);
    }

    /** The optimum is found anew without each block, whose draws are normalized anew, too. */
    @Override
    public List<Account> accounts(List<String> names, TrustRegion.Summit<FullRankCurvature> top) {
        List<Posterior> replicates = new ArrayList<>();
        int size = pairs / FixedDraws.BLOCKS;
        for (int from = 0; from < pairs; from += size) {
            double[] kept = new double[(pairs - size) * d];
            System.arraycopy(epsilon, 0, kept, 0, from * d);
            System.arraycopy(epsilon, (from + size) * d, kept, from * d, kept.length - from * d);
            FullRankDraws others = new FullRankDraws(visits, kept, around);
            FullRankCurvature curvature = top.curvature().without(from, from + size, others.epsilon);
            TrustRegion.Summit<FullRankCurvature> there =
                    new TrustRegion<>(others, at -> curvature, scale(), visits.cancelled()).climb(top.at());
            if (there.isTop()) {
                replicates.add(posterior(names, others.normal(there.at())));
            }
        }
        return List.of(new Account(
                NAME,
                posterior(names, normal(top.at())),
                replicates.size() == FixedDraws.BLOCKS ? replicates : List.of()));
    }

    private static GaussianPosterior posterior(List<String> names, StartNormal normal) {
        return new GaussianPosterior(names, normal.gaussian());
    }
}
