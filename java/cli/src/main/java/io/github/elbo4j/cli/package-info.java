/** The command line's beginning and end: streams, faults, exit codes. */
@NullMarked
package io.github.elbo4j.cli;

import org.jspecify.annotations.NullMarked;
