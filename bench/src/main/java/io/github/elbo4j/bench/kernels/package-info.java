/** What each CUDA kernel costs: how long operations take on a device, and what their machine code allows. */
@NullMarked
package io.github.elbo4j.bench.kernels;

import org.jspecify.annotations.NullMarked;
