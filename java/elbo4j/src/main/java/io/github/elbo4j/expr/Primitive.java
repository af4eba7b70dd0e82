package io.github.elbo4j.expr;

/** What an {@link Expr} does with its operands. */
enum Primitive {
    // leaves
    CONSTANT,
    DATA,
    PARAMETER,
    // elementwise, with broadcast
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    MIN,
    MAX,
    /** a &gt; 0 ? b : c. */
    SELECT,
    NEGATE,
    ABS,
    EXP,
    LOG,
    LOG1P,
    EXPM1,
    SQRT,
    SOFTPLUS,
    SIGMOID,
    TANH,
    LOG_GAMMA,
    DIGAMMA,
    TRIGAMMA,
    LOG_NORMAL_CDF,
    INVERSE_MILLS,
    ERF,
    // along axes
    SUM,
    GREATEST,
    CUMULATIVE_SUM,
    MATMUL,
    GATHER,
    SEGMENT_SUM,
    // other views of the same elements
    SLICE,
    CONCATENATE,
    TRANSPOSE,
    RESHAPE,
    BROADCAST;

    boolean isLeaf() {
        return ordinal() <= PARAMETER.ordinal();
    }

    boolean isElementwise() {
        return ordinal() >= ADD.ordinal() && ordinal() <= ERF.ordinal();
    }

    /** A function of one operand that may be of {@link io.github.elbo4j.device.MathOps.Function}. */
    boolean isFunction() {
        return ordinal() >= EXP.ordinal() && ordinal() <= ERF.ordinal();
    }

    boolean isView() {
        return ordinal() >= SLICE.ordinal() && this != CONCATENATE;
    }
}
