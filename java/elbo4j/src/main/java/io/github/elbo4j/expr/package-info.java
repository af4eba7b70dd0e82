/**
 * Expressions: what a model's author writes once, with values, derivatives and devices behind it.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.expr;

import org.jspecify.annotations.NullMarked;
