package io.github.elbo4j.expr;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Expressions in an order in which operands come before what uses them; of any depth. */
final class Order {
    private Order() {}

    /** What the results need, and they themselves, each once. */
    static List<Expr> of(Collection<Expr> results) {
        List<Expr> order = new ArrayList<>();
        Set<Expr> done = new HashSet<>();
        Deque<Expr> open = new ArrayDeque<>();
        for (Expr result : results) {
            open.push(result);
            while (!open.isEmpty()) {
                Expr top = open.peek();
                boolean ready = true;
                if (!done.contains(top)) {
                    List<Expr> operands = top.operands();
                    for (int i = operands.size() - 1; i >= 0; i--) {
                        if (!done.contains(operands.get(i))) {
                            open.push(operands.get(i));
                            ready = false;
                        }
                    }
                }
                if (ready) {
                    open.pop();
                    if (done.add(top)) {
                        order.add(top);
                    }
                }
            }
        }
        return order;
    }

    /** What an expression's operands have become. */
    static Expr[] operandsIn(Map<Expr, Expr> become, Expr e) {
        return e.operands().stream()
                .map(operand -> Objects.requireNonNull(become.get(operand)))
                .toArray(Expr[]::new);
    }
}
