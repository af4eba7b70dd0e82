/** The operations of the scalar device, bit for bit, on {@code jdk.incubator.vector} and all cores. */
@NullMarked
package io.github.elbo4j.simd;

import org.jspecify.annotations.NullMarked;
