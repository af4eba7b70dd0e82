/**
 * Estimates of the ELBO, of KL divergences, of the evidence and of gradients: numbers that carry standard errors.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.estimate;

import org.jspecify.annotations.NullMarked;
