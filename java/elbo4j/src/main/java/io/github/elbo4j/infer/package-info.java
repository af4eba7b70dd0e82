/** Whole inference methods: optimizers, step sizes, stopping rules and the diagnostics of a finished fit. */
@NullMarked
package io.github.elbo4j.infer;

import org.jspecify.annotations.NullMarked;
