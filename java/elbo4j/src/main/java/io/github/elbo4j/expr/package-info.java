/** Expressions: what a model's author writes once, with values, derivatives and devices behind it. */
@NullMarked
package io.github.elbo4j.expr;

import org.jspecify.annotations.NullMarked;
