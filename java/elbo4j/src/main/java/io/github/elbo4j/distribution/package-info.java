/**
 * Probability distributions over expressions: log-densities with every constant, supports, centres, draws.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.distribution;

import org.jspecify.annotations.NullMarked;
