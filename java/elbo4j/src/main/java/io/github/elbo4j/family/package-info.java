/** Variational families: the distributions q that are fitted to a posterior. */
@NullMarked
package io.github.elbo4j.family;

import org.jspecify.annotations.NullMarked;
