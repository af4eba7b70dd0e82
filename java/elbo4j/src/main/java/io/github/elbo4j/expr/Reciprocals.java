package io.github.elbo4j.expr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides once where many elements have one divisor: {@code a/b} becomes {@code a·(1/b)} where b has fewer elements, or is data, whose
 * reciprocals are then data too, rounded once. That is one rounding more; data that are too small for a reciprocal in float32 stay
 * divisors, and what varies has an infinite one where |b| &lt; 2^-128. It is done after derivatives are taken, whose quotients it
 * would hide from each other.
 */
final class Reciprocals {
    private static final Expr ONE = Expr.of(1);

    private final Map<Expr, Expr> done = new HashMap<>();

    List<Expr> of(Collection<Expr> results) {
        for (Expr e : Order.of(results)) {
            done.put(e, rebuild(e));
        }
        List<Expr> list = new ArrayList<>();
        for (Expr result : results) {
            list.add(done.get(result));
        }
        return list;
    }

    private Expr rebuild(Expr e) {
        if (e.primitive().isLeaf()) {
            return e;
        }
        Expr[] operands = Order.operandsIn(done, e);
        if (e.primitive() == Primitive.DIVIDE && isShared(operands[1], e)) {
            return Simplify.elementwise(Primitive.MULTIPLY, operands[0], Simplify.divide(ONE, operands[1]));
        }
        boolean same = e.operands().equals(List.of(operands));
        return same ? e : Expr.make(e.primitive(), e.ownExtents(), e.detail(), e.ofRows(), operands);
    }

    private static boolean isShared(Expr divisor, Expr quotient) {
        if (divisor.varies()) {
            return divisor.size() < quotient.size();
        }
        return divisor.detail() instanceof Detail.Data
                && Arrays.stream(divisor.value()).allMatch(b -> Math.abs(b) >= Float.MIN_NORMAL);
    }
}
