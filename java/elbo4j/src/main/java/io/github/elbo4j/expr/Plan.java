package io.github.elbo4j.expr;

import io.github.elbo4j.device.ElementwiseOps.Effect;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * In which order expressions are computed, and what is fused: products, gathers, scans stand alone; elementwise values of one
 * level and one shape are one piece of code. A value's level is above those of what it must find in memory. It does not
 * depend on how many draws there are.
 */
final class Plan {
    /** Where a request's elements go. */
    sealed interface Target {
        /** The distance between elements along each axis of the request's value. */
        int[] steps();
    }

    /** Into the memory of a computed expression, from an element on; by these steps along the request's extents. */
    record Into(Expr computed, int offset, int[] steps) implements Target {}

    /** To what the caller gave as number {@code result}, row-major. */
    record Out(int result, int[] steps) implements Target {}

    /**
     * Something that is done with a value's elements.
     *
     * @param summed by axis of the value: whether it is summed over
     */
    record Request(Expr value, Effect effect, double scale, boolean[] summed, Target target) {}

    /** What is computed together: code for {@code nodes}, and requests of them or of what is in memory. */
    static final class Group {
        final int[] shape;
        final List<Expr> nodes = new ArrayList<>();
        final List<Request> requests = new ArrayList<>();

        Group(int[] shape) {
            this.shape = shape;
        }
    }

    /** A step of the plan: groups, then operations that stand alone. */
    static final class Level {
        final Map<List<Integer>, Group> groups = new LinkedHashMap<>();
        final List<Expr> alone = new ArrayList<>();
    }

    private final List<Expr> order;
    private final Map<Expr, Integer> levels = new HashMap<>();
    private final Map<Expr, Layout> layouts = new HashMap<>();
    private final Map<Expr, Group> groupOf = new HashMap<>();
    private final TreeMap<Integer, Level> plan = new TreeMap<>();

    /** @param results what is wanted, by number; each must have been through {@link Copies} */
    Plan(List<Request> results) {
        List<Expr> values = results.stream().map(Request::value).toList();
        order = Order.of(values);
        for (Expr e : order) {
            levels.put(e, level(e));
        }
        Map<Expr, Integer> delays = delays(results);
        for (Expr e : order) {
            levels.put(e, Math.max(level(e), delays.getOrDefault(e, 0)));
        }
        sink();
        for (Expr e : order) {
            if (e.primitive().isElementwise()) {
                Group group = group(levelOf(e), shape(e.ownExtents()));
                group.nodes.add(e);
                groupOf.put(e, group);
            }
        }
        for (Expr e : order) {
            place(e);
        }
        results.forEach(this::request);
    }

    /** All values, operands before what uses them. */
    List<Expr> order() {
        return order;
    }

    Collection<Level> levels() {
        return plan.values();
    }

    /** Extents without those that are 1. */
    static int[] shape(int[] extents) {
        return Arrays.stream(extents).filter(extent -> extent != 1).toArray();
    }

    Layout layout(Expr e) {
        return layouts.computeIfAbsent(e, x -> Objects.requireNonNull(Layout.of(x)));
    }

    private static boolean couldBeDirect(Expr operand, Expr user) {
        return operand.primitive().isElementwise()
                && Arrays.equals(shape(operand.ownExtents()), shape(user.ownExtents()));
    }

    private int levelOf(Expr e) {
        return Objects.requireNonNull(levels.get(e));
    }

    private Group group(int level, int[] shape) {
        return plan.computeIfAbsent(level, l -> new Level()).groups.computeIfAbsent(key(shape), k -> new Group(shape));
    }

