package io.github.elbo4j.expr;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts a copy where elements must stand one after the other and do not: a concatenation of one part. */
final class Copies {
    private final Map<Expr, Expr> done = new HashMap<>();

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
        switch (e.primitive()) {
            case GATHER, SEGMENT_SUM, CUMULATIVE_SUM -> {
                Layout layout = Layout.of(operands[0]);
                if (layout == null || layout.base().primitive().isLeaf() || !layout.isWhole(operands[0].ownExtents())) {
                    operands[0] = copy(operands[0]);
                }
            }
            case MATMUL -> {
                for (int i = 0; i < 2; i++) {
                    Layout layout = Layout.of(operands[i]);
                    if (layout == null
                            || layout.base().primitive() == Primitive.CONSTANT
                            || !layout.isMatrix(operands[i].ownExtents())) {
                        operands[i] = copy(operands[i]);
                    }
                }
            }
            default -> {}
        }
        boolean same = e.operands().equals(List.of(operands));
        Expr made = same ? e : Expr.make(e.primitive(), e.ownExtents(), e.detail(), e.ofRows(), operands);
        if (made.primitive() == Primitive.RESHAPE && Layout.of(made) == null) {
            made = Expr.make(e.primitive(), e.ownExtents(), e.detail(), e.ofRows(), copy(operands[0]));
        }
        return made;
    }

    private static Expr copy(Expr e) {
        Expr whole = e.ownExtents().length == 0 ? e.reshape(1) : e;
        return Expr.make(Primitive.CONCATENATE, whole.ownExtents(), Integer.valueOf(0), whole.ofRows(), whole);
    }
}
