/** JMH benchmarks of the works that speed figures are quoted for, defined once for every device. */
@NullMarked
package io.github.elbo4j.bench;

import org.jspecify.annotations.NullMarked;
