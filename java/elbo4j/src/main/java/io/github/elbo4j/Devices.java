package io.github.elbo4j;

import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.scalar.HostDevice;
import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lists, chooses and explains the devices of this machine.
 *
 * <p>A device is named by what is in the machine, {@code cuda}, {@code simd} or {@code scalar}; or asked for by purpose:
 * {@code cpu} (simd, else scalar) or {@code auto} (cuda, else cpu). A device that is <i>absent</i> (no driver, no vector
 * module) is passed over; one that is there but <i>broken</i> makes the call fail, as does a named one that cannot open.
 * Results do not depend on the device.
 */
public final class Devices {
    /** System property that limits the threads of devices opened without a number; the default is every processor. */
    public static final String THREADS_PROPERTY = "elbo4j.threads";

    /** The least step, in numbers made or read, for which {@code auto} takes cuda. */
    public static final long CUDA_STEP = 1 << 18;

    /** The least step, in numbers made or read, for which {@code auto} and {@code cpu} take simd at a cold start. */
    public static final long SIMD_STEP = 1 << 17;

    private static final Pattern GPU = Pattern.compile("cuda:(\\d{1,3})");
    private static final String CUDA_DEVICE = "io.github.elbo4j.cuda.CudaDevice";
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private Devices() {}

    /**
     * Whether a device opens on this machine, and why not.
     *
     * @param name {@code cuda}, {@code simd} or {@code scalar}
     * @param opens whether it does
     * @param words its description if it opens, else the reason and what to do
     * @param notes a line for each optional part of it that is not there
     */
    public record Status(String name, boolean opens, String words, List<String> notes) {
        public Status {
            notes = List.copyOf(notes);
        }
    }

    /**
     * A device together with the reason why it was chosen.
     *
     * @param device the caller closes it
     * @param reason in words
     */
    public record Choice(Device device, String reason) {}

