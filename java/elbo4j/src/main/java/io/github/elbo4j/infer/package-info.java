/**
 * Whole inference methods: optimizers, step sizes, stopping rules and the diagnostics of a finished fit.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.infer;

import org.jspecify.annotations.NullMarked;
