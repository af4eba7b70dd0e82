package io.github.elbo4j.deep;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.estimate.ParetoShape;

/**
 * What draws of q(z | x) say of each row: log p(x) by importance sampling, {@code log(1/S·Σ_s w_s)} with {@code w = p(x, z)/q(z | x)}, and
 * the ELBO, the mean of log w, from the same draws. That of log p(x) is biased downwards, by about Var(w)/(2·S·E(w)²).
 *
 * @param elbo by row
 * @param elboError the standard error of elbo, by row
 * @param logEvidence by row
 * @param standardError of logEvidence, by row; it means nothing where k-hat is above 0.7
 * @param kHat the Pareto shape of a row's weights
 * @param efficiency their effective sample size over their number
 * @param draws S
 */
public record RowEvidence(
        double[] elbo,
        double[] elboError,
        double[] logEvidence,
        double[] standardError,
        double[] kHat,
        double[] efficiency,
        int draws) {
    /** Up to this k-hat importance sampling can be relied on (Vehtari et al. 2024). */
    public static final double RELIABLE = 0.7;
    /** Where weights are this uniform, k-hat says nothing. */
    private static final double UNIFORM = 0.9;

    /** @param logWeights [N][S] */
    static RowEvidence of(double[][] logWeights) {
        int rows = logWeights.length;
        double[] elbo = new double[rows];
        double[] elboError = new double[rows];
        double[] evidence = new double[rows];
        double[] error = new double[rows];
        double[] kHat = new double[rows];
        double[] efficiency = new double[rows];
        LogWeights weights = LogWeights.of(logWeights);
        for (int n = 0; n < rows; n++) {
            Estimate bound = weights.elbo(n);
            elbo[n] = bound.value();
            elboError[n] = bound.standardError();
            evidence[n] = weights.logEvidence(n).value();
            error[n] = weights.logEvidence(n).standardError();
            kHat[n] = ParetoShape.ofLogRatios(logWeights[n]);
            efficiency[n] = weights.efficiency(n);
        }
        return new RowEvidence(
                elbo, elboError, evidence, error, kHat, efficiency, rows == 0 ? 0 : logWeights[0].length);
    }

    /** The mean over rows of the ELBO; its error is that of rows drawn anew. */
    public Estimate meanElbo() {
        return LogWeights.mean(elbo);
    }

    /** The mean over rows of log p(x); its error is that of rows drawn anew. */
    public Estimate meanLogEvidence() {
        return LogWeights.mean(logEvidence);
    }

    /** Whether a row's log p(x) can be relied on. */
    public boolean isReliable(int row) {
        return efficiency[row] >= UNIFORM || kHat[row] <= RELIABLE;
    }

    /** The share of rows that are not {@linkplain #isReliable reliable}. */
    public double unreliable() {
        int count = 0;
        for (int n = 0; n < kHat.length; n++) {
            count += isReliable(n) ? 0 : 1;
        }
        return (double) count / kHat.length;
    }
}
