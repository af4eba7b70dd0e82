/** Multilayer perceptrons as expressions, and models that are made of them. */
@NullMarked
package io.github.elbo4j.network;

import org.jspecify.annotations.NullMarked;
