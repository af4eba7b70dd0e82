/**
 * Binary factors of binary data: sigmoid belief networks and noisy-or, by amortized variational inference and by enumeration.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.factors;

import org.jspecify.annotations.NullMarked;
