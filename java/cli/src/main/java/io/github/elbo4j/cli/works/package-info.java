/** The works that speed figures are quoted for: their sizes, and one execution of each, checked before it is timed. */
@NullMarked
package io.github.elbo4j.cli.works;

import org.jspecify.annotations.NullMarked;
