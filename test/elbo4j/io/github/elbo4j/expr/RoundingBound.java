package io.github.elbo4j.expr;

import java.util.List;

/**
 * How far the float32 value of Σ elements of an expression may be from that of float64: to first order the sum over all values v on
 * the way of |∂/∂v|·(the error that computing v adds), with u = 2^-24. A function adds at most 8u·|v| (4 ulp), arithmetic u·|v|; a sum
 * or product of n terms at most (n + 8)u·Σ|terms|, whatever its order. The bound is doubled for the terms of second order.
 */
final class RoundingBound {
    private static final double UNIT = 0x1p-24;

    private RoundingBound() {}

    static double of(Expr root, double[] z) {
        Derivative derivative = new Derivative(List.of(root), List.of(Expr.of(1)));
        Evaluator at = new Evaluator(z);
        double bound = 0;
        for (Expr e : Order.of(List.of(root))) {
            Expr adjoint = derivative.adjoint(e);
            if (adjoint == null || !e.varies()) {
                continue;
            }
            double[] slopes = at.value(adjoint.broadcast(e.ownExtents(), false));
            double[] errors = at.value(error(e));
            for (int i = 0; i < slopes.length; i++) {
                bound += Math.abs(slopes[i]) * errors[i] * UNIT;
            }
        }
        // The end: the elements are added up, by the device or by the test.
        return 2 * bound + 40 * UNIT * at.value(size(root).sum())[0];
    }

    private static Expr size(Expr e) {
        return Expr.make(Primitive.ABS, e.ownExtents(), null, e.ofRows(), e);
    }

    /** The error that is added when e is computed from its operands, in units of u. */
    private static Expr error(Expr e) {
        return switch (e.primitive()) {
            case SUM -> rebuilt(e).times(e.operands().get(0).size() + 8);
            case CUMULATIVE_SUM, SEGMENT_SUM ->
                rebuilt(e).times(e.operands().get(0).size() + 8);
            case MATMUL -> rebuilt(e).times(e.operands().get(0).size() + 8);
            case PARAMETER, CONSTANT, DATA -> size(e);
            default -> {
                if (e.primitive().isFunction()) {
                    yield size(e).times(8);
                }
                yield e.primitive().isElementwise() ? arithmetic(e) : size(e); // that of data among others
            }
        };
    }

    private static Expr arithmetic(Expr e) {
        boolean scales = e.primitive() == Primitive.MULTIPLY || e.primitive() == Primitive.DIVIDE;
        Expr error = size(e).times(e.primitive() == Primitive.DIVIDE ? 2 : 1);
        for (Expr operand : e.operands()) {
            if (!operand.varies()) {
                error = error.plus(scales ? size(e) : size(operand));
            }
        }
        return error;
    }

    private static Expr rebuilt(Expr e) {
        Expr[] operands = e.operands().stream().map(RoundingBound::size).toArray(Expr[]::new);
        return Expr.make(e.primitive(), e.ownExtents(), e.detail(), e.ofRows(), operands);
    }
}
