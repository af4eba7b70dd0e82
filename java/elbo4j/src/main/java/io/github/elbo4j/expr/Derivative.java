package io.github.elbo4j.expr;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives by reverse mode, as expressions: the adjoint of a value v is ∂y/∂v, where y is the sum of given results times given
 * weights. An adjoint may have fewer or smaller extents than its value, which then broadcast.
 */
final class Derivative {
    private final Map<Expr, Expr> adjoints = new HashMap<>();

    /**
     * Of {@code Σ_r weights_r · Σ results_r}.
     *
     * @param weights by result; constants
     */
    Derivative(List<Expr> results, List<Expr> weights) {
        for (int r = 0; r < results.size(); r++) {
            add(results.get(r), weights.get(r));
        }
        List<Expr> order = Order.of(results);
        for (int i = order.size() - 1; i >= 0; i--) {
            Expr adjoint = adjoints.get(order.get(i));
            if (adjoint != null && order.get(i).varies()) {
                propagate(order.get(i), adjoint);
            }
        }
    }

    /** With respect to a parameter, with its extents; null if nothing depends on it. */
    @Nullable
    Expr of(Expr parameter) {
        Expr adjoint = adjoints.get(parameter);
        return adjoint == null ? null : full(adjoint, parameter);
    }

    /** What it is with respect to any value on the way, perhaps smaller; null if there is none. */
    @Nullable
    Expr adjoint(Expr value) {
        return adjoints.get(value);
    }

    private static Expr full(Expr adjoint, Expr value) {
        return adjoint.broadcast(value.ownExtents(), value.ofRows());
    }

    /** Adds to the adjoint of an operand what broadcasts to its extents, or broadcasts from them. */
    private void add(Expr operand, Expr adjoint, int[] resultExtents) {
        if (operand.varies()) {
            add(operand, reduce(adjoint, resultExtents, operand.ownExtents()));
        }
    }

    private void add(Expr operand, Expr adjoint) {
        if (operand.varies()) {
            adjoints.merge(operand, adjoint, Expr::plus);
        }
    }

    /** Sums over the axes along which the operand was repeated; an axis that the adjoint does not have counts as often as it repeats. */
    private static Expr reduce(Expr adjoint, int[] result, int[] operand) {
        if (Arrays.equals(result, operand)) {
            return adjoint;
        }
        int rank = adjoint.ownExtents().length;
        int[] rest = new int[operand.length];
        Expr sum = adjoint;
        double times = 1;
        for (int axis = result.length - 1; axis >= 0; axis--) {
            int own = axis - (result.length - rank);
            int inOperand = axis - (result.length - operand.length);
            int extent = own < 0 ? 1 : adjoint.ownExtents()[own];
            if (inOperand >= 0 && operand[inOperand] != 1) {
                rest[inOperand] = extent;
                continue;
            }
            times *= extent == 1 ? result[axis] : 1;
            sum = own < 0 ? sum : Simplify.sum(sum, own);
            if (inOperand >= 0) {
                rest[inOperand] = 1;
            }
        }
        return sum.reshape(rest).times(times);
    }

    private void propagate(Expr y, Expr g) {
        if (y.primitive().isElementwise()) {
            elementwise(y, g);
            return;
        }
        Expr x = y.primitive().isLeaf() ? y : y.operands().get(0);
        switch (y.primitive()) {
            case SUM -> add(x, keep(g, y, x));
            case CUMULATIVE_SUM -> {
                Detail.Along along = y.detail(Detail.Along.class);
                Detail.Along back = new Detail.Along(along.axis(), !along.reverse());
                Expr whole = full(g, y);
                add(x, Expr.make(Primitive.CUMULATIVE_SUM, y.ownExtents(), back, y.ofRows(), whole));
            }
            case MATMUL -> matmul(y, full(g, y));
            case GATHER -> {
                Expr whole = full(g, y);
                add(x, Expr.make(Primitive.SEGMENT_SUM, x.ownExtents(), y.detail(), false, whole));
            }
            case SEGMENT_SUM -> add(x, full(g, y).at(y.detail(Levels.class)));
            case SLICE -> add(x, pad(full(g, y), y.detail(Detail.Part.class), x.ownExtents()));
            case CONCATENATE -> {
                Expr whole = full(g, y);
                int axis = y.detail(Integer.class);
                int from = 0;
                for (Expr part : y.operands()) {
                    int to = from + part.ownExtents()[axis];
                    add(part, whole.slice(axis, from, to));
                    from = to;
                }
            }
            case TRANSPOSE -> add(x, full(g, y).transpose());
            case RESHAPE -> add(x, g.size() == 1 ? g.reshape() : full(g, y).reshape(x.ownExtents()));
            case BROADCAST -> add(x, g, y.ownExtents());
            case SURROGATE -> add(y.operands().get(1), g);
            case CONSTANT, DATA, PARAMETER, NORMALS, GREATEST -> {}
            default -> throw new AssertionError(y.primitive());
        }
    }

