package io.github.elbo4j.expr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Equal subexpressions become one; what does not vary with the draw becomes data, computed in float64. For a
 * minibatch, data of the table's rows become those of fewer rows, which a step chooses.
 */
final class Canonical {
    /** Data of a minibatch: n of the rows of {@code all}. */
    record Batch(Detail.Data all) {}

    private record Key(
            Primitive primitive,
            List<Integer> operands,
            List<Integer> extents,
            @Nullable Object detail) {}

    private final Map<Key, Expr> known = new HashMap<>();
    private final Map<Expr, Integer> numbers = new HashMap<>(); // of canonical ones
    private final Map<Expr, Expr> done = new HashMap<>();
    private final Map<Expr, Expr> folded = new HashMap<>();
    private final Evaluator evaluator = new Evaluator(new double[0]);
    private final int batch;
    private final Map<Levels, Levels> batches = new HashMap<>();

    /** Of all rows. */
    Canonical() {
        this(0);
    }

    /** @param batch how many rows a minibatch has; 0 for all rows */
    Canonical(int batch) {
        this.batch = batch;
    }

    List<Expr> of(Collection<Expr> results) {
        for (Expr e : Order.of(results)) {
            if (!done.containsKey(e)) {
                Expr one = intern(rebuild(e)); // before it is folded: equal data must be one
                done.put(e, intern(folded.computeIfAbsent(one, this::fold)));
            }
        }
        List<Expr> canonical = new ArrayList<>();
        for (Expr result : results) {
            canonical.add(done.get(result));
        }
        return canonical;
    }

    /** The same of canonical operands. */
    private Expr rebuild(Expr e) {
        if (batch > 0 && e.primitive() == Primitive.DATA && e.ofRows() && !(e.detail() instanceof Batch)) {
            return Leaves.batch(e, batch);
        }
        if (batch > 0 && e.primitive() == Primitive.NORMALS && e.ofRows()) {
            return Leaves.normals(e.detail(Detail.Normals.class), true, Extents.with(e.ownExtents(), 0, batch));
        }
        if (e.primitive().isLeaf()) {
            return e;
        }
        Expr[] operands = Order.operandsIn(done, e);
        boolean same = e.operands().equals(List.of(operands));
        boolean shrinks = batch > 0 && e.ofRows();
        if (same && !shrinks) {
            return e;
        }
        int[] extents = shrinks ? Extents.with(e.ownExtents(), 0, batch) : e.ownExtents();
        if (shrinks) {
            checkRows(e, operands, extents);
        }
        Object detail = e.detail();
        if (batch > 0 && detail instanceof Levels levels && levels.ofRows() && !batches.containsValue(levels)) {
            detail = batches.computeIfAbsent(levels, all -> new Levels(all.name(), new int[batch], all.count(), true));
        }
        return Expr.make(e.primitive(), extents, detail, e.ofRows(), operands);
    }

    /** What stands beside rows of a minibatch, element by element, must have their extent; all rows of something else do not. */
    private void checkRows(Expr e, Expr[] operands, int[] extents) {
        for (Expr operand : operands) {
            boolean beside = e.primitive().isElementwise() || e.primitive() == Primitive.CONCATENATE;
            int[] own = operand.ownExtents();
            if (beside && own.length == extents.length && own[0] != 1 && own[0] != batch) {
                throw new IllegalArgumentException("minibatches of " + batch + " rows cannot be taken: " + leaf(operand)
                        + " stands beside values of the table's rows, but is not of its rows; take it from the table, by"
                        + " column(...), data(...) or at(index(...))");
            }
        }
    }

    /** Where all its rows come from: a name that the user knows. */
    private static Expr leaf(Expr e) {
        for (Expr part : Order.of(List.of(e))) {
            int[] own = part.ownExtents();
            if (part.primitive().isLeaf() && own.length > 0 && own[0] == e.ownExtents()[0]) {
                return part;
            }
        }
        return e;
    }

    /** Refuses what a sum over some rows cannot estimate: a function of a sum over all of them. */
    static void checkSums(List<Expr> terms) {
        for (Expr e : Order.of(terms)) {
            boolean sums = e.primitive() == Primitive.SUM || e.primitive() == Primitive.GREATEST;
            if (sums && e.varies() && e.operands().get(0).ofRows() && Simplify.summed(e)[0]) {
                throw new IllegalArgumentException(
                        "minibatches cannot be taken: a sum over all rows of the table is part of"
                                + " another value, which some of the rows do not estimate without bias; observe a value for each"
                                + " row instead");
            }
        }
    }

    /** The levels of all rows that the levels of a minibatch come from. */
    Levels allRows(Levels levels) {
        for (Map.Entry<Levels, Levels> entry : batches.entrySet()) {
            if (entry.getValue().equals(levels)) {
                return entry.getKey();
            }
        }
        return levels;
    }

    private Expr fold(Expr e) {
        if (e.varies() || e.primitive().isLeaf() || e.primitive() == Primitive.BROADCAST || ofBatch(e)) {
            return e;
        }
        double[] value = evaluator.value(e);
        return e.size() == 1 && !e.ofRows() && e.ownExtents().length == 0
                ? Expr.of(value[0])
                : Leaves.folded(e.toString(), value, e.ofRows(), e.ownExtents());
    }

    /** Whether its rows are known only when a step has chosen them. */
    private boolean ofBatch(Expr e) {
        return batch > 0 && (e.ofRows() || e.operands().stream().anyMatch(this::dependsOnBatch));
    }

    private boolean dependsOnBatch(Expr e) {
        return e.ofRows() || (!e.primitive().isLeaf() && !e.varies() && e.primitive() != Primitive.BROADCAST);
    }

    private Expr intern(Expr e) {
        List<Integer> operands = new ArrayList<>();
        for (Expr operand : e.operands()) {
            operands.add(numbers.get(operand));
        }
        List<Integer> extents = Arrays.stream(e.ownExtents()).boxed().toList();
        Expr first = known.putIfAbsent(new Key(e.primitive(), operands, extents, e.detail()), e);
        if (first != null) {
            return first;
        }
        numbers.put(e, numbers.size());
        return e;
    }
}
