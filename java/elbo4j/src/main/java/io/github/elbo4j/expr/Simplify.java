package io.github.elbo4j.expr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How expressions are built: extents are checked, and what needs no computing is not computed. Negations move towards results, past
 * products, quotients and sums, which changes no rounding: there they meet others, or a difference that takes them up.
 */
final class Simplify {
    private Simplify() {}

    static Expr add(Expr a, Expr b) {
        if (a.isConstant(0) && fits(b, a)) {
            return b;
        }
        if (b.isConstant(0) && fits(a, b)) {
            return a;
        }
        if (b.primitive() == Primitive.NEGATE) {
            return subtract(a, b.operands().get(0));
        }
        if (a.primitive() == Primitive.NEGATE) {
            return subtract(b, a.operands().get(0));
        }
        return elementwise(Primitive.ADD, a, b);
    }

    static Expr subtract(Expr a, Expr b) {
        if (b.isConstant(0) && fits(a, b)) {
            return a;
        }
        if (a.isConstant(0)) {
            return negate(b);
        }
        if (b.primitive() == Primitive.NEGATE) {
            return add(a, b.operands().get(0));
        }
        if (a.primitive() == Primitive.NEGATE) {
            return negate(add(a.operands().get(0), b));
        }
        return elementwise(Primitive.SUBTRACT, a, b);
    }

    static Expr multiply(Expr a, Expr b) {
        if (a.primitive() == Primitive.CONSTANT && b.primitive() != Primitive.CONSTANT) {
            return multiply(b, a);
        }
        if (b.isConstant(1)) {
            return a;
        }
        if (b.isConstant(-1)) {
            return negate(a);
        }
        if (b.primitive() == Primitive.CONSTANT
                && a.primitive() == Primitive.MULTIPLY
                && a.operands().get(1).primitive() == Primitive.CONSTANT) {
            return multiply(a.operands().get(0), multiply(a.operands().get(1), b));
        }
        if (b.primitive() == Primitive.CONSTANT && a.primitive() == Primitive.NEGATE) {
            return multiply(a.operands().get(0), negate(b));
        }
        if (a.primitive() == Primitive.NEGATE) {
            return negate(multiply(a.operands().get(0), b));
        }
        if (b.primitive() == Primitive.NEGATE) {
            return negate(multiply(a, b.operands().get(0)));
        }
        return elementwise(Primitive.MULTIPLY, a, b);
    }

    static Expr divide(Expr a, Expr b) {
        if (b.primitive() == Primitive.CONSTANT && b.detail(Double.class) != 0) {
            return multiply(a, Expr.of(1 / b.detail(Double.class)));
        }
        if (a.primitive() == Primitive.NEGATE) {
            return negate(divide(a.operands().get(0), b));
        }
        if (b.primitive() == Primitive.NEGATE) {
            return negate(divide(a, b.operands().get(0)));
        }
        return elementwise(Primitive.DIVIDE, a, b);
    }

    static Expr negate(Expr a) {
        if (a.primitive() == Primitive.NEGATE) {
            return a.operands().get(0);
        }
        if (a.primitive() == Primitive.SUBTRACT) {
            return subtract(a.operands().get(1), a.operands().get(0));
        }
        if (a.primitive() == Primitive.MULTIPLY && a.operands().get(1).primitive() == Primitive.CONSTANT) {
            return multiply(a.operands().get(0), negate(a.operands().get(1)));
        }
        return elementwise(Primitive.NEGATE, a);
    }

    static Expr function(Primitive f, Expr a) {
        if (f == Primitive.LOG) {
            switch (a.primitive()) {
                case EXP -> {
                    return a.operands().get(0);
                }
                case SIGMOID -> {
                    return a.operands().get(0).negated().softplus().negated();
                }
                case SQRT -> {
                    return a.operands().get(0).log().times(0.5);
                }
                default -> {}
            }
        }
        if (f == Primitive.LOG1P
                && a.primitive() == Primitive.NEGATE
                && a.operands().get(0).primitive() == Primitive.SIGMOID) {
            return a.operands().get(0).operands().get(0).softplus().negated();
        }
        if (f == Primitive.EXP && a.primitive() == Primitive.LOG) {
            return a.operands().get(0);
        }
        return elementwise(f, a);
    }

