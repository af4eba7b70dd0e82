/** The same operations as CUDA kernels, through JCuda's driver API: device, memory, launches, errors. */
@NullMarked
package io.github.elbo4j.cuda;

import org.jspecify.annotations.NullMarked;
