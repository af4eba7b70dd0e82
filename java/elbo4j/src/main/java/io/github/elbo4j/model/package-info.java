/**
 * Log-joints log p(x, z): the interface for a user's own model, and the ready models.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.model;

import org.jspecify.annotations.NullMarked;
