package io.github.elbo4j.expr;

import java.util.List;

/** Derivatives of expressions in float64, for tests in other rooms. */
public final class Gradients {
    private Gradients() {}

    /** Σ of all elements. */
    public static double sum(Expr of, double... z) {
        double sum = 0;
        for (double element : of.value(z)) {
            sum += element;
        }
        return sum;
    }

    /** ∇z of the sum, by reverse mode. */
    public static double[] of(Expr of, Parameters parameters, double... z) {
        Derivative derivative = new Derivative(List.of(of), List.of(Expr.of(1)));
        double[] gradient = new double[parameters.dimensions()];
        for (Expr slot : parameters.slots()) {
            Expr adjoint = derivative.of(slot);
            if (adjoint != null) {
                System.arraycopy(
                        adjoint.value(z),
                        0,
                        gradient,
                        slot.detail(Detail.Slot.class).offset(),
                        slot.size());
            }
        }
        return gradient;
    }

    /** The same by central differences: at h and 2h, so that what is left is of order h⁴. */
    public static double[] byDifferences(Expr of, double... z) {
        double h = 1e-3;
        double[] gradient = new double[z.length];
        for (int d = 0; d < z.length; d++) {
            gradient[d] = (8 * (moved(of, z, d, h) - moved(of, z, d, -h))
                            - (moved(of, z, d, 2 * h) - moved(of, z, d, -2 * h)))
                    / (12 * h);
        }
        return gradient;
    }

    private static double moved(Expr of, double[] z, int d, double by) {
        double[] at = z.clone();
        at[d] += by;
        return sum(of, at);
    }
}
