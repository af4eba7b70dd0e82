/** Plain Java on all cores, one class per kernel file: the definition that every other device follows. */
@NullMarked
package io.github.elbo4j.scalar;

import org.jspecify.annotations.NullMarked;
