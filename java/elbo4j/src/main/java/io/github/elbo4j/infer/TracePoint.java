package io.github.elbo4j.infer;

import java.io.Serializable;

/**
 * The ELBO as one step's draws estimated it.
 *
 * @param step from 1
 * @param standardError from the draws of the step (a minibatch's own error is not in it); NaN where these are not independent
 */
public record TracePoint(int step, double elbo, double standardError) implements Serializable {}