    /** Every device that elbo4j knows, best first, each tried. */
    public static List<Status> list() {
        List<Status> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            String absent;
            try {
                absent = kind.absent();
            } catch (DeviceException e) {
                absent = e.getMessage();
            }
            if (absent != null) {
                all.add(new Status(kind.label, false, absent, List.of()));
                continue;
            }
            try (Device device = kind.open(Request.of(kind.label))) {
                all.add(new Status(kind.label, true, device.description(), kind.notes()));
            } catch (DeviceException e) {
                all.add(new Status(kind.label, false, String.valueOf(e.getMessage()), List.of()));
            }
        }
        return all;
    }

    /**
     * What is asked for.
     *
     * @param name {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:1} (the second GPU, and so on), {@code simd} or {@code
     *     scalar}
     * @param threads how many threads a CPU device uses, the caller's included; 1 or more
     * @param arithmetic {@link Arithmetic#FAST} needs cuda
     * @param rng all but {@link Rng#PHILOX} need cuda
     * @param stepSize how many numbers a step of the work makes or reads, for {@code auto} to choose by; 0 if that is not known
     * @param cold whether the work is all that a virtual machine does that has just started, as a command's is: vector code
     *     is compiled late, so that a short work is done sooner without it
     */
    public record Request(String name, int threads, Arithmetic arithmetic, Rng rng, long stepSize, boolean cold)
            implements Serializable {
        public Request {
            Objects.requireNonNull(name, "name is null");
            Objects.requireNonNull(arithmetic, "arithmetic is null");
            Objects.requireNonNull(rng, "rng is null");
            if (threads < 1) {
                throw new IllegalArgumentException("threads is " + threads + ", but must be 1 or more");
            }
        }

        /** A device by its name, with {@link #defaultThreads}, exact. */
        public static Request of(String name) {
            return new Request(name, defaultThreads(), Arithmetic.EXACT, Rng.PHILOX, 0, false);
        }

        public Request withThreads(int threads) {
            return new Request(name, threads, arithmetic, rng, stepSize, cold);
        }

        public Request withArithmetic(Arithmetic arithmetic) {
            return new Request(name, threads, arithmetic, rng, stepSize, cold);
        }

        public Request withRng(Rng rng) {
            return new Request(name, threads, arithmetic, rng, stepSize, cold);
        }

        public Request withStepSize(long stepSize) {
            return new Request(name, threads, arithmetic, rng, stepSize, cold);
        }

        public Request withColdStart() {
            return new Request(name, threads, arithmetic, rng, stepSize, true);
        }

        /** Whether only a GPU can do it. */
        private boolean needsCuda() {
            return arithmetic != Arithmetic.EXACT || rng != Rng.PHILOX;
        }

        private List<Kind> candidates() {
            List<Kind> kinds = switch (GPU.matcher(name).matches() ? "cuda" : name) {
                case "auto" -> needsCuda() ? List.of(Kind.CUDA) : List.of(Kind.CUDA, Kind.SIMD, Kind.SCALAR);
                case "cpu" -> List.of(Kind.SIMD, Kind.SCALAR);
                case "cuda" -> List.of(Kind.CUDA);
                case "simd" -> List.of(Kind.SIMD);
                case "scalar" -> List.of(Kind.SCALAR);
                default ->
                    throw new IllegalArgumentException("there is no device '" + name
                            + "'; choose auto, cpu, cuda (or cuda:1 and so on), simd or scalar");
            };
            if (needsCuda() && !kinds.contains(Kind.CUDA)) {
                String asked = arithmetic != Arithmetic.EXACT ? "arithmetic " + arithmetic : "rng " + rng;
                throw new IllegalArgumentException(asked.toLowerCase(Locale.ROOT)
                                .replace('_', '-') + " needs the device cuda, but the device is '" + name + "'");
            }
            return kinds;
        }

        /** Why a step is too small for what is there; null if it is not. */
        private @Nullable String tooSmallFor(Kind kind) {
            long least = kind == Kind.CUDA ? CUDA_STEP : kind == Kind.SIMD && cold ? SIMD_STEP : 0;
            if (stepSize <= 0 || stepSize >= least) {
                return null;
            }
            String why = kind == Kind.SIMD ? ": its code would be compiled when the work is done" : "";
            return "a step of " + stepSize + " numbers is too small for it" + why + ", " + least + " are enough ("
                    + kind.label + " takes it by name)";
        }

        private int ordinal() {
            Matcher numbered = GPU.matcher(name);
            return numbered.matches() ? Integer.parseInt(numbered.group(1)) : 0;
        }
    }

    /** {@link #open(String, int)} with {@link #THREADS_PROPERTY}'s threads, or one a processor. */
    public static Device open(String name) {
        return choose(Request.of(name)).device();
    }

    /** The device of {@link #choose}. */
    public static Device open(String name, int threads) {
        return choose(Request.of(name).withThreads(threads)).device();
    }

    /**
     * Opens a device and says why it is this one.
     *
     * <p>{@code auto} passes cuda over if a step is known to be smaller than {@link #CUDA_STEP}: a CPU has then done it
     * before a GPU has been told of all its parts. At a {@linkplain Request#cold cold} start, {@code auto} and {@code cpu} pass
     * simd over if a step is known to be smaller than {@link #SIMD_STEP}.
     *
     * @throws IllegalArgumentException if there is no device of this name, or if it cannot be what is asked for
     * @throws AbsentDeviceException if the named device is absent
     * @throws DeviceException if one that was tried is broken
     */
    public static Choice choose(Request request) {
        Objects.requireNonNull(request, "request is null");
        List<Kind> candidates = request.candidates();
        String name = request.name();
        StringBuilder passedOver = new StringBuilder();
        for (Kind kind : candidates) {
            boolean only = candidates.size() == 1;
            String absent = kind.absent();
            if (absent == null && !only) {
                absent = request.tooSmallFor(kind);
            }
            if (absent == null) {
                String reason = only
                        ? "it was asked for"
                        : passedOver.isEmpty() ? "the first choice of '" + name + "'" : passedOver.toString();
                return new Choice(kind.open(request), reason);
            }
            if (only) {
                String instead = request.needsCuda() ? "; without fast arithmetic and cuRAND, a CPU does it too" : "";
                throw new AbsentDeviceException("device '" + name + "' cannot open: " + absent
                        + (instead.isEmpty() ? "; choose cpu or auto instead" : instead));
            }
            passedOver
                    .append(passedOver.isEmpty() ? "" : "; ")
                    .append("no ")
                    .append(kind.label)
                    .append(": ");
            passedOver.append(absent);
        }
        throw new AssertionError("scalar always opens");
    }

    /** The threads of {@link #THREADS_PROPERTY}, else the processors of this machine. */
    public static int defaultThreads() {
        String text = System.getProperty(THREADS_PROPERTY);
        if (text == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int threads = Integer.parseInt(text.trim());
            if (threads >= 1) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "the system property " + THREADS_PROPERTY + " is '" + text + "', but must be a number of 1 or more");
    }

    private enum Kind {
        CUDA("cuda") {
            @Override
            @Nullable
            String absent() {
                return (String) call(CUDA_DEVICE, "absent");
            }

            @Override
            List<String> notes() {
                return List.of((String[]) Objects.requireNonNull(call(CUDA_DEVICE, "notes")));
            }

            @Override
            Device open(Request request) {
                return (Device) Objects.requireNonNull(
                        call(CUDA_DEVICE, "open", request.ordinal(), request.arithmetic(), request.rng()));
            }
        },
        SIMD("simd") {
            @Override
            @Nullable
            String absent() {
                return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()
                        ? null
                        : "the Java module " + VECTOR_MODULE + " is not loaded; start java with --add-modules "
                                + VECTOR_MODULE;
            }

            @Override
            Device open(Request request) {
                return (Device)
                        Objects.requireNonNull(call("io.github.elbo4j.simd.SimdDevice", "open", request.threads()));
            }
        },
        SCALAR("scalar") {
            @Override
            @Nullable
            String absent() {
                return null;
            }

            @Override
            Device open(Request request) {
                return HostDevice.scalar(request.threads());
            }
        };

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /**
         * Null if the device may be opened, else why it is not there.
         *
         * @throws DeviceException if it is there and broken
         */
        abstract @Nullable String absent();

        abstract Device open(Request request);

        List<String> notes() {
            return List.of();
        }

        /** By name only: a machine without the vector module or JCuda must still load this class. */
        private static @Nullable Object call(String className, String method, Object... arguments) {
            Class<?>[] types = new Class<?>[arguments.length];
            Arrays.setAll(types, i -> arguments[i] instanceof Integer ? int.class : arguments[i].getClass());
            try {
                return Class.forName(className).getMethod(method, types).invoke(null, arguments);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof DeviceException broken) {
                    throw broken;
                }
                throw new DeviceException(className + " could not be opened: " + e.getCause(), e);
            } catch (ReflectiveOperationException | LinkageError e) {
                throw new DeviceException(className + " could not be loaded: " + e, e);
            }
        }
    }
}
