package io.github.elbo4j.network;

import io.github.elbo4j.expr.Expr;

/** What a hidden unit makes of its sum. */
public enum Activation {
    /** tanh x. */
    TANH {
        @Override
        public Expr of(Expr x) {
            return x.tanh();
        }
    },
    /** max(x, 0). */
    RELU {
        @Override
        public Expr of(Expr x) {
            return x.max(Expr.of(0));
        }
    },
    /** log(1 + exp x): relu without the corner. */
    SOFTPLUS {
        @Override
        public Expr of(Expr x) {
            return x.softplus();
        }
    };

    /** By element. */
    public abstract Expr of(Expr x);
}
