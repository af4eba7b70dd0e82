package io.github.elbo4j.estimate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A number made of importance weights w = p(x, z)/r(z) that estimates or bounds log p(x):
 *
 * <pre>{@code
 * 1/(1 − alpha) · E[log (1/k · Σ_{j ≤ k} w_j^(1 − alpha))]
 * }</pre>
 *
 * <p>with the expectation over groups of k draws. The ELBO is k = 1 and alpha = 0; importance sampling is alpha = 0 with all draws
 * in one group; between them are the importance-weighted bounds (Burda, Grosse and Salakhutdinov 2016), which rise with k; with
 * all draws in one group, other alphas give Rényi's bounds (Li and Turner 2016), which fall as alpha rises: below log p(x) for
 * 0 &lt; alpha &lt; 1, where alpha = 1 is the ELBO, and above it for alpha &lt; 0.
 *
 * <p>A logarithm of a mean is too low on average (Jensen): by about {@code Var(w)/(2k·E[w]²)} where alpha = 0. What should bound
 * log p(x) from above may therefore lie below it with few draws.
 *
 * @param group k; 0 for all draws
 * @param alpha below 1
 */
public record EvidenceBound(int group, double alpha) implements Serializable {
    private static final int[] GROUPS = {1, 10, 100, 1000};
    private static final double[] ALPHAS = {0.75, 0.5, 0.25, -0.5, -1};

    public EvidenceBound {
        if (group < 0) {
            throw new IllegalArgumentException("group is " + group + ", but must be at least 1, or 0 for all draws");
        }
        if (!(alpha < 1 && alpha > Double.NEGATIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "alpha is " + alpha + ", but must be below 1; at 1 the bound is the ELBO");
        }
    }

    /** {@code E[log w]}. */
    public static EvidenceBound elbo() {
        return importanceWeighted(1);
    }

    /** {@code log E[w]}, importance sampling itself. */
    public static EvidenceBound logMean() {
        return new EvidenceBound(0, 0);
    }

    /**
     * {@code E[log (1/k · Σ_{j ≤ k} w_j)]}.
     *
     * @param k at least 1
     */
    public static EvidenceBound importanceWeighted(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("k is " + k + ", but must be at least 1");
        }
        return new EvidenceBound(k, 0);
    }

    /**
     * {@code 1/(1 − alpha) · log E[w^(1 − alpha)]}.
     *
     * @param alpha below 1
     */
    public static EvidenceBound renyi(double alpha) {
        return new EvidenceBound(0, alpha);
    }

    /** {@link #logMean}; k = 1 (the ELBO), 10, 100 and 1000; Rényi's at 0.75, 0.5, 0.25, −0.5 and −1. */
    public static List<EvidenceBound> standard() {
        List<EvidenceBound> all = new ArrayList<>(List.of(logMean()));
        for (int k : GROUPS) {
            all.add(importanceWeighted(k));
        }
        for (double alpha : ALPHAS) {
            all.add(renyi(alpha));
        }
        return all;
    }

    /** Whether it lies above log p(x) in the limit of many draws. */
    public boolean isUpper() {
        return alpha < 0;
    }

    /** 1 − alpha, the power of the weights. */
    double power() {
        return 1 - alpha;
    }

    /** In words, such as {@code Renyi bound, alpha = 0.5}. */
    @Override
    public String toString() {
        if (alpha != 0) {
            return "Renyi bound, alpha = " + alpha + (group == 0 ? "" : ", k = " + group);
        }
        return group == 0 ? "log mean weight" : group == 1 ? "ELBO" : "importance-weighted bound, k = " + group;
    }
}
