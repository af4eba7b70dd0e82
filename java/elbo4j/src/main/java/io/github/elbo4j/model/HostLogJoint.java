package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.internal.Interrupts;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A user's log-joint as a Java function of draws on the host, in float64. The draws are copied from the device and the
 * results back, so this is the easy way, not the fast one. {@link GradientCheck} finds out whether a gradient is right.
 *
 * <p>Several fits may use it at the same time, each from a thread of its own: its memory is separate for each call that
 * is under way. The function is then called from several threads at once, so it must not change variables that these
 * calls share.
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
         * @param gradient where to write or add up {@code ∇z log p}, [D]; it is filled with zeros before the call, and
         *     not always used
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
         * @param draws how many draws there are; the arrays may be longer
         * @param z [draws][D] row-major
         * @param logP [draws], to be written; it is filled with NaN before the call
         * @param gradient null, or [draws][D] row-major, to be written or added up; it is filled with zeros before the
         *     call
         */
        void evaluate(int draws, double[] z, double[] logP, double @Nullable [] gradient);
    }

    private final List<String> names;
    private final BlockFunction function;
    private final Quantities quantities;
    private final Pool<Scratch> scratches = new Pool<>(Scratch::new);
    /** Device failures that the function threw; exceptions are compared by identity. */
    private final Map<DeviceException, Boolean> thrown = Collections.synchronizedMap(new WeakHashMap<>());

    private HostLogJoint(List<String> names, BlockFunction function, Quantities quantities) {
        this.names = names;
        this.function = function;
        this.quantities = quantities;
    }

    /**
     * From a function of one draw, which is called for one draw after the other on the calling thread.
     *
     * @param names what the D coordinates are called, each by a name of its own
     */
    public static HostLogJoint ofDraw(List<String> names, DrawFunction function) {
        Objects.requireNonNull(function, "function is null");
        List<String> checked = checked(names);
        int dimensions = checked.size();
        Pool<double[][]> pool = new Pool<>(() -> new double[2][dimensions]); // z and the gradient of a draw
        return new HostLogJoint(
                checked,
                (draws, all, logP, gradient) -> {
                    double[][] own = pool.take();
                    try {
                        double[] z = own[0];
                        double[] slope = own[1];
                        for (int r = 0; r < draws; r++) {
                            Interrupts.check();
                            System.arraycopy(all, r * dimensions, z, 0, dimensions);
                            Arrays.fill(slope, 0);
                            logP[r] = function.evaluate(z, slope);
                            if (gradient != null) {
                                System.arraycopy(slope, 0, gradient, r * dimensions, dimensions);
                            }
                        }
                    } finally {
                        pool.giveBack(own);
                    }
                },
                Quantities.NONE);
    }

    /** From a function of a block of draws, whose answer for a draw must not depend on the others. */
    public static HostLogJoint ofBlock(List<String> names, BlockFunction function) {
        Objects.requireNonNull(function, "function is null");
        return new HostLogJoint(checked(names), function, Quantities.NONE);
    }

    /** The same with what is read of a draw beside its coordinates. */
    public HostLogJoint with(Quantities quantities) {
        return new HostLogJoint(names, function, Objects.requireNonNull(quantities, "quantities is null"));
    }

    @Override
    public Quantities quantities() {
        return quantities;
    }

    private static List<String> checked(List<String> names) {
        Objects.requireNonNull(names, "names is null");
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names is empty, but a model needs at least one parameter");
        }
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            String name = Objects.requireNonNull(names.get(i), "names[" + i + "] is null");
            Integer before = places.put(name, i);
            if (before != null) {
                throw new IllegalArgumentException("names[" + before + "] and names[" + i + "] are both '" + name
                        + "', but each parameter needs a name of its own");
            }
        }
        return List.copyOf(names);
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
    public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        to.call("log p", () -> evaluate(shape, z, logP, gradient));
    }

    @Override
    public void evaluate(DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        int draws = Math.toIntExact(shape.allDraws());
        int elements = Math.toIntExact(shape.elements());
        Scratch scratch = scratches.take();
        try {
            scratch.fit(draws, elements);
            z.read(0, scratch.floats, 0, elements);
            for (int i = 0; i < elements; i++) {
                scratch.z[i] = scratch.floats[i];
            }
            double[] slopes = gradient == null ? null : scratch.slopes;
            evaluate(draws, scratch.z, scratch.values, slopes);
            logP.write(0, scratch.values, 0, draws);
            if (gradient != null) {
                for (int i = 0; i < elements; i++) {
                    scratch.floats[i] = (float) scratch.slopes[i];
                }
                gradient.write(0, scratch.floats, 0, elements);
            }
        } finally {
            scratches.giveBack(scratch);
        }
    }

    /**
     * The function itself, on the host and in float64 throughout.
     *
     * @param draws how many draws there are; the arrays may be longer
     * @param z [draws][D] row-major
     * @param logP [draws], written
     * @param gradient null, or [draws][D] row-major, written
     */
    public void evaluate(int draws, double[] z, double[] logP, double @Nullable [] gradient) {
        Arrays.fill(logP, 0, draws, Double.NaN);
        if (gradient != null) {
            Arrays.fill(gradient, 0, draws * names.size(), 0);
        }
        try {
            function.evaluate(draws, z, logP, gradient);
        } catch (DeviceException e) {
            thrown.put(e, true);
            throw e;
        }
    }

    /** Whether the function threw this exception, so that it is not a failure of the device that a fit runs on. */
    public boolean threw(DeviceException e) {
        return thrown.containsKey(e);
    }

    /** The arrays of a call, which grow. */
    private static final class Scratch {
        float[] floats = {};
        double[] z = {};
        double[] values = {};
        double[] slopes = {};

        void fit(int draws, int elements) {
            if (z.length < elements) {
                floats = new float[elements];
                z = new double[elements];
                slopes = new double[elements];
            }
            if (values.length < draws) {
                values = new double[draws];
            }
        }
    }

    /** Memory for each call that is under way, not for each thread; no garbage after the first calls. */
    private static final class Pool<T> {
        private final ArrayDeque<T> unused = new ArrayDeque<>();
        private final Supplier<T> make;

        Pool(Supplier<T> make) {
            this.make = make;
        }

        T take() {
            T taken;
            synchronized (unused) {
                taken = unused.poll();
            }
            return taken == null ? make.get() : taken;
        }

        void giveBack(T item) {
            synchronized (unused) {
                unused.push(item);
            }
        }
    }
}
