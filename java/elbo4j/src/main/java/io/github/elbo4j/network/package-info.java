/**
 * Multilayer perceptrons as expressions, and models that are made of them.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.network;

import org.jspecify.annotations.NullMarked;
