/** What devices and methods of this library share and no user needs. */
@NullMarked
package io.github.elbo4j.device.internal;

import org.jspecify.annotations.NullMarked;
