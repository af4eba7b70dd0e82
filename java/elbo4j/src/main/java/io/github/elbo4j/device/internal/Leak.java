package io.github.elbo4j.device.internal;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * Whether something that must be closed has been. If the collector finds that it was forgotten, the log says so, with the
 * place that made it; what it held is not given back for the caller.
 */
public final class Leak {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final Pattern INSIDE = Pattern.compile(
            "io\\.github\\.elbo4j\\.((device|scalar|simd|cuda)\\..*|Devices(\\$.*)?|model\\.StanModel)");

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
        report = new Report(System.getLogger(kind.getName()), what + " was never closed; " + made + " at " + site());
        cleanable = CLEANER.register(owner, report);
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
    private static String site() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(
                                frame -> !INSIDE.matcher(frame.getClassName()).matches()
                                        && !frame.getMethodName().equals("allocate")
                                        && !frame.getMethodName().equals("<init>"))
                        .findFirst()
                        .map(Object::toString)
                        .orElse("an unknown place"));
    }

    /** What the cleaner runs; it must not refer to the owner. */
    private static final class Report implements Runnable {
        private final System.Logger log;
        private final String words;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Report(System.Logger log, String words) {
            this.log = log;
            this.words = words;
        }

        @Override
        public void run() {
            if (!closed.get()) {
                log.log(System.Logger.Level.WARNING, words);
            }
        }
    }
}
