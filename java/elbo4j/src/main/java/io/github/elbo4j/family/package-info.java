/**
 * Variational families: the distributions q that are fitted to a posterior.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.family;

import org.jspecify.annotations.NullMarked;
