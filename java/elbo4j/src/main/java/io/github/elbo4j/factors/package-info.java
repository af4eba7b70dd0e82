/** Binary factors of binary data: sigmoid belief networks and noisy-or, by amortized variational inference and by enumeration. */
@NullMarked
package io.github.elbo4j.factors;

import org.jspecify.annotations.NullMarked;
