package io.github.elbo4j.mixture;

import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceOfRows;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * The marginal likelihood of rows by a mixture, {@code log p(x) = Σ_n log Σ_k weight_k·p_k(x_n)}, in which only each row's component is
 * latent: weights, means and covariances are points without a prior. By draws of the components, and exactly. Float64 on the host.
 */
public final class MixtureEvidence {
    private final MixtureDensity mixture;
    private final MixtureData data;

    /** What components are drawn from. */
    public enum Proposal {
        /** Each of the K with the same probability. */
        UNIFORM {
            @Override
            double[] log(MixtureDensity mixture, double[] terms) {
                double[] logs = new double[terms.length];
                Arrays.fill(logs, -StrictMath.log(terms.length));
                return logs;
            }
        },
        /** The weights. */
        PRIOR {
            @Override
            double[] log(MixtureDensity mixture, double[] terms) {
                double[] logs = new double[terms.length];
                Arrays.setAll(logs, k -> StrictMath.log(mixture.weight(k)));
                return logs;
            }
        },
        /** The row's responsibilities, which are its posterior: all weights are p(x_n), and nothing is left to chance. */
        RESPONSIBILITIES {
            @Override
            double[] log(MixtureDensity mixture, double[] terms) {
                double all = MixtureDensity.logSum(terms);
                return Arrays.stream(terms).map(each -> each - all).toArray();
            }
        };

        /** The log of the probability of each component, given a row's terms, [K]. */
        abstract double[] log(MixtureDensity mixture, double[] terms);
    }

    /**
     * Of these rows.
     *
     * @throws IllegalArgumentException if they have other columns than the mixture
     */
    public MixtureEvidence(MixtureDensity mixture, MixtureData data) {
        if (!mixture.columns().equals(data.columns())) {
            throw new IllegalArgumentException("the rows have the columns " + String.join(", ", data.columns())
                    + ", but the mixture is of " + String.join(", ", mixture.columns()));
        }
        this.mixture = mixture;
        this.data = data;
    }

    /**
     * By draws: those of a row are a function of the key and its number.
     *
     * @param cancelled asked now and then
     * @throws CancellationException if it was cancelled
     */
    public Evidence estimate(Proposal proposal, EvidenceOfRows.Draws draws, BooleanSupplier cancelled) {
        EvidenceOfRows sums = new EvidenceOfRows(draws);
        double[] ratios = new double[draws.ofRow()];
        data.eachRow((n, x) -> {
            stop(cancelled);
            double[] terms = mixture.logTerms(x);
            double[] logs = proposal.log(mixture, terms);
            double[] probabilities = Arrays.stream(logs).map(StrictMath::exp).toArray();
            Words words = new Words(draws.key().fork("row " + n));
            for (int s = 0; s < ratios.length; s++) {
                int k = words.index(probabilities);
                ratios[s] = terms[k] - logs[k];
            }
            sums.add(ratios);
        });
        return sums.sum();
    }

    /**
     * By a sum over the components of each row.
     *
     * @param cancelled asked now and then
     * @throws CancellationException if it was cancelled
     */
    public double exact(BooleanSupplier cancelled) {
        double[] sum = new double[1];
        data.eachRow((n, x) -> {
            stop(cancelled);
            sum[0] += mixture.logDensity(x);
        });
        return sum[0];
    }

    private static void stop(BooleanSupplier cancelled) {
        if (cancelled.getAsBoolean()) {
            throw new CancellationException("cancelled");
        }
    }
}
