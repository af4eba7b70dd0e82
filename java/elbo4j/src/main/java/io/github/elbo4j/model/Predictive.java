package io.github.elbo4j.model;

/**
 * What a model predicts of one thing that it observes, by draws; elements are row-major.
 *
 * @param observed the values that stand in the model, [elements]
 * @param values a random value at each draw, [S][elements]
 * @param logDensities log p of what stands in the model at each draw, [S][elements, those of an event together]
 * @param probabilities of the values 0, 1, … of a distribution that has few, each the mean over draws of its probability,
 *     [values][elements]; else empty
 */
public record Predictive(double[] observed, double[][] values, double[][] logDensities, double[][] probabilities) {}
