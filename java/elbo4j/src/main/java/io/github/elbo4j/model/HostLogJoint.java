package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user's log-joint as a Java function of draws on the host, in float64. The draws are copied from the device and the
 * results back, so this is the easy way, not the fast one. {@link GradientCheck} tells whether a gradient is right.
 *
 * <pre>{@code
 * LogJoint model = HostLogJoint.ofDraw(List.of("a", "b"), (z, gradient) -> {
 *     gradient[0] = -z[0];
 *     gradient[1] = -z[1];
 *     return -0.5 * (z[0] * z[0] + z[1] * z[1]) - Math.log(2 * Math.PI);
 * });
 * }</pre>
 */
public final class HostLogJoint implements LogJoint {
    /** log p of one draw. */
    @FunctionalInterface
    public interface DrawFunction {
        /**
         * The log-joint of a draw.
         *
         * @param z the draw, [D]; it may be used again after the call
         * @param gradient where to write {@code ∇z log p}, [D]; now and then nobody reads it
         * @return log p(x, z)
         */
        double evaluate(double[] z, double[] gradient);
    }

    /** log p of a block of draws. */
    @FunctionalInterface
    public interface BlockFunction {
        /**
         * The log-joint of each draw.
         *
         * @param rows how many draws there are; the arrays may be longer
         * @param z [rows][D] row-major
         * @param logP [rows], to be written
         * @param gradient null, or [rows][D] row-major, to be written
         */
        void evaluate(int rows, double[] z, double[] logP, double @Nullable [] gradient);
    }

    private final List<String> names;
    private final BlockFunction function;
    private float[] floats = {};
    private double[] draws = {};
    private double[] values = {};
    private double[] slopes = {};

    private HostLogJoint(List<String> names, BlockFunction function) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names is empty, but a model needs at least one parameter");
        }
        this.names = List.copyOf(names);
        this.function = function;
    }

    /** From a function of one draw, which is called for one draw after the other on the calling thread. */
    public static HostLogJoint ofDraw(List<String> names, DrawFunction function) {
        int dimensions = names.size();
        double[] z = new double[dimensions];
        double[] slope = new double[dimensions];
        return new HostLogJoint(names, (rows, all, logP, gradient) -> {
            for (int r = 0; r < rows; r++) {
                System.arraycopy(all, r * dimensions, z, 0, dimensions);
                logP[r] = function.evaluate(z, slope);
                if (gradient != null) {
                    System.arraycopy(slope, 0, gradient, r * dimensions, dimensions);
                }
            }
        });
    }

    /** From a function of a block of draws, whose answer for a draw must not depend on the others. */
    public static HostLogJoint ofBlock(List<String> names, BlockFunction function) {
        return new HostLogJoint(names, function);
    }

    @Override
    public int dimensions() {
        return names.size();
    }

    @Override
    public List<String> parameterNames() {
        return names;
    }

    @Override
    public void evaluate(Shape shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        int rows = Math.toIntExact(shape.rows());
        int elements = Math.toIntExact(shape.elements());
        if (draws.length < elements) {
            floats = new float[elements];
            draws = new double[elements];
            slopes = new double[elements];
        }
        if (values.length < rows) {
            values = new double[rows];
        }
        z.read(0, floats, 0, elements);
        for (int i = 0; i < elements; i++) {
            draws[i] = floats[i];
        }
        function.evaluate(rows, draws, values, gradient == null ? null : slopes);
        logP.write(0, values, 0, rows);
        if (gradient != null) {
            for (int i = 0; i < elements; i++) {
                floats[i] = (float) slopes[i];
            }
            gradient.write(0, floats, 0, elements);
        }
    }

    /** The function itself, in float64. */
    BlockFunction function() {
        return function;
    }
}
