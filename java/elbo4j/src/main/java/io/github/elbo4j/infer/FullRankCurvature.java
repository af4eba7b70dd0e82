package io.github.elbo4j.infer;

/**
 * {@code A = −∇∇F} of {@link FullRankDraws} by its products, from {@code K_s = ∇∇log p(u_s)} at every draw: a direction {@code (v, V)} of mean
 * and factor moves the draw s by {@code w_s = v + V·epsilon_s} and its slope by {@code K_s·w_s}, so that the product is
 *
 * <p>{@code (−mean_s K_s·w_s, −mean_s K_s·w_s·epsilon_sᵀ)}, of which the lower triangle counts; a diagonal element, the exponential of its parameter, has it times
 * {@code T_ii} on both sides, and {@code −mean_s (∇log p(u_s))_i·epsilon_si·T_ii} more, which at an optimum is 1.
 */
final class FullRankCurvature implements TrustRegion.Curvature {
    private final float[][] k; // [2·P][D·(D + 1)/2], lower triangles by rows; float32 is more than differences have
    private final double[] epsilon; // [P][D]
    private final double[] diagonal; // [D], of T
    private final double[] own; // [D], the second part of a diagonal element

    private final Runnable check; // ends a long series of products if the fit is asked to stop

    FullRankCurvature(float[][] k, double[] epsilon, double[] diagonal, double[] own, Runnable check) {
        this.check = check;
        this.k = k;
        this.epsilon = epsilon;
        this.diagonal = diagonal;
        this.own = own;
    }

    /**
     * About that at the optimum of all pairs but some, from what is known at the one of all.
     *
     * @param epsilon of the others
     */
    FullRankCurvature without(int fromPair, int toPair, double[] epsilon) {
        float[][] others = new float[k.length - 2 * (toPair - fromPair)][];
        System.arraycopy(k, 0, others, 0, 2 * fromPair);
        System.arraycopy(k, 2 * toPair, others, 2 * fromPair, k.length - 2 * toPair);
        return new FullRankCurvature(others, epsilon, diagonal, StartNormal.ones(diagonal.length), check);
    }

    @Override
    public double[] times(double[] direction) {
        check.run();
        int d = diagonal.length;
        double[] v = direction.clone();
        for (int i = 0; i < d; i++) {
            v[FullRankDraws.index(d, i, i)] *= diagonal[i];
        }
        double[] sum = new double[v.length];
        double[] up = new double[d];
        double[] down = new double[d];
        double[] slopeUp = new double[d];
        double[] slopeDown = new double[d];
        for (int p = 0; 2 * p < k.length; p++) {
            int from = p * d;
            for (int i = 0, at = d; i < d; i++) {
                double w = 0;
                for (int j = 0; j <= i; j++, at++) {
                    w += v[at] * epsilon[from + j];
                }
                up[i] = v[i] + w;
                down[i] = v[i] - w;
            }
            times(k[2 * p], up, slopeUp);
            times(k[2 * p + 1], down, slopeDown);
            for (int i = 0, at = d; i < d; i++) {
                sum[i] -= slopeUp[i] + slopeDown[i];
                double difference = slopeUp[i] - slopeDown[i];
                for (int j = 0; j <= i; j++, at++) {
                    sum[at] -= difference * epsilon[from + j];
                }
            }
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] /= k.length;
        }
        for (int i = 0; i < d; i++) {
            int at = FullRankDraws.index(d, i, i);
            sum[at] = sum[at] * diagonal[i] + own[i] * direction[at];
        }
        return sum;
    }

    /** {@code K·w}. */
    private static void times(float[] lower, double[] w, double[] product) {
        for (int i = 0, at = 0; i < w.length; i++) {
            double sum = 0;
            for (int j = 0; j < i; j++, at++) {
                sum += lower[at] * w[j];
                product[j] += lower[at] * w[i];
            }
            product[i] = sum + lower[at] * w[i];
            at++;
        }
    }

    @Override
    public double accuracy() {
        return 1e-8;
    }
}
