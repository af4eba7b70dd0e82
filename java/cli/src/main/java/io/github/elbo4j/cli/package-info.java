/** The command line: fits models, lists devices, prints samples. */
@NullMarked
package io.github.elbo4j.cli;

import org.jspecify.annotations.NullMarked;
