package io.github.elbo4j.expr;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.ScanOps.Segments;
import io.github.elbo4j.expr.Emission.Destination;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Joint} on a device: its data are there, and {@link #record} records the operations that compute it. What
 * varies with the draw lies with its draws beside each other; where it would not fit the workspace, the draws are cut into
 * blocks, which changes no bit.
 */
public final class Translation implements AutoCloseable {
    private static final long WORKSPACE_BYTES = 64L << 20;

    private final Resources own;
    private final Joint joint;
    private final int rows;
    private final Addends addends;
    private final Map<Detail.Data, Buffer> data = new HashMap<>();
    private final Map<Levels, RowBatch.Indexed> levels = new HashMap<>();
    private final Map<Levels, RowBatch.Grouped> grouped = new HashMap<>();
    private long workspaceBytes = WORKSPACE_BYTES;

    /**
     * With the data on a device.
     *
     * @param rows of the table; 0 if there is none
     */
    public Translation(Device device, Joint joint, int rows) {
        this.own = new Resources(device);
        this.joint = joint;
        this.rows = rows;
        this.addends = new Addends(new Canonical().of(joint.terms()));
    }

    /** How much memory the values of a block of draws may take. No result depends on it. */
    public void workspaceBytes(long value) {
        if (value < 1) {
            throw new IllegalArgumentException("workspaceBytes is " + value + ", but must be 1 or more");
        }
        workspaceBytes = value;
    }

    public Device device() {
        return own.device();
    }

    /** Whether it depends on {@link Table#normals}. */
    public boolean drawsNormals() {
        return Order.of(joint.terms()).stream().anyMatch(e -> e.primitive() == Primitive.NORMALS);
    }

    /**
     * Records {@code logP[b,s]} and {@code gradient[b,s,:]} at {@code z[b,s,:]}, as {@code LogJoint} has it.
     *
     * @param batch null for all rows; or the rows of a minibatch, whose terms count N/n times
     */
    public void record(
            Recorder to, @Nullable RowBatch batch, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        int draws = Math.toIntExact(shape.allDraws());
        int dimensions = shape.dimensions();
        to.run(new MathOps.Fill(draws, addends.constant(), logP));
        RowBatch some = batch == null || batch.count() == rows ? null : batch;
        double scale = some == null ? 1 : (double) rows / some.count();
        Canonical canonical = new Canonical(some == null ? 0 : some.count());
        List<Expr> terms = new ArrayList<>();
        List<Expr> weights = new ArrayList<>();
        for (Addends.Addend addend : addends.list()) {
            terms.add(addend.value());
            weights.add(Expr.of(addend.weight() * (addend.ofRows() ? scale : 1)));
        }
        if (some != null) {
            Canonical.checkSums(terms);
        }
        terms = canonical.of(terms);
        List<Expr> values = new ArrayList<>(terms);
        List<Destination> results = new ArrayList<>();
        terms.forEach(term -> results.add(new Destination(logP, 0, 1)));
        if (gradient != null) {
            Derivative derivative = new Derivative(terms, weights);
            for (Expr slot : joint.parameters().slots()) {
                Expr slope = derivative.of(slot);
                values.add(slope == null ? Expr.of(0).broadcast(slot.ownExtents(), false) : slope);
                results.add(
                        new Destination(gradient, slot.detail(Detail.Slot.class).offset(), dimensions));
            }
        }
        values = plannable(values, canonical);
        List<Plan.Request> requests = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            requests.add(i < terms.size() ? sum(values.get(i), weights.get(i), i) : store(values.get(i), i));
        }
        Index step = batch == null ? Index.of(0) : batch.step();
        Emission.Ends ends = new Emission.Ends(draws, dimensions, z, step, results);
        new Emission(this, to, new Fusion(new Plan(requests)), canonical, some, ends).run(workspaceBytes);
    }

    /**
     * Records expressions of the coordinates: row i of the results is element i of all their elements, one expression after
     * the other, each row-major, at every draw.
     *
     * @param results [elements of all][B·S]
     * @throws IllegalArgumentException if one depends on coordinates that the draws do not have
     */
    public void recordColumns(Recorder to, List<Expr> expressions, DrawBlock shape, Buffer z, Buffer results) {
        recordColumns(to, expressions, new Draws(shape, z, Index.of(0)), results);
    }

    /**
     * Draws z [B][S][D], and the step whose normals the expressions see.
     *
     * @param step of the addresses of {@link Table#normals}
     */
    public record Draws(DrawBlock shape, Buffer z, Index step) {}

    /** The same with the normals of a step. */
    public void recordColumns(Recorder to, List<Expr> expressions, Draws of, Buffer results) {
        recordColumns(to, null, expressions, of, results);
    }

    /**
     * The same of some rows of the table: what is of its rows has these in the place of all.
     *
     * @param batch null for all rows
     * @throws IllegalArgumentException if an expression depends on coordinates that the draws do not have, or an element on other rows
     *     than its own
     */
    public void recordColumns(Recorder to, @Nullable RowBatch batch, List<Expr> expressions, Draws of, Buffer results) {
        DrawBlock shape = of.shape();
        expressions.forEach(e -> checkCoordinates(e, shape.dimensions()));
        if (batch != null) {
            Canonical.checkSums(expressions);
        }
        Canonical canonical = new Canonical(batch == null ? 0 : batch.count());
        List<Expr> values = plannable(expressions, canonical);
        int draws = Math.toIntExact(shape.allDraws());
        List<Destination> places = new ArrayList<>();
        List<Plan.Request> requests = new ArrayList<>();
        long offset = 0;
        for (Expr value : values) {
            int[] steps = Extents.steps(value.ownExtents(), value.ownExtents());
            for (int axis = 0; axis < steps.length; axis++) {
                steps[axis] = Math.multiplyExact(steps[axis], draws);
            }
            Plan.Target target = new Plan.Out(places.size(), steps);
            requests.add(new Plan.Request(value, Effect.STORE, 1, new boolean[steps.length], target));
            places.add(new Destination(results, offset, 1));
            offset += (long) value.size() * draws;
        }
        Emission.Ends ends = new Emission.Ends(draws, shape.dimensions(), of.z(), of.step(), places);
        new Emission(this, to, new Fusion(new Plan(requests)), canonical, batch, ends).run(workspaceBytes);
    }

    private static void checkCoordinates(Expr e, int dimensions) {
        for (Expr slot : e.parameters()) {
            int end = slot.detail(Detail.Slot.class).offset() + slot.size();
            if (end > dimensions) {
                throw new IllegalArgumentException("an expression depends on " + slot.name()
                        + ", which ends with coordinate " + end + " of a draw, but the draws have " + dimensions);
            }
        }
    }

    /** As a {@link Plan} takes them. */
    private static List<Expr> plannable(List<Expr> values, Canonical canonical) {
        List<Expr> divided = new Reciprocals().of(canonical.of(new Surrogates().of(values)));
        return new Copies().of(canonical.of(divided));
    }

    private static Plan.Request sum(Expr term, Expr weight, int result) {
        boolean[] summed = new boolean[term.ownExtents().length];
        Arrays.fill(summed, true);
        Plan.Target target = new Plan.Out(result, new int[summed.length]);
        return new Plan.Request(term, Effect.ADD_SUM, weight.detail(Double.class), summed, target);
    }

    private static Plan.Request store(Expr value, int result) {
        int[] extents = value.ownExtents();
        Plan.Target target = new Plan.Out(result, Extents.steps(extents, extents));
        return new Plan.Request(value, Effect.STORE, 1, new boolean[extents.length], target);
    }

    // ---- data on the device ----

    Buffer data(Detail.Data of) {
        return data.computeIfAbsent(of, all -> {
            float[] rounded = new float[all.values().length];
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] = (float) all.values()[i];
            }
            return own.copyOf(rounded);
        });
    }

    RowBatch.Indexed levels(Levels of) {
        return levels.computeIfAbsent(of, l -> new RowBatch.Indexed(ints(l.of()), Index.of(0)));
    }

    RowBatch.Grouped grouped(Levels of) {
        return grouped.computeIfAbsent(of, l -> {
            Segments segments = Segments.of(l.of(), l.count());
            return new RowBatch.Grouped(ints(segments.order()), Index.of(0), ints(segments.offsets()), Index.of(0));
        });
    }

    private Buffer ints(int[] values) {
        Buffer buffer = own.allocate(ElementType.INT32, values.length);
        buffer.write(0, values, 0, values.length);
        return buffer;
    }

    @Override
    public void close() {
        own.close();
    }
}
