package io.github.elbo4j.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Draws from a model's prior. Each quantity is [draws][elements], its elements row-major.
 *
 * @param coordinates [draws][D], of which the others are functions
 * @param quantities parameters, on the user's scale, and reports, by name
 * @param observed what the model would observe, by name
 */
public record PriorPredictive(
        double[][] coordinates, Map<String, double[][]> quantities, Map<String, double[][]> observed) {
    public PriorPredictive {
        quantities = Collections.unmodifiableMap(new LinkedHashMap<>(quantities));
        observed = Collections.unmodifiableMap(new LinkedHashMap<>(observed));
    }
}
