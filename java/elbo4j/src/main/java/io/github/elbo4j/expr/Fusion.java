package io.github.elbo4j.expr;

import io.github.elbo4j.device.ElementwiseOps.Effect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A {@link Plan}'s groups as stages that devices take, and what must be in memory between them. */
final class Fusion {
    /** What is done next: a stage, or an operation that stands alone. */
    sealed interface Step {}

    /** A stage, of one shape and with one way to sum. */
    record Fused(StageBuilder stage, int[] shape) implements Step {}

    /** A product, gather or scan. */
    record Alone(Expr value) implements Step {}

    private record Use(Expr user, boolean direct) {}

    private final Map<Expr, List<Use>> uses = new HashMap<>();
    private final Set<Expr> stored = new HashSet<>();
    private final List<Expr> memory = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    Fusion(Plan plan) {
        for (Expr e : plan.order()) {
            if (e.primitive().isElementwise() || Plan.isAlone(e)) {
                for (Expr operand : e.operands()) {
                    Expr base = plan.layout(operand).base();
                    use(base, new Use(e, base == operand && e.primitive().isElementwise()));
                }
            }
            if (Plan.isAlone(e) || Plan.isRequested(e)) {
                memory.add(e);
            }
        }
        for (Plan.Level level : plan.levels()) {
            for (Plan.Group group : level.groups.values()) {
                for (Plan.Request request : group.requests) {
                    Expr base = plan.layout(request.value()).base();
                    if (base != request.value()) {
                        store(base);
                    }
                }
            }
        }
        for (Plan.Level level : plan.levels()) {
            for (Plan.Group group : level.groups.values()) {
                fuse(group);
            }
            level.alone.forEach(e -> steps.add(new Alone(e)));
        }
        memory.addAll(stored);
    }

    List<Step> steps() {
        return steps;
    }

    /** What has memory of its own. */
    List<Expr> memory() {
        return memory;
    }

    private void use(Expr base, Use use) {
        uses.computeIfAbsent(base, b -> new ArrayList<>()).add(use);
    }

    private void store(Expr base) {
        if (base.primitive().isElementwise()) {
            stored.add(base);
        }
    }

    // ---- a group ----

    /** Requests of what is in memory come first; a stage takes them along if it has room, and sums along the same axes. */
    private void fuse(Plan.Group group) {
        List<List<Expr>> pieces = new ArrayList<>();
        split(group, group.nodes, pieces);
        List<Plan.Request> others = requests(group, group.nodes, false);
        for (List<Expr> nodes : pieces) {
            List<Plan.Request> all = new ArrayList<>(others);
            all.addAll(requests(group, nodes, true));
            if (!others.isEmpty() && !isOneStage(group.shape, nodes, all)) {
                emit(group.shape, List.of(), others);
                all.removeAll(others);
            }
            emit(group.shape, nodes, all);
            others = List.of();
        }
        emit(group.shape, List.of(), others);
    }

    private boolean isOneStage(int[] shape, List<Expr> nodes, List<Plan.Request> requests) {
        long ways = requests.stream()
                .filter(request -> request.effect() != Effect.STORE)
                .map(request -> list(StageBuilder.summed(request)))
                .distinct()
                .count();
        long outputs = requests.size()
                + nodes.stream().filter(node -> isUsedOutside(node, nodes)).count();
        return ways <= 1 && new StageBuilder(shape, new boolean[shape.length], nodes, requests, Map.of()).fits(outputs);
    }

    /** A group's requests of these nodes, or of other values. */
    private static List<Plan.Request> requests(Plan.Group group, List<Expr> nodes, boolean ofThem) {
        List<Plan.Request> requests = new ArrayList<>();
        for (Plan.Request request : group.requests) {
            if (nodes.contains(request.value()) == ofThem) {
                requests.add(request);
            }
        }
        return requests;
    }

    /** Halves what a stage does not take. */
    private void split(Plan.Group group, List<Expr> nodes, List<List<Expr>> pieces) {
        if (nodes.isEmpty()) {
            return;
        }
        long outputs = nodes.stream().filter(node -> isUsedOutside(node, nodes)).count()
                + group.requests.stream()
                        .filter(request -> nodes.contains(request.value()))
                        .count();
        StageBuilder stage = new StageBuilder(group.shape, new boolean[group.shape.length], nodes, List.of(), Map.of());
        if (nodes.size() == 1 || stage.fits(outputs)) {
            pieces.add(nodes);
        } else {
            split(group, nodes.subList(0, nodes.size() / 2), pieces);
            split(group, nodes.subList(nodes.size() / 2, nodes.size()), pieces);
        }
    }

