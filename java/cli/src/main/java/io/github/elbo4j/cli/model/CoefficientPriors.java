package io.github.elbo4j.cli.model;

import io.github.elbo4j.model.NormalPrior;

/**
 * The priors of a linear predictor, on the scale that is fitted.
 *
 * @param coefficient of each column
 * @param intercept of the intercept, if there is one
 * @param groupSd the scale of the half-normal prior of the sd between groups, if there are any
 */
public record CoefficientPriors(NormalPrior coefficient, NormalPrior intercept, double groupSd) {}
