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
    /** Data or levels of a minibatch: n of the rows of {@code all}. */
    record Batch(Object all) {}

    private record Key(
            Primitive primitive,
            List<Integer> operands,
            List<Integer> extents,
            @Nullable Object detail) {}

    private final Map<Key, Expr> known = new HashMap<>();
    private final Map<Expr, Integer> numbers = new HashMap<>(); // of canonical ones
    private final Map<Expr, Expr> done = new HashMap<>();
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
                done.put(e, intern(fold(rebuild(e))));
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
            return Expr.batch(e, batch);
        }
        if (e.primitive().isLeaf()) {
            return e;
        }
        Expr[] operands = new Expr[e.operands().size()];
        boolean same = true;
        for (int i = 0; i < operands.length; i++) {
            operands[i] = done.get(e.operands().get(i));
            same &= operands[i] == e.operands().get(i);
        }
        boolean shrinks = batch > 0 && e.ofRows();
        if (same && !shrinks) {
            return e;
        }
        int[] extents = shrinks ? Extents.with(e.ownExtents(), 0, batch) : e.ownExtents();
        Object detail = e.detail();
        if (batch > 0 && detail instanceof Levels levels && levels.ofRows() && !batches.containsValue(levels)) {
            detail = batches.computeIfAbsent(levels, all -> new Levels(all.name(), new int[batch], all.count(), true));
        }
        return Expr.make(e.primitive(), extents, detail, e.ofRows(), operands);
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
                : Expr.folded(e.toString(), value, e.ofRows(), e.ownExtents());
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
