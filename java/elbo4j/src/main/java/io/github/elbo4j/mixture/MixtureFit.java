package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import java.util.List;

/** A mixture of a number of components as {@link GaussianMixtures} found it, on the scale of the rows. It never changes. */
public final class MixtureFit {
    private final GaussianMixture mixture;
    private final Covariances covariances;
    private final FitResult result;
    private final Scores scores;
    private final List<Double> restarts;
    private final Components components; // of the standardized rows, in the mixture's order

    /**
     * What a fit is worth. NaN where a method does not tell it.
     *
     * @param logLikelihood Σ_n log p(x_n)
     * @param objective what was raised: the log-likelihood, with the penalty's logarithm but for a constant; or the ELBO
     * @param bic {@code −2·logLikelihood + parameters·log N}: less is better
     * @param icl {@code bic − 2·Σ_n log max_k r_nk} (Biernacki, Celeux and Govaert 2000): less is better; it is worse than BIC where components
     *     overlap
     */
    public record Scores(double logLikelihood, double objective, double bic, double icl) {}

    /** Takes rows one by one. */
    @FunctionalInterface
    public interface Rows {
        /**
         * A row.
         *
         * @param row from 0
         * @param component from which it most probably comes, from 0
         * @param probability that it does
         */
        void row(long row, int component, double probability);
    }

    MixtureFit(
            GaussianMixture mixture,
            Covariances covariances,
            FitResult result,
            Scores scores,
            List<Double> restarts,
            Components components) {
        this.mixture = mixture;
        this.covariances = covariances;
        this.result = result;
        this.scores = scores;
        this.restarts = List.copyOf(restarts);
        this.components = components;
    }

    /** The mixture, the heaviest component first; of a method that finds a posterior, of its means. */
    public GaussianMixture mixture() {
        return mixture;
    }

    /** What covariances were allowed. */
    public Covariances covariances() {
        return covariances;
    }

    /** How the fit went, how far to trust it, and the parameters. */
    public FitResult result() {
        return result;
    }

    /** What it is worth. */
    public Scores scores() {
        return scores;
    }

    /** The objective that each restart came to; NaN for one that failed. */
    public List<Double> restarts() {
        return restarts;
    }

    /**
     * The component of each row. Responsibilities are computed on the device, wave by wave within the memory.
     *
     * @param data on whose scale the mixture was fitted
     * @param memory in bytes
     */
    public void assign(Device device, MixtureData data, long memory, Rows rows) {
        int count = mixture.components();
        try (Waves waves = new Waves(device, data, memory, count);
                Batch batch = new Batch(waves, covariances, 1, count)) {
            batch.responsibilities(components, (first, n, r) -> {
                for (int m = 0; m < n; m++) {
                    int best = 0;
                    for (int k = 1; k < count; k++) {
                        best = r[k * n + m] > r[best * n + m] ? k : best;
                    }
                    rows.row(first + m, best, r[best * n + m]);
                }
            });
        }
    }

    @Override
    public String toString() {
        return mixture + "; " + result.verdict().words() + ", " + scores;
    }
}
