package io.github.elbo4j.expr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes each {@link Expr#derivedAs}, and leaves its value of it, once derivatives have been taken. */
final class Surrogates {
    private final Map<Expr, Expr> done = new HashMap<>();

    static Expr derivedAs(Expr value, Expr surrogate) {
        if (!Arrays.equals(value.ownExtents(), surrogate.ownExtents())) {
            throw new IllegalArgumentException(
                    value + " cannot have the derivatives of " + surrogate + ", whose extents are others");
        }
        return Expr.make(Primitive.SURROGATE, value.ownExtents(), null, value.ofRows(), value, surrogate);
    }

    List<Expr> of(Collection<Expr> results) {
        for (Expr e : Order.of(results)) {
            done.put(e, rebuild(e));
        }
        List<Expr> list = new ArrayList<>();
        results.forEach(result -> list.add(done.get(result)));
        return list;
    }

    private Expr rebuild(Expr e) {
        if (e.primitive().isLeaf()) {
            return e;
        }
        Expr[] operands = Order.operandsIn(done, e);
        if (e.primitive() == Primitive.SURROGATE) {
            return operands[0];
        }
        boolean same = e.operands().equals(List.of(operands));
        return same ? e : Expr.make(e.primitive(), e.ownExtents(), e.detail(), e.ofRows(), operands);
    }
}
