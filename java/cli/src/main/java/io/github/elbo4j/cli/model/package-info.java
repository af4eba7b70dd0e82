/** The models that {@code fit} has: one class each, and the table that names them. */
@NullMarked
package io.github.elbo4j.cli.model;

import org.jspecify.annotations.NullMarked;
