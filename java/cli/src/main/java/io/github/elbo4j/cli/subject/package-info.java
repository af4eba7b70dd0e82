/** The commands: their options, and how they run. */
@NullMarked
package io.github.elbo4j.cli.subject;

import org.jspecify.annotations.NullMarked;
