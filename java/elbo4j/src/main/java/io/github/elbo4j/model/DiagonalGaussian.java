package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;

/**
 * N(mu, diag exp(2·omega)) on a device, the same for every problem.
 *
 * @param mu [D]
 * @param omega the logarithms of the standard deviations, [D]
 */
public record DiagonalGaussian(Buffer mu, Buffer omega) {}
