/** What the command line can be told: each command, its options, and how it runs. */
@NullMarked
package io.github.elbo4j.cli.command;

import org.jspecify.annotations.NullMarked;
