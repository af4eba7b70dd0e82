/** The commands: their options, and how they run. */
@NullMarked
package io.github.elbo4j.cli.command;

import org.jspecify.annotations.NullMarked;
