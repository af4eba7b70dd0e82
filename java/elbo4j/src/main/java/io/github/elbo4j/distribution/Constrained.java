package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import org.jspecify.annotations.Nullable;

/**
 * A value inside a support, made from coordinates u on the whole real line.
 *
 * @param logJacobian log |∂value/∂u|, by element of the plates; null for the identity
 */
record Constrained(Expr value, @Nullable Expr logJacobian) {}
