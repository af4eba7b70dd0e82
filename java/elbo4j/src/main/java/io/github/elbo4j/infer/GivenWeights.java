package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Quantities;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A log-joint of some of its coordinates, the others held at a point: {@code log p_theta(x, z)} as a density of z. */
final class GivenWeights implements LogJoint {
    private final LogJoint joint;
    private final List<Run> free = new ArrayList<>(); // runs of coordinates that are z
    private final List<Run> held = new ArrayList<>();
    private final int dimensions; // of z
    private final List<String> names;
    private final int[] places; // of z among all
    private final Resources own;
    private final Buffer theta; // [D], of which those of z are not read
    private final double[] point; // the same

    /**
     * Coordinates that lie side by side.
     *
     * @param at the first among all
     * @param from the first among those of its kind
     */
    private record Run(int at, int from, int size) {}

    /**
     * Holds them at zero.
     *
     * @param isHeld which, [D]
     */
    GivenWeights(Device device, LogJoint joint, boolean[] isHeld) {
        this.joint = joint;
        places = IntStream.range(0, isHeld.length).filter(d -> !isHeld[d]).toArray();
        dimensions = places.length;
        names = IntStream.of(places).mapToObj(joint.parameterNames()::get).toList();
        int z = 0;
        for (int d = 0; d < isHeld.length; ) {
            int end = d;
            while (end < isHeld.length && isHeld[end] == isHeld[d]) {
                end++;
            }
            (isHeld[d] ? held : free).add(new Run(d, z, end - d));
            z += isHeld[d] ? 0 : end - d;
            d = end;
        }
        own = new Resources(device);
        theta = own.allocate(isHeld.length);
        point = new double[isHeld.length];
    }

    /**
     * Holds them elsewhere.
     *
     * @param all [D], of which those of z are not used
     */
    void at(double[] all) {
        System.arraycopy(all, 0, point, 0, all.length);
        float[] floats = new float[all.length];
        for (int d = 0; d < all.length; d++) {
            floats[d] = (float) all[d];
        }
        theta.write(0, floats, 0, floats.length);
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public List<String> parameterNames() {
        return names;
    }

    @Override
    public Quantities quantities() {
        Quantities of = joint.quantities();
        double[] there = point.clone();
        Set<Integer> hidden = IntStream.range(0, places.length)
                .filter(i -> of.hidden().contains(places[i]))
                .boxed()
                .collect(Collectors.toSet());
        return new Quantities(
                of.names(),
                z -> {
                    double[] all = there.clone();
                    for (int i = 0; i < places.length; i++) {
                        all[places[i]] = z[i];
                    }
                    return of.values().apply(all);
                },
                hidden);
    }

    @Override
    public double[] start() {
        double[] all = joint.start();
        return IntStream.of(places).mapToDouble(place -> all[place]).toArray();
    }

    @Override
    public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        int draws = shape.draws();
        int all = joint.dimensions();
        Buffer whole = to.scratch((long) draws * all);
        Buffer slopes = gradient == null ? null : to.scratch((long) draws * all);
        for (Run run : free) {
            to.run(new MathOps.Scale(
                    1, columns(z, draws, dimensions, run.from, run), false, columns(whole, draws, all, run.at, run)));
        }
        for (Run run : held) {
            Matrix repeated = new Matrix(theta, run.at, draws, run.size, 0, 1);
            to.run(new MathOps.Scale(1, repeated, false, columns(whole, draws, all, run.at, run)));
        }
        joint.record(to, new DrawBlock(1, draws, all, 0, shape.firstDraw(), 0), whole, logP, slopes);
        if (gradient == null || slopes == null) {
            return;
        }
        for (Run run : free) {
            to.run(new MathOps.Scale(
                    1,
                    columns(slopes, draws, all, run.at, run),
                    false,
                    columns(gradient, draws, dimensions, run.from, run)));
        }
    }

    private static Matrix columns(Buffer buffer, int rows, int width, int from, Run run) {
        return new Matrix(buffer, from, rows, run.size, width, 1);
    }

    @Override
    public void close() {
        own.close();
    }
}
