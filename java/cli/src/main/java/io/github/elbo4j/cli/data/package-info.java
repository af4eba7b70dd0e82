/** From a CSV file to the numbers of a regression. */
@NullMarked
package io.github.elbo4j.cli.data;

import org.jspecify.annotations.NullMarked;
