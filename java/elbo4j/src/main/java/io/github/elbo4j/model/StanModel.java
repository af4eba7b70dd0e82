package io.github.elbo4j.model;

import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.device.internal.Leak;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Stan model that <a href="https://roualdes.github.io/bridgestan/">BridgeStan</a> 2.0 or later has compiled to a shared
 * library, with its data. It needs JDK 22 or later, which calls such libraries ({@code java.lang.foreign}).
 *
 * <pre>{@code
 * try (StanModel model = StanModel.open(Path.of("schools_model.so"), Path.of("schools.json"), 0)) {
 *     FitResult fit = Sgvi.builder().build().fit(device, model.logJoint());
 * }
 * }</pre>
 *
 * <p>What is fitted are Stan's unconstrained parameters: log p has all constants and the Jacobian of the constraints, so
 * the ELBO bounds the log evidence. {@link #constrain} leads back to the parameters of the program. Draws are evaluated
 * one after the other, and one call at a time, since a library is safe for several threads only if it was compiled for
 * them. What a program prints goes to the standard output of the process.
 */
public final class StanModel implements AutoCloseable {
    /** {@code .1.2} behind a name. */
    private static final Pattern INDEXES = Pattern.compile("((?:\\.\\d+)+)(?![\\w.])");

    private final Path library;
    private final MethodHandle destruct; // void (long model)
    private final MethodHandle
            logDensity; // int (long model, boolean propto, boolean jacobian, long z, long lp, long error)
    private final MethodHandle logDensityGradient; // … long lp, long gradient, long error)
    private final MethodHandle
            paramConstrain; // int (long model, boolean tp, boolean gq, long z, long x, long rng, long error)
    private final MethodHandle freeError; // void (long message)
    private final String name;
    private final Leak leak;
    private final List<String> constrainedNames;
    private final HostLogJoint logJoint;

    // Memory that the library reads and writes, under the lock of this object.
    private final Doubles z;
    private final Doubles gradient;
    private final Doubles constrained;
    private final Doubles value;
    private final Pointer error = new Pointer();
    private long model; // 0 once closed
    private @Nullable String rejection;

    /**
     * Loads a model and gives it its data.
     *
     * @param library what BridgeStan compiled, such as {@code schools_model.so}
     * @param data a file with the data in JSON, in the format of CmdStan; null for a program without data
     * @param seed of random numbers in the program's block {@code transformed data}
     * @throws UnsupportedOperationException on a JDK before 22, or one that was told to deny native access
     * @throws IllegalArgumentException if the file is not such a library, or Stan refuses the data; the message has its
     *     reason
     */
    public static StanModel open(Path library, @Nullable Path data, int seed) {
        ForeignLibrary.requireJdk(Runtime.version().feature());
        String json = data == null ? "" : text(data);
        return new StanModel(library, load(library), data == null ? "no data" : "the data in " + data, json, seed);
    }

    private StanModel(Path file, ForeignLibrary functions, String data, String json, int seed) {
        library = file;
        MethodHandle construct;
        MethodHandle nameOf;
        MethodHandle namesOf;
        MethodHandle unconstrainedNamesOf;
        try {
            construct = functions.function("bs_model_construct", long.class, long.class, int.class, long.class);
            destruct = functions.function("bs_model_destruct", void.class, long.class);
            freeError = functions.function("bs_free_error_msg", void.class, long.class);
            nameOf = functions.function("bs_name", long.class, long.class);
            namesOf = functions.function("bs_param_names", long.class, long.class, boolean.class, boolean.class);
            unconstrainedNamesOf = functions.function("bs_param_unc_names", long.class, long.class);
            logDensity = functions.function(
                    "bs_log_density",
                    int.class,
                    long.class,
                    boolean.class,
                    boolean.class,
                    long.class,
                    long.class,
                    long.class);
            logDensityGradient = functions.function(
                    "bs_log_density_gradient",
                    int.class,
                    long.class,
                    boolean.class,
                    boolean.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class);
            paramConstrain = functions.function(
                    "bs_param_constrain",
                    int.class,
                    long.class,
                    boolean.class,
                    boolean.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + ": it is not a Stan model that BridgeStan 2.0 or later has compiled", e);
        }
        try {
            model = construct(construct, json, seed, error);
            if (model == 0) {
                throw new IllegalArgumentException(file + " refuses " + data + ": " + message());
            }
            name = ForeignLibrary.string((long) nameOf.invokeExact(model));
            leak = new Leak(this, StanModel.class, "Stan model " + name, "opened");
            constrainedNames = names(ForeignLibrary.string((long) namesOf.invokeExact(model, false, false)));
            List<String> names = names(ForeignLibrary.string((long) unconstrainedNamesOf.invokeExact(model)));
            if (names.isEmpty()) {
                close();
                throw new IllegalArgumentException(file + ": the model " + name + " has no parameters to fit");
            }
            z = new Doubles(names.size());
            gradient = new Doubles(names.size());
            constrained = new Doubles(constrainedNames.size());
            value = new Doubles(1);
            logJoint = HostLogJoint.ofBlock(names, this::evaluate)
                    .with(Quantities.instead(names.size(), constrainedNames, this::constrainedOrNaN));
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static long construct(MethodHandle function, String json, int seed, Pointer error) throws Throwable {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        ByteBuffer text = memory(bytes.length + 1); // a zero ends it
        text.put(0, bytes);
        try {
            return (long) function.invokeExact(ForeignLibrary.address(text), seed, error.address());
        } finally {
            Reference.reachabilityFence(text);
        }
    }

    private static ForeignLibrary load(Path library) {
        if (!Files.isRegularFile(library)) {
            throw new IllegalArgumentException(
                    Files.exists(library) ? library + " is no file" : "there is no file " + library);
        }
        if (library.toString().endsWith(".stan")) {
            throw new IllegalArgumentException(
                    library + " is the source of a Stan model: compile it with BridgeStan (in Python"
                            + " bridgestan.compile_model, or its make), and name the library that this makes");
        }
        try {
            if (isLinuxButNotElf(library)) {
                throw new IllegalArgumentException("it is no ELF file");
            }
            return new ForeignLibrary(library.toAbsolutePath());
        } catch (IllegalArgumentException | IOException e) {
            throw new IllegalArgumentException(
                    library + " cannot be loaded: it is no shared library for this machine ("
                            + System.getProperty("os.name") + ", " + System.getProperty("os.arch")
                            + "), or one that it needs is missing",
                    e);
        }
    }

    /** Java warns, in words that do not help, where it is made to load such a file. */
    private static boolean isLinuxButNotElf(Path library) throws IOException {
        if (!System.getProperty("os.name").equals("Linux")) {
            return false;
        }
        try (InputStream in = Files.newInputStream(library)) {
            return !Arrays.equals(in.readNBytes(4), new byte[] {0x7f, 'E', 'L', 'F'});
        }
    }

    private static String text(Path data) {
        try {
            return Files.readString(data);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the data in " + data + ": " + e, e);
        }
    }

    /** As a program writes them: {@code theta.1.2} is {@code theta[1,2]}. */
    static List<String> names(String commaSeparated) {
        return commaSeparated.isEmpty()
                ? List.of()
                : Arrays.stream(commaSeparated.split(","))
                        .map(each -> INDEXES.matcher(each)
                                .replaceAll(indexes ->
                                        "[" + indexes.group().substring(1).replace('.', ',') + "]"))
                        .toList();
    }

    /** The name of the program. */
    public String name() {
        return name;
    }

    /**
     * log p of the unconstrained parameters, and its gradient, as long as this model is open. Where Stan refuses to evaluate,
     * log p is −∞ and its gradient NaN; {@link #rejection} says why.
     */
    public HostLogJoint logJoint() {
        return logJoint;
    }

    /** What the parameters of the program are called, such as {@code theta[1]}. */
    public List<String> constrainedNames() {
        return constrainedNames;
    }

    private double[] constrainedOrNaN(double[] unconstrained) {
        try {
            return constrain(unconstrained);
        } catch (IllegalArgumentException e) {
            double[] none = new double[constrained.length];
            Arrays.fill(none, Double.NaN);
            return none;
        }
    }

    /**
     * The parameters of the program at unconstrained ones.
     *
     * @param unconstrained a draw, [D]
     * @return their values, in the order of {@link #constrainedNames}
     * @throws IllegalArgumentException if Stan refuses to evaluate there
     */
    public synchronized double[] constrain(double[] unconstrained) {
        Objects.requireNonNull(unconstrained, "unconstrained is null");
        if (unconstrained.length != z.length) {
            throw new IllegalArgumentException(
                    "unconstrained has " + unconstrained.length + " elements, but " + name + " has " + z.length);
        }
        requireOpen();
        z.memory.put(0, unconstrained);
        try {
            int failed = (int) paramConstrain.invokeExact(
                    model, false, false, z.address, constrained.address, 0L, error.address());
            if (failed != 0) {
                throw new IllegalArgumentException(name + " at " + Arrays.toString(unconstrained) + ": " + message());
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw unexpected(e);
        }
        double[] values = new double[constrained.length];
        constrained.memory.get(0, values);
        return values;
    }

    /**
     * What Stan said of the latest draw that it refused to evaluate, such as that a scale parameter is not positive; null if
     * there was none. A search for a start and the lines along which a verdict looks go far out, so a fit may be good
     * although a draw was refused.
     */
    public synchronized @Nullable String rejection() {
        return rejection;
    }

    private synchronized void evaluate(int draws, double[] all, double[] logP, double @Nullable [] gradients) {
        requireOpen();
        int n = z.length;
        for (int r = 0; r < draws; r++) {
            Interrupts.check();
            z.memory.put(0, all, r * n, n);
            if (evaluated(gradients != null)) {
                logP[r] = value.memory.get(0);
                if (gradients != null) {
                    gradient.memory.get(0, gradients, r * n, n);
                }
            } else {
                rejection = message();
                logP[r] = Double.NEGATIVE_INFINITY;
                if (gradients != null) {
                    Arrays.fill(gradients, r * n, (r + 1) * n, Double.NaN);
                }
            }
        }
    }

    /** Evaluates at z; false if Stan refuses. Constants are kept (not {@code propto}), and the Jacobian is added. */
    private boolean evaluated(boolean withGradient) {
        try {
            int failed = withGradient
                    ? (int) logDensityGradient.invokeExact(
                            model, false, true, z.address, value.address, gradient.address, error.address())
                    : (int) logDensity.invokeExact(model, false, true, z.address, value.address, error.address());
            return failed == 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private void requireOpen() {
        if (model == 0) {
            throw new IllegalStateException("the Stan model " + name + " (" + library + ") is closed");
        }
    }

    /** What the library says of its latest failure; frees it. */
    private String message() {
        long text = error.take();
        if (text == 0) {
            return "it gives no reason";
        }
        String words = ForeignLibrary.string(text).strip();
        try {
            freeError.invokeExact(text);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        return words;
    }

    /** A handle throws nothing but what Java itself throws, such as an error for want of memory. */
    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(e);
    }

    /** Gives the model's memory back. Its log-joint must not be used any more. */
    @Override
    public synchronized void close() {
        if (leak.close()) {
            long open = model;
            model = 0;
            try {
                destruct.invokeExact(open);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }
    }

    private static ByteBuffer memory(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** An array that the library sees. */
    private static final class Doubles {
        final int length;
        final DoubleBuffer memory; // keeps what lies at the address
        final long address;

        Doubles(int length) {
            ByteBuffer bytes = memory(Math.multiplyExact(length, Double.BYTES));
            this.length = length;
            memory = bytes.asDoubleBuffer();
            address = ForeignLibrary.address(bytes);
        }
    }

    /** A pointer that the library writes. */
    private static final class Pointer {
        private final LongBuffer memory;
        private final long address;

        Pointer() {
            ByteBuffer bytes = memory(Long.BYTES);
            memory = bytes.asLongBuffer();
            address = ForeignLibrary.address(bytes);
        }

        long address() {
            return address;
        }

        /** What was written since the last time; 0 if nothing was. */
        long take() {
            long written = memory.get(0);
            memory.put(0, 0);
            return written;
        }
    }
}
