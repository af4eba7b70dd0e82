package io.github.elbo4j.expr;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Values of expressions with every result rounded to float32, as a device has them up to the last bits of its functions. */
public final class Rounded {
    private final Map<Expr, double[]> values = new IdentityHashMap<>();

    private Rounded() {}

    /** All elements. */
    public static double[] value(Expr of, double... z) {
        Rounded rounded = new Rounded();
        for (Expr e : Order.of(List.of(of))) {
            rounded.values.put(e, rounded.compute(e, z));
        }
        return rounded.values.get(of);
    }

    /** What does not vary is computed in float64 and rounded once. */
    private double[] compute(Expr e, double[] z) {
        double[] result;
        if (e.primitive().isLeaf() || !e.varies()) {
            result = e.value(z);
        } else {
            Expr[] operands = new Expr[e.operands().size()];
            int size = e.operands().stream().mapToInt(Expr::size).sum();
            double[] own = new double[size];
            int from = 0;
            for (int i = 0; i < operands.length; i++) {
                Expr operand = e.operands().get(i);
                operands[i] = Leaves.parameter("operand", from, operand.ownExtents());
                System.arraycopy(values.get(operand), 0, own, from, operand.size());
                from += operand.size();
            }
            result = Expr.make(e.primitive(), e.ownExtents(), e.detail(), e.ofRows(), operands)
                    .value(own);
        }
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) result[i];
        }
        return result;
    }

    /** ∂/∂z of the sum, by parameter. */
    public static double[] gradient(Expr of, Parameters parameters, double... z) {
        Derivative derivative = new Derivative(List.of(of), List.of(Expr.of(1)));
        double[] gradient = new double[parameters.dimensions()];
        for (Expr slot : parameters.slots()) {
            Expr adjoint = derivative.of(slot);
            if (adjoint != null) {
                System.arraycopy(
                        value(adjoint, z),
                        0,
                        gradient,
                        slot.detail(Detail.Slot.class).offset(),
                        slot.size());
            }
        }
        return gradient;
    }
}
