package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Workspace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code log p(x, z)} and its gradient at points that the host chooses, rather than at draws: for methods that search.
 * A {@link HostLogJoint} is evaluated in float64; every other log-joint gets its points, and returns its gradient, in
 * the float32 of its device.
 */
public final class PointDensity implements AutoCloseable {
    /** Few points are made a power of two, so that paths of which one after the other ends do not bind a program for each number. */
    private static final int FEW = 64;

    private final LogJoint joint;
    private final @Nullable HostLogJoint host;
    private final Workspace workspace;
    private final Resources own;
    private final Map<Integer, Program> withGradient = new HashMap<>(); // by rows
    private final Map<Integer, Program> withoutGradient = new HashMap<>();
    private Buffer z; // [rows][D]
    private Buffer logP; // [rows] FLOAT64
    private Buffer slopes; // [rows][D]
    private float[] floats;

    /** @param joint one problem, on this device; the caller closes it */
    public PointDensity(Device device, LogJoint joint) {
        this.joint = joint;
        this.host = joint instanceof HostLogJoint function ? function : null;
        workspace = new Workspace(device);
        own = new Resources(device);
        z = own.allocate(joint.dimensions());
        logP = own.allocate(ElementType.FLOAT64, 1);
        slopes = own.allocate(joint.dimensions());
        floats = new float[joint.dimensions()];
    }

    /** D. */
    public int dimensions() {
        return joint.dimensions();
    }

    /** Whether points and results keep float64's precision. */
    public boolean isExact() {
        return host != null;
    }

    /**
     * Evaluates at some points.
     *
     * @param rows how many; the arrays may be longer
     * @param points [rows][D] row-major
     * @param values [rows], {@code log p} is written to it
     * @param gradient null, or [rows][D], {@code ∇z log p} is written to it
     */
    public void evaluate(int rows, double[] points, double[] values, double @Nullable [] gradient) {
        int elements = rows * joint.dimensions();
        if (host != null) {
            host.evaluate(rows, points, values, gradient);
            return;
        }
        int evaluated = rows >= FEW || rows < 2 ? rows : 2 * Integer.highestOneBit(rows - 1);
        int all = evaluated * joint.dimensions();
        reserve(evaluated);
        for (int i = 0; i < all; i++) { // what is beyond the points repeats the last one
            floats[i] = i < elements ? (float) points[i] : floats[i - joint.dimensions()];
        }
        z.write(0, floats, 0, all);
        Map<Integer, Program> programs = gradient == null ? withoutGradient : withGradient;
        programs.computeIfAbsent(evaluated, r -> bind(r, gradient != null)).run();
        if (gradient != null) {
            slopes.read(0, floats, 0, elements);
            for (int i = 0; i < elements; i++) {
                gradient[i] = floats[i];
            }
        }
        logP.read(0, values, 0, rows);
    }

    private void reserve(int rows) {
        if (rows > logP.length()) {
            close();
            long elements = (long) rows * joint.dimensions();
            floats = new float[Math.toIntExact(elements)];
            z = own.allocate(elements);
            logP = own.allocate(ElementType.FLOAT64, rows);
            slopes = own.allocate(elements);
        }
    }

    private Program bind(int rows, boolean gradient) {
        Recorder recorder = new Recorder(workspace);
        joint.record(recorder, DrawBlock.of(1, rows, joint.dimensions()), z, logP, gradient ? slopes : null);
        return recorder.bind();
    }

    @Override
    public void close() {
        for (Map<Integer, Program> programs : List.of(withGradient, withoutGradient)) {
            programs.values().forEach(Program::close);
            programs.clear();
        }
        own.close();
        workspace.close();
    }
}
