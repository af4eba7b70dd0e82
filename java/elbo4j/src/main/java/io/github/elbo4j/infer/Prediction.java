package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.Predictive;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a fit predicts of one value: {@code p(x̂ | x) = E_q(z)[p(x̂ | z)]}, by draws.
 *
 * @param value the distribution of x̂
 * @param probabilities of the values 0, 1, … where there are few, as of classes; else empty
 * @param observed the value that stands in the model
 * @param logDensity log p(x̂ | x) of that value, with the error that the draws leave by the delta method
 * @param rank the share of draws below that value, those equal to it counted by half: where predictions are calibrated it is
 *     uniform on 0 to 1, but for ties
 */
public record Prediction(Marginal value, List<Double> probabilities, double observed, Estimate logDensity, double rank)
        implements Serializable {
    /** How many draws {@link #draws} takes. */
    public static final int DRAWS = 2000;

    public Prediction {
        probabilities = List.copyOf(probabilities);
    }

    /** Draws of a posterior to predict from, functions of the seed alone. */
    public static double[][] draws(Posterior posterior, long seed) {
        return posterior.draws(new Key(seed).fork("predictions"), DRAWS);
    }

    /**
     * Of everything that a model observes, element by element; only of single numbers.
     *
     * @param model of the data to predict; its coordinates are those of the model that was fitted
     * @param z draws of the coordinates, [S][D], S from 2
     */
    public static Map<String, List<Prediction>> of(Model model, double[][] z, long seed) {
        if (z.length < 2 || z[0].length != model.dimensions()) {
            throw new IllegalArgumentException(
                    "there are " + z.length + " draws of " + (z.length == 0 ? 0 : z[0].length)
                            + " coordinates, but there must be 2 or more of " + model.dimensions());
        }
        Map<String, List<Prediction>> all = new LinkedHashMap<>();
        model.predictive(z, seed).forEach((name, predictive) -> all.put(name, elements(name, predictive)));
        return all;
    }

    /** The prediction of {@code x̂ + by}. */
    public Prediction plus(double by) {
        return affine(by, 1);
    }

    /**
     * The prediction of {@code shift + scale·x̂}, such as that of a target on its own scale.
     *
     * @param scale positive
     */
    public Prediction affine(double shift, double scale) {
        Estimate density = new Estimate(
                logDensity.value() - StrictMath.log(scale), logDensity.standardError(), logDensity.draws());
        return new Prediction(value.affine(shift, scale), probabilities, shift + scale * observed, density, rank);
    }

    private static List<Prediction> elements(String name, Predictive predictive) {
        int size = predictive.observed().length;
        if (predictive.logDensities()[0].length != size) {
            throw new IllegalArgumentException(name + " is of vectors or matrices; only single numbers are predicted");
        }
        List<Prediction> elements = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int element = i;
            int draws = predictive.values().length;
            double[] values = new double[draws];
            double[] logs = new double[draws];
            double y = predictive.observed()[i];
            double below = 0;
            for (int s = 0; s < draws; s++) {
                values[s] = predictive.values()[s][i];
                logs[s] = predictive.logDensities()[s][i];
                below += values[s] < y ? 1 : values[s] == y ? 0.5 : 0;
            }
            List<Double> probabilities = new ArrayList<>();
            for (double[] each : predictive.probabilities()) {
                probabilities.add(each[element]);
            }
            elements.add(new Prediction(
                    Marginal.ofDraws(size == 1 ? name : name + "[" + (i + 1) + "]", values),
                    probabilities,
                    y,
                    LogWeights.of(logs).logEvidence(0), // log(Σ exp(l_s)/S)
                    below / draws));
        }
        return elements;
    }
}