    private boolean isUsedOutside(Expr node, List<Expr> nodes) {
        for (Use use : uses.getOrDefault(node, List.of())) {
            if (!use.direct || !nodes.contains(use.user)) {
                return true;
            }
        }
        return stored.contains(node);
    }

    /** One stage, and more for requests that sum along other axes or are too many. */
    private void emit(int[] shape, List<Expr> nodes, List<Plan.Request> requests) {
        Map<List<Boolean>, List<Plan.Request>> bySummed = new LinkedHashMap<>();
        List<Plan.Request> stores = new ArrayList<>();
        for (Plan.Request request : requests) {
            if (request.effect() == Effect.STORE) {
                stores.add(request);
            } else {
                bySummed.computeIfAbsent(list(StageBuilder.summed(request)), s -> new ArrayList<>())
                        .add(request);
            }
        }
        List<Boolean> main = list(new boolean[shape.length]);
        for (Map.Entry<List<Boolean>, List<Plan.Request>> entry : bySummed.entrySet()) {
            main = bySummed.getOrDefault(main, List.of()).size()
                            < entry.getValue().size()
                    ? entry.getKey()
                    : main;
        }
        List<Plan.Request> now = new ArrayList<>(bySummed.getOrDefault(main, List.of()));
        now.addAll(stores);
        bySummed.remove(main);
        List<Plan.Request> later = new ArrayList<>();
        int crossing =
                (int) nodes.stream().filter(node -> isUsedOutside(node, nodes)).count();
        while (!now.isEmpty() && tooMuch(shape, main, nodes, now, crossing + nodesOf(nodes, later, bySummed))) {
            later.add(now.remove(now.size() - 1));
        }
        later.stream().map(Plan.Request::value).filter(v -> nodes.contains(v)).forEach(this::store);
        bySummed.values().forEach(all -> all.forEach(request -> store(request.value())));
        List<Plan.Request> all = new ArrayList<>(now);
        for (Expr node : nodes) {
            if (isUsedOutside(node, nodes)) {
                stored.add(node);
                int[] extents = node.ownExtents();
                all.add(new Plan.Request(
                        node,
                        Effect.STORE,
                        1,
                        new boolean[extents.length],
                        new Plan.Into(node, 0, Extents.steps(extents, extents))));
            }
        }
        if (!all.isEmpty()) {
            steps.add(new Fused(new StageBuilder(shape, array(main), nodes, all, counts(nodes, all)), shape));
        }
        if (!later.isEmpty()) {
            emit(shape, List.of(), later);
        }
        bySummed.values().forEach(rest -> emit(shape, List.of(), rest));
    }

    private static int nodesOf(
            List<Expr> nodes, List<Plan.Request> later, Map<List<Boolean>, List<Plan.Request>> others) {
        long count = later.stream().filter(r -> nodes.contains(r.value())).count();
        for (List<Plan.Request> other : others.values()) {
            count += other.stream().filter(r -> nodes.contains(r.value())).count();
        }
        return (int) count;
    }

    private static boolean tooMuch(
            int[] shape, List<Boolean> summed, List<Expr> nodes, List<Plan.Request> requests, int crossing) {
        StageBuilder stage = new StageBuilder(shape, array(summed), nodes, requests, Map.of());
        return (requests.size() > 1 && !stage.fits(requests.size() + crossing))
                || (requests.size() == 1 && !nodes.isEmpty() && !stage.fits(1 + crossing));
    }

    /** How often each node is used within the stage. */
    private static Map<Expr, Integer> counts(List<Expr> nodes, List<Plan.Request> requests) {
        Map<Expr, Integer> counts = new HashMap<>();
        for (Expr node : nodes) {
            node.operands().forEach(operand -> counts.merge(operand, 1, Integer::sum));
        }
        requests.forEach(request -> counts.merge(request.value(), 2, Integer::sum)); // it must be a value
        return counts;
    }

    private static List<Boolean> list(boolean[] values) {
        List<Boolean> list = new ArrayList<>();
        for (boolean value : values) {
            list.add(value);
        }
        return list;
    }

    private static boolean[] array(List<Boolean> values) {
        boolean[] array = new boolean[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }
}
