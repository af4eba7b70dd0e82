package io.github.elbo4j.deep;

/**
 * Rows of which some elements were not seen, completed: E(x_i | x_seen) of each element under the posterior of z given those that were, by
 * self-normalized importance sampling.
 *
 * @param mean [N][P]; of an element that was seen, what the decoder makes of it
 * @param standardError of mean, by Monte Carlo
 * @param effective draws, by row; with few of them, neither says much
 */
public record Completion(double[][] mean, double[][] standardError, double[] effective) {}
