/**
 * The front door: {@code Devices} lists the devices of this machine, chooses one and explains the choice.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j;

import org.jspecify.annotations.NullMarked;