    /** Any elementwise primitive, of operands that broadcast. */
    static Expr elementwise(Primitive primitive, Expr... operands) {
        int[] extents = operands[0].ownExtents();
        for (int i = 1; i < operands.length; i++) {
            int[] wider = Extents.broadcast(extents, operands[i].ownExtents());
            if (wider == null) {
                throw new IllegalArgumentException(primitive.name().toLowerCase(java.util.Locale.ROOT) + " of "
                        + operands[0] + " and " + operands[i] + ": extents " + Extents.words(extents) + " and "
                        + Extents.words(operands[i].ownExtents())
                        + " do not broadcast; from the right, two extents must be equal or one of them 1");
            }
            extents = wider;
        }
        boolean ofRows = ofRows(extents, operands);
        if (Arrays.stream(operands).allMatch(o -> o.primitive() == Primitive.CONSTANT)) {
            double[] values = new double[operands.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = operands[i].detail(Double.class);
            }
            return Expr.of(Evaluator.of(primitive, values));
        }
        return Expr.make(primitive, extents, null, ofRows, operands);
    }

    /** Whether the first axis of a result is the table's rows; refused where it would become another axis. */
    private static boolean ofRows(int[] extents, Expr... operands) {
        boolean ofRows = false;
        for (Expr operand : operands) {
            if (operand.ofRows()) {
                if (operand.ownExtents().length != extents.length) {
                    throw new IllegalArgumentException(
                            operand + " has the rows of the table as its first axis, but broadcasts to "
                                    + Extents.words(extents) + ", whose rows would be another axis; reshape it to "
                                    + "[rows][1]");
                }
                ofRows = true;
            }
        }
        return ofRows;
    }

    private static boolean fits(Expr result, Expr other) {
        return Arrays.equals(result.ownExtents(), Extents.broadcast(result.ownExtents(), other.ownExtents()));
    }

    /** Sums of sums are one sum, over both axes. */
    static Expr sum(Expr a, int axis) {
        int extent = a.ownExtents()[axis];
        int[] rest = Extents.without(a.ownExtents(), axis);
        boolean ofRows = a.ofRows() && axis != 0;
        if (a.primitive() == Primitive.NEGATE) {
            return negate(sum(a.operands().get(0), axis));
        }
        if (extent == 1 && (ofRows || !a.ofRows())) {
            return a.reshape(rest);
        }
        Expr whole = a;
        boolean[] summed = new boolean[a.ownExtents().length];
        int place = axis;
        if (a.primitive() == Primitive.SUM) {
            whole = a.operands().get(0);
            summed = summed(a);
            for (int i = 0; i <= place; i++) {
                place += summed[i] ? 1 : 0;
            }
        }
        summed[place] = true;
        return Expr.make(Primitive.SUM, rest, axes(summed), ofRows, whole);
    }

    private static List<Integer> axes(boolean[] summed) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < summed.length; i++) {
            if (summed[i]) {
                axes.add(i);
            }
        }
        return axes;
    }

    /** By axis of its operand: whether a sum, or a greatest, goes along it. */
    static boolean[] summed(Expr sum) {
        boolean[] summed = new boolean[sum.operands().get(0).ownExtents().length];
        for (Object axis : sum.detail(List.class)) {
            summed[(Integer) axis] = true;
        }
        return summed;
    }

    static Expr matmul(Expr a, Expr b) {
        int[] left = a.ownExtents();
        int[] right = b.ownExtents();
        if (left.length < 1
                || left.length > Extents.MOST
                || right.length < 1
                || right.length > 2
                || left[left.length - 1] != right[0]) {
            throw new IllegalArgumentException(
                    "matmul of " + a + " and " + b
                            + ": the last extent of the first must be the first of the second, and the second has one or two axes");
        }
        if (b.ofRows()) {
            throw new IllegalArgumentException("matmul of " + a + " and " + b
                    + " would sum over the rows of the table; observe a value for each row instead");
        }
        if (left.length == 1 && right.length == 1) {
            return a.times(b).sum();
        }
        Expr first = left.length == 1 ? a.reshape(1, left[0]) : a;
        Expr second = right.length == 1 ? b.reshape(right[0], 1) : b;
        Expr product = product(first, second);
        if (left.length == 1) {
            return product.reshape(right[1]);
        }
        return right.length == 1 ? product.reshape(Arrays.copyOf(left, left.length - 1)) : product;
    }

    /** [M][K] times [K][N]; of three axes the first two are those of M. */
    static Expr product(Expr a, Expr b) {
        return product(a, false, b, false);
    }

    /** The same, of either matrix or its transpose. */
    static Expr product(Expr a, boolean transposeA, Expr b, boolean transposeB) {
        int[] left = a.ownExtents();
        int n = transposeB ? Extents.matrixRows(b.ownExtents()) : Extents.matrixColumns(b.ownExtents());
        int[] extents =
                transposeA ? new int[] {Extents.matrixColumns(left), n} : Extents.with(left, left.length - 1, n);
        Detail.Transposed transposed = new Detail.Transposed(transposeA, transposeB);
        return Expr.make(Primitive.MATMUL, extents, transposed, !transposeA && a.ofRows(), a, b);
    }
}
