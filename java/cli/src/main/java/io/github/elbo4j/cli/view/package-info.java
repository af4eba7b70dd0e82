/** What is shown on a terminal. */
@NullMarked
package io.github.elbo4j.cli.view;

import org.jspecify.annotations.NullMarked;
