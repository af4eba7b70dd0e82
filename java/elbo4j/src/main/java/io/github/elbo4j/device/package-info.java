/**
 * What a device is: its buffers, its operations, their argument checks, the keys of random numbers, the errors.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.device;

import org.jspecify.annotations.NullMarked;