    private static List<Integer> key(int[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }

    // ---- levels ----

    private int level(Expr e) {
        if (e.primitive().isLeaf()) {
            return 0;
        }
        if (e.primitive().isView()) {
            return levelOf(layout(e).base());
        }
        int level = e.primitive().isElementwise() || isRequested(e) ? 0 : 1;
        for (Expr operand : e.operands()) {
            level = Math.max(level, after(operand, e));
        }
        return level;
    }

    /** The first level at which a user can have an operand. */
    private int after(Expr operand, Expr user) {
        boolean together = isRequested(user)
                ? operand.primitive().isElementwise()
                : couldBeDirect(operand, user) && user.primitive().isElementwise();
        Expr base = layout(operand).base();
        return base.primitive().isLeaf() ? 0 : levelOf(base) + (together ? 0 : 1);
    }

    /** Values that are made by requests of groups. */
    static boolean isRequested(Expr e) {
        return switch (e.primitive()) {
            case SUM, GREATEST, CONCATENATE -> true;
            default -> false;
        };
    }

    /** Values that are made by operations that stand alone. */
    static boolean isAlone(Expr e) {
        return switch (e.primitive()) {
            case CUMULATIVE_SUM, MATMUL, GATHER, SEGMENT_SUM -> true;
            default -> false;
        };
    }

    /**
     * The levels that results can wait for, by which they become part of another stage: a term of what is in memory anyway, of the
     * last values of its shape that terms need, whatever derivatives need (the order of terms shows in log p); a stored number, of the
     * last number.
     */
    private Map<Expr, Integer> delays(List<Request> results) {
        Map<Expr, Integer> delays = new HashMap<>();
        List<Expr> terms = values(results, Effect.ADD_SUM);
        delay(terms, Order.of(terms), false, delays);
        List<Expr> stored = values(results, Effect.STORE);
        stored.removeAll(terms);
        delay(stored, order, true, delays);
        return delays;
    }

    private static List<Expr> values(List<Request> results, Effect effect) {
        return new ArrayList<>(results.stream()
                .filter(request -> request.effect() == effect)
                .map(Request::value)
                .toList());
    }

    private void delay(List<Expr> results, List<Expr> among, boolean numbers, Map<Expr, Integer> delays) {
        Map<List<Integer>, Integer> last = new HashMap<>();
        Set<Expr> used = new HashSet<>();
        for (Expr e : among) {
            used.addAll(e.operands());
            if (e.primitive().isElementwise()) {
                last.merge(key(shape(e.ownExtents())), levelOf(e), Math::max);
            }
        }
        for (Expr e : results) {
            boolean may = numbers
                    ? e.size() == 1
                    : e.operands().stream()
                            .allMatch(o -> layout(o).base().primitive().isLeaf());
            if (e.primitive().isElementwise() && may && !used.contains(e)) {
                delays.put(e, last.get(key(shape(e.ownExtents()))));
            }
        }
    }

    /**
     * Elementwise values go to the level of their first user, so that they need not be kept until then; a number only if that user is
     * computed with it, since a stage costs more than to keep it.
     */
    private void sink() {
        Map<Expr, Integer> together = new HashMap<>();
        Map<Expr, Integer> before = new HashMap<>();
        for (int i = order.size() - 1; i >= 0; i--) {
            Expr e = order.get(i);
            if (e.primitive().isElementwise()) {
                int latest = Math.min(
                        together.getOrDefault(e, Integer.MAX_VALUE), before.getOrDefault(e, Integer.MAX_VALUE));
                boolean goes = e.size() == 1 ? together.getOrDefault(e, -1) == latest : latest < Integer.MAX_VALUE;
                if (goes) {
                    levels.put(e, Math.max(levelOf(e), latest));
                }
            }
            if (e.primitive().isView()) {
                continue;
            }
            for (Expr operand : e.operands()) {
                Expr base = layout(operand).base();
                if (base == operand
                        && (isRequested(e)
                                || (couldBeDirect(operand, e) && e.primitive().isElementwise()))) {
                    together.merge(base, levelOf(e), Math::min);
                } else {
                    before.merge(base, levelOf(e) - 1, Math::min);
                }
            }
        }
    }

    // ---- requests ----

    private void place(Expr e) {
        switch (e.primitive()) {
            case SUM, GREATEST -> {
                boolean[] summed = Simplify.summed(e);
                Effect effect = e.primitive() == Primitive.SUM ? Effect.SUM : Effect.MAX;
                request(new Request(e.operands().get(0), effect, 1, summed, into(e, summed)));
            }
            case CONCATENATE -> {
                int axis = e.detail(Integer.class);
                int[] steps = Extents.steps(e.ownExtents(), e.ownExtents());
                int offset = 0;
                for (Expr part : e.operands()) {
                    request(new Request(part, Effect.STORE, 1, new boolean[steps.length], new Into(e, offset, steps)));
                    offset += part.ownExtents()[axis] * Extents.stride(e.ownExtents(), axis);
                }
            }
            case CUMULATIVE_SUM, MATMUL, GATHER, SEGMENT_SUM ->
                plan.computeIfAbsent(levelOf(e), l -> new Level()).alone.add(e);
            default -> {}
        }
    }

    /** The target of sums: the steps of the sum along the axes of what is summed. */
    private static Target into(Expr sum, boolean[] summed) {
        int[] own = Extents.steps(sum.ownExtents(), sum.ownExtents());
        int[] steps = new int[summed.length];
        int at = 0;
        for (int axis = 0; axis < summed.length; axis++) {
            steps[axis] = summed[axis] ? 0 : own[at++];
        }
        return new Into(sum, 0, steps);
    }

    private void request(Request request) {
        Expr value = request.value();
        Group group = groupOf.get(value);
        if (group == null) {
            Expr base = layout(value).base();
            int level = base.primitive().isLeaf() ? 0 : levelOf(base) + 1;
            group = group(level, shape(value.ownExtents()));
        }
        group.requests.add(request);
    }
}
