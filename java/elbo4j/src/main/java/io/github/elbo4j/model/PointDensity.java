package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

/**
 * {@code log p(x, z)} and its gradient at points that the host chooses, rather than at draws: for methods that search. A
 * {@link HostLogJoint} is asked in float64; every other log-joint gets its points, and gives its gradient, in the float32 of its device.
 */
public final class PointDensity implements AutoCloseable {
    private final Device device;
    private final LogJoint joint;
    private final @Nullable HostLogJoint host;
    private @Nullable Buffer z; // [rows][D]
    private @Nullable Buffer logP; // [rows] FLOAT64
    private @Nullable Buffer slopes; // [rows][D]
    private float[] floats = {};

    /** @param joint one problem, on this device; it stays the caller's */
    public PointDensity(Device device, LogJoint joint) {
        this.device = device;
        this.joint = joint;
        this.host = joint instanceof HostLogJoint function ? function : null;
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
        if (floats.length < elements) {
            close();
            floats = new float[elements];
            z = device.allocate(elements);
            logP = device.allocate(ElementType.FLOAT64, rows);
            slopes = device.allocate(elements);
        }
        if (z == null || logP == null || slopes == null) {
            return; // nothing to evaluate
        }
        if (logP.length() < rows) {
            logP.close();
            logP = device.allocate(ElementType.FLOAT64, rows);
        }
        for (int i = 0; i < elements; i++) {
            floats[i] = (float) points[i];
        }
        z.write(0, floats, 0, elements);
        joint.evaluate(Shape.of(1, rows, joint.dimensions()), z, logP, gradient == null ? null : slopes);
        if (gradient != null) {
            slopes.read(0, floats, 0, elements);
            for (int i = 0; i < elements; i++) {
                gradient[i] = floats[i];
            }
        }
        logP.read(0, values, 0, rows);
    }

    @Override
    public void close() {
        if (z != null) {
            z.close();
            z = null;
        }
        if (logP != null) {
            logP.close();
            logP = null;
        }
        if (slopes != null) {
            slopes.close();
            slopes = null;
        }
        floats = new float[0];
    }
}
