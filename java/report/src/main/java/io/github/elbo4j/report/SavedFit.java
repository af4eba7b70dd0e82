package io.github.elbo4j.report;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.mixture.MixtureDensity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code fit.json} holds.
 *
 * @param model the model's name; empty if none was given
 * @param options what was used, of the model and of the method
 * @param data what the model was fitted to; null if that was not given
 * @param quantities what the model gives on its user's scale; empty where that is what was fitted
 * @param prior the same before the data; empty if no draws were taken from the prior
 * @param density of a mixture, what it predicts of a row: itself as EM estimates it, or the mean over its posterior; null of
 *     other models. Of several numbers of components the best was written, with the seconds of all
 */
public record SavedFit(
        FitResult fit,
        String model,
        Map<String, Object> options,
        @Nullable DataSource data,
        List<Marginal> quantities,
        List<Marginal> prior,
        @Nullable MixtureDensity density) {
    public SavedFit {
        options = Map.copyOf(options);
        quantities = List.copyOf(quantities);
        prior = List.copyOf(prior);
    }
}
