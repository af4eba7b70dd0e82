package io.github.elbo4j.report;

import io.github.elbo4j.infer.FitResult;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code fit.json} holds.
 *
 * @param model the model's name; empty if none was given
 * @param options what was used, of the model and of the method
 * @param data what the model was fitted to; null if that was not given
 */
public record SavedFit(
        FitResult fit,
        String model,
        Map<String, Object> options,
        @Nullable DataSource data) {
    public SavedFit {
        options = Map.copyOf(options);
    }
}
