package io.github.elbo4j.expr;

/** Whether a value rises or falls with the coordinate of its own place: what {@link Expr#direction} says. */
final class Direction {
    private Direction() {}

    static int of(Expr e) {
        return switch (e.primitive()) {
            case PARAMETER -> 1;
            case NEGATE -> -of(e.operands().get(0));
            case EXP, LOG, LOG1P, EXPM1, SQRT, SOFTPLUS, SIGMOID, TANH, ERF, LOG_NORMAL_CDF ->
                of(e.operands().get(0));
            case ADD -> ofVarying(e);
            case SUBTRACT -> e.operands().get(0).varies() ? ofVarying(e) : -ofVarying(e);
            case MULTIPLY -> {
                Range factor =
                        e.operands().get(e.operands().get(0).varies() ? 1 : 0).range();
                int sign = factor.isPositive() ? 1 : factor.isNegative() ? -1 : 0;
                yield sign * ofVarying(e);
            }
            default -> 0;
        };
    }

    /** The direction of the one of two operands that varies, if there is one and it has all the elements. */
    private static int ofVarying(Expr e) {
        Expr first = e.operands().get(0);
        Expr second = e.operands().get(1);
        Expr varying = first.varies() ? first : second;
        return first.varies() != second.varies() && varying.size() == e.size() ? of(varying) : 0;
    }
}
