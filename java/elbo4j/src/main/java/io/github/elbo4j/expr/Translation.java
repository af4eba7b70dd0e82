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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
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
    private final Map<double[], Buffer> data = new IdentityHashMap<>();
    private final Map<Levels, RowBatch.Indexed> levels = new IdentityHashMap<>();
    private final Map<Levels, RowBatch.Grouped> grouped = new IdentityHashMap<>();
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

    /**
     * Records {@code logP[b,s]} and {@code gradient[b,s,:]} at {@code z[b,s,:]}, as {@code LogJoint} has it.
     *
     * @param batch null for all rows; or the rows of a minibatch, whose terms count N/n times
     */
    public void record(
            Recorder to, @Nullable RowBatch batch, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        int draws = Math.toIntExact(shape.allDraws());
        to.run(new MathOps.Fill(draws, addends.constant(), logP));
        boolean all = batch == null || batch.count() == rows;
        Canonical canonical = new Canonical(all ? 0 : batch.count());
        List<Plan.Request> results = results(canonical, all ? 1 : (double) rows / batch.count(), gradient != null);
        Emission.Ends ends = new Emission.Ends(draws, shape.dimensions(), z, logP, gradient);
        new Emission(this, to, new Fusion(new Plan(results)), canonical, all ? null : batch, ends).run(workspaceBytes);
    }

    /** What is computed: sums into logP, result 0; slopes into the gradient, result 1 + the parameter's number. */
    private List<Plan.Request> results(Canonical canonical, double scale, boolean slopes) {
        List<Expr> values = new ArrayList<>();
        List<Expr> weights = new ArrayList<>();
        for (Addends.Addend addend : addends.list()) {
            values.add(addend.value());
            weights.add(Expr.of(addend.weight() * (addend.ofRows() ? scale : 1)));
        }
        values = canonical.of(values);
        List<Expr> wanted = new ArrayList<>(values);
        List<Expr> parameters = canonical.of(joint.parameters().slots());
        if (slopes) {
            Derivative derivative = new Derivative(values, weights);
            for (Expr parameter : parameters) {
                Expr slope = derivative.of(parameter);
                wanted.add(slope == null ? Expr.of(0).broadcast(parameter.ownExtents(), false) : slope);
            }
        }
        wanted = new Copies().of(canonical.of(wanted));
        List<Plan.Request> requests = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            Expr value = wanted.get(i);
            int[] extents = value.ownExtents();
            boolean[] summed = new boolean[extents.length];
            boolean term = i < values.size();
            Arrays.fill(summed, term);
            requests.add(new Plan.Request(
                    value,
                    term ? Effect.ADD_SUM : Effect.STORE,
                    term ? weights.get(i).detail(Double.class) : 1,
                    summed,
                    new Plan.Out(
                            term ? 0 : 1 + i - values.size(),
                            term ? new int[extents.length] : Extents.steps(extents, extents))));
        }
        return requests;
    }

    /** Where a parameter's coordinates begin in z. */
    int offset(int parameter) {
        return joint.parameters().slots().get(parameter).detail(Expr.Slot.class).offset();
    }

    // ---- data on the device ----

    Buffer data(double[] values) {
        Buffer buffer = data.get(values);
        if (buffer == null) {
            float[] rounded = new float[values.length];
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] = (float) values[i];
            }
            buffer = own.copyOf(rounded);
            data.put(values, buffer);
        }
        return buffer;
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
