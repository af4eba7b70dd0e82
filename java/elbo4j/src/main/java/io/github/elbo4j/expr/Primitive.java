package io.github.elbo4j.expr;

/** What an {@link Expr} does with its operands. */
enum Primitive {
    // leaves
    CONSTANT(Kind.LEAF),
    DATA(Kind.LEAF),
    PARAMETER(Kind.LEAF),
    /** Standard normals, which a step draws. */
    NORMALS(Kind.LEAF),
    // elementwise, with broadcast
    ADD(Kind.ARITHMETIC),
    SUBTRACT(Kind.ARITHMETIC),
    MULTIPLY(Kind.ARITHMETIC),
    DIVIDE(Kind.ARITHMETIC),
    MIN(Kind.ARITHMETIC),
    MAX(Kind.ARITHMETIC),
    /** a &gt; 0 ? b : c. */
    SELECT(Kind.ARITHMETIC),
    NEGATE(Kind.ARITHMETIC),
    ABS(Kind.ARITHMETIC),
    EXP(Kind.FUNCTION),
    LOG(Kind.FUNCTION),
    LOG1P(Kind.FUNCTION),
    EXPM1(Kind.FUNCTION),
    SQRT(Kind.FUNCTION),
    SOFTPLUS(Kind.FUNCTION),
    SIGMOID(Kind.FUNCTION),
    TANH(Kind.FUNCTION),
    LOG_GAMMA(Kind.FUNCTION),
    DIGAMMA(Kind.FUNCTION),
    TRIGAMMA(Kind.FUNCTION),
    LOG_NORMAL_CDF(Kind.FUNCTION),
    INVERSE_MILLS(Kind.FUNCTION),
    ERF(Kind.FUNCTION),
    // along axes
    SUM(Kind.ALONG),
    GREATEST(Kind.ALONG),
    CUMULATIVE_SUM(Kind.ALONG),
    MATMUL(Kind.ALONG),
    GATHER(Kind.ALONG),
    SEGMENT_SUM(Kind.ALONG),
    // other views of the same elements
    SLICE(Kind.VIEW),
    CONCATENATE(Kind.ALONG),
    TRANSPOSE(Kind.VIEW),
    RESHAPE(Kind.VIEW),
    BROADCAST(Kind.VIEW),
    /** Its first operand, whose derivatives are those of its second; none is left when anything is computed. */
    SURROGATE(Kind.VIEW);

    private enum Kind {
        LEAF,
        ARITHMETIC,
        /** Elementwise too, of one operand. */
        FUNCTION,
        /** Several elements together. */
        ALONG,
        VIEW
    }

    private final Kind kind;

    Primitive(Kind kind) {
        this.kind = kind;
    }

    boolean isLeaf() {
        return kind == Kind.LEAF;
    }

    boolean isElementwise() {
        return kind == Kind.ARITHMETIC || kind == Kind.FUNCTION;
    }

    /** A function of one operand that is of {@link io.github.elbo4j.device.MathOps.Function}. */
    boolean isFunction() {
        return kind == Kind.FUNCTION;
    }

    boolean isView() {
        return kind == Kind.VIEW;
    }
}
