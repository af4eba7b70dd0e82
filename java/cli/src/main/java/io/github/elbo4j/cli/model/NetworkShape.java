package io.github.elbo4j.cli.model;

import io.github.elbo4j.network.Activation;
import io.github.elbo4j.network.BayesianNetwork;
import io.github.elbo4j.network.WeightPrior;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a Bayesian network is, but for its data.
 *
 * @param classes of the target; 0 if it is a number
 * @param standardize whether columns, and a target that is a number, are moved and scaled
 */
public record NetworkShape(
        List<Integer> hidden, Activation activation, WeightPrior prior, int classes, boolean standardize) {
    public NetworkShape {
        hidden = List.copyOf(hidden);
    }

    /** As the options of a fit. */
    public Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("hidden", hidden.stream().map(String::valueOf).collect(Collectors.joining(",")));
        options.put("activation", activation.name().toLowerCase(Locale.ROOT));
        options.put("priorSd", prior.sd());
        if (prior.share() < 1) {
            options.put("priorShare", prior.share());
            options.put("priorNarrow", prior.narrow());
        }
        options.put("classes", classes);
        options.put("standardize", standardize);
        return options;
    }

    /**
     * From those options.
     *
     * @throws IllegalArgumentException if one is missing or no such thing
     */
    public static NetworkShape of(Map<String, Object> options) {
        double sd = number(options, "priorSd");
        boolean mixture = options.containsKey("priorShare");
        return new NetworkShape(
                Stream.of(String.valueOf(options.get("hidden")).split(","))
                        .map(Integer::valueOf)
                        .toList(),
                Activation.valueOf(String.valueOf(options.get("activation")).toUpperCase(Locale.ROOT)),
                mixture
                        ? new WeightPrior(sd, number(options, "priorShare"), number(options, "priorNarrow"))
                        : WeightPrior.normal(sd),
                (int) number(options, "classes"),
                Boolean.TRUE.equals(options.get("standardize")));
    }

    private static double number(Map<String, Object> options, String name) {
        if (options.get(name) instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException(
                "the option " + name + " of the network is " + options.get(name) + ", but must be a number");
    }

    /** The same without hidden layers: a linear, logistic or softmax regression with the same prior. */
    public NetworkShape linear() {
        return new NetworkShape(List.of(), activation, prior, classes, standardize);
    }

    /** @param seed of the start */
    BayesianNetwork network(long seed) {
        return new BayesianNetwork(hidden, activation, prior, seed);
    }
}