    /** The adjoint of a sum, with the axes that went as ones of extent 1. */
    private static Expr keep(Expr g, Expr y, Expr x) {
        if (g.size() == 1) {
            return g.reshape();
        }
        int[] extents = x.ownExtents().clone();
        boolean[] summed = Simplify.summed(y);
        for (int axis = 0; axis < extents.length; axis++) {
            extents[axis] = summed[axis] ? 1 : extents[axis];
        }
        return full(g, y).reshape(extents);
    }

    private static Expr pad(Expr g, Detail.Part part, int[] extents) {
        Expr before = zeros(Extents.with(extents, part.axis(), part.from()));
        Expr after = zeros(Extents.with(extents, part.axis(), extents[part.axis()] - part.to()));
        Expr[] parts = part.from() == 0
                ? new Expr[] {g, after}
                : part.to() == extents[part.axis()] ? new Expr[] {before, g} : new Expr[] {before, g, after};
        return Expr.concatenate(part.axis(), parts);
    }

    private static Expr zeros(int[] extents) {
        return Expr.of(0).broadcast(extents, false);
    }

    private void matmul(Expr y, Expr g) {
        Expr a = y.operands().get(0);
        Expr b = y.operands().get(1);
        Detail.Transposed t = y.detail(Detail.Transposed.class);
        if (a.varies()) {
            // C = A·B: A' = C'·Bᵀ; of Aᵀ: its transpose.
            Expr slope = t.left() ? Simplify.product(b, t.right(), g, true) : Simplify.product(g, false, b, !t.right());
            add(a, slope.reshape(a.ownExtents()));
        }
        if (b.varies()) {
            Expr slope = t.right() ? Simplify.product(g, true, a, t.left()) : Simplify.product(a, !t.left(), g, false);
            add(b, slope.reshape(b.ownExtents()));
        }
    }

    private void elementwise(Expr y, Expr g) {
        List<Expr> operands = y.operands();
        Expr a = operands.get(0);
        int[] extents = y.ownExtents();
        switch (y.primitive()) {
            case ADD -> {
                add(a, g, extents);
                add(operands.get(1), g, extents);
            }
            case SUBTRACT -> {
                add(a, g, extents);
                add(operands.get(1), g.negated(), extents);
            }
            case MULTIPLY -> {
                Expr b = operands.get(1);
                if (a == b) {
                    add(a, g.times(a.times(2)), extents);
                } else {
                    add(a, a.varies() ? g.times(b) : g, extents);
                    add(b, b.varies() ? g.times(a) : g, extents);
                }
            }
            case DIVIDE -> {
                Expr b = operands.get(1);
                Expr part = g.over(b);
                add(a, part, extents);
                add(b, b.varies() ? part.times(y).negated() : part, extents);
            }
            case MIN, MAX -> {
                Expr b = operands.get(1);
                Expr first = y.primitive() == Primitive.MIN ? b.minus(a) : a.minus(b);
                add(a, Expr.where(first, g, Expr.of(0)), extents);
                add(b, Expr.where(first, Expr.of(0), g), extents);
            }
            case SELECT -> {
                add(operands.get(1), Expr.where(a, g, Expr.of(0)), extents);
                add(operands.get(2), Expr.where(a, Expr.of(0), g), extents);
            }
            case NEGATE -> add(a, g.negated(), extents);
            default -> add(a, function(y, a, g), extents);
        }
    }

    /** g·f′(a), where y = f(a). */
    private static Expr function(Expr y, Expr a, Expr g) {
        return switch (y.primitive()) {
            case ABS -> Expr.where(a, g, g.negated());
            case EXP -> g.times(y);
            case LOG -> g.over(a);
            case LOG1P -> g.over(a.plus(1));
            case EXPM1 -> g.times(y.plus(1));
            case SQRT -> g.times(0.5).over(y);
            case SOFTPLUS -> g.times(a.sigmoid());
            case SIGMOID -> g.times(y.times(Expr.of(1).minus(y)));
            case TANH -> g.times(Expr.of(1).minus(y.square()));
            case LOG_GAMMA -> g.times(Simplify.elementwise(Primitive.DIGAMMA, a));
            case DIGAMMA -> g.times(Simplify.elementwise(Primitive.TRIGAMMA, a));
            case LOG_NORMAL_CDF -> g.times(Simplify.elementwise(Primitive.INVERSE_MILLS, a));
            // m′ = −m·(a + m)
            case INVERSE_MILLS -> g.times(y.times(a.plus(y))).negated();
            case ERF -> g.times(a.square().negated().exp()).times(2 / Math.sqrt(Math.PI));
            case TRIGAMMA -> throw new IllegalArgumentException("the derivative of trigamma is not known");
            default -> throw new AssertionError(y.primitive());
        };
    }
}
