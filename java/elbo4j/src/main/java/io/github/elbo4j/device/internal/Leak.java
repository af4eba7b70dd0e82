package io.github.elbo4j.device.internal;

import java.lang.ref.Cleaner;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether something that must be closed has been. If the collector finds that it was forgotten, the log says so, with the
 * place that made it; what it held is not given back for the caller.
 */
public final class Leak {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final Pattern INSIDE = Pattern.compile(
            "io\\.github\\.elbo4j\\.((device|scalar|simd|cuda)\\..*|Devices(\\$.*)?|model\\.StanModel)");
    /** Whether a class is inside: buffers are made many times a fit, by few classes. */
    private static final Map<String, Boolean> KNOWN = new ConcurrentHashMap<>();

    private final Report report;
    private final Cleaner.Cleanable cleanable;

    /**
     * Watches an object, which keeps this one.
     *
     * @param owner what must be closed
     * @param kind names the logger
     * @param what in words
     * @param made such as {@code allocated}
     */
    public Leak(Object owner, Class<?> kind, String what, String made) {
        this(owner, kind, () -> what, made);
    }

    /** @param what in words, which are only asked for if it was forgotten; it must not refer to the owner */
    public Leak(Object owner, Class<?> kind, Supplier<String> what, String made) {
        report = new Report(kind, what, made, site());
        cleanable = CLEANER.register(owner, report);
    }

    private static boolean isInside(String name) {
        return KNOWN.computeIfAbsent(name, n -> INSIDE.matcher(n).matches());
    }

    public boolean isClosed() {
        return report.closed.get();
    }

    /** True the first time. */
    public boolean close() {
        boolean first = report.closed.compareAndSet(false, true);
        if (first) {
            cleanable.clean();
        }
        return first;
    }

    /** The caller of what makes devices, buffers and models. */
    private static StackWalker.@Nullable StackFrame site() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !isInside(frame.getClassName())
                                && !frame.getMethodName().equals("allocate")
                                && !frame.getMethodName().equals("<init>"))
                        .findFirst()
                        .orElse(null));
    }

    /** What the cleaner runs; it must not refer to the owner. */
    private static final class Report implements Runnable {
        private final Class<?> kind;
        private final Supplier<String> what;
        private final String made;
        private final StackWalker.@Nullable StackFrame site;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Report(Class<?> kind, Supplier<String> what, String made, StackWalker.@Nullable StackFrame site) {
            this.kind = kind;
            this.what = what;
            this.made = made;
            this.site = site;
        }

        @Override
        public void run() {
            if (!closed.get()) {
                String at = site == null ? "an unknown place" : site.toString();
                System.getLogger(kind.getName())
                        .log(System.Logger.Level.WARNING, what.get() + " was never closed; " + made + " at " + at);
            }
        }
    }
}
