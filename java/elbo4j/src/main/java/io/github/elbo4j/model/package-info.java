/** Log-joints log p(x, z): the interface for a user's own model, and the ready models. */
@NullMarked
package io.github.elbo4j.model;

import org.jspecify.annotations.NullMarked;
