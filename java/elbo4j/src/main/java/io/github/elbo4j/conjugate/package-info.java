/**
 * Models whose posteriors are known in closed form, exactly or factor by factor, and the methods that find them.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.conjugate;

import org.jspecify.annotations.NullMarked;
