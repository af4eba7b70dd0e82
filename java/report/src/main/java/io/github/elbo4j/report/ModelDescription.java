package io.github.elbo4j.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was fitted, for a report: a {@link io.github.elbo4j.infer.FitResult} does not hold its model.
 *
 * @param name as {@code fit.json} calls it, such as {@code logistic}
 * @param heading as a report is headed, such as {@code Bayesian logistic regression of type}
 * @param effect what a coefficient has an effect on, such as {@code the log-odds}; empty if it is not to be shown
 * @param note a sentence on what the parameters mean, or nothing
 * @param logarithms the parameters that are logarithms, and what each is the logarithm of
 * @param options what was asked for or chosen of the model: strings, booleans and numbers, in the order in which they
 *     are shown
 */
public record ModelDescription(
        String name,
        String heading,
        String effect,
        String note,
        Map<String, String> logarithms,
        Map<String, Object> options) {
    public ModelDescription {
        logarithms = Map.copyOf(logarithms);
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** A model of which only the name is given. */
    public static ModelDescription of(String name) {
        return new ModelDescription(name, name, "", "", Map.of(), Map.of());
    }
}
