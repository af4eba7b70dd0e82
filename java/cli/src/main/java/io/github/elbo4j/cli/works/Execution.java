package io.github.elbo4j.cli.works;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A work on a device, ready to be executed again and again: its memory is there, and the result of one execution was
 * right, so that a wrong fast path cannot be reported.
 */
public abstract class Execution implements AutoCloseable {
    static final Key KEY = new Key(20_261_121);

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private @Nullable Device opened;
    private Work.Size size = Work.Size.NORMAL;
    private boolean oneByOne;

    /** One of the seven works, not ready yet. */
    public static Execution of(Work work) {
        return switch (work) {
            case W1 -> new NormalWork();
            case W2, W6 -> new GaussianWork(work);
            case W3 -> new LogisticWork();
            case W4 -> new MeanFieldWork();
            case W5 -> new KlWork();
            case W7 -> new FusedWork();
        };
    }

    /** Executes it, with a result that says that all of it was done: on a GPU it is only then there. */
    public abstract Object step();

    /** Allocates and fills its memory. */
    abstract void prepare(Device on);

    /** Executes it and compares the result with a simple expectation. */
    abstract void check();

    /**
     * Makes it ready.
     *
     * @param launches whether a step's operations are run one by one, to compare with a program
     * @throws IllegalStateException if a result is wrong; the message says what
     */
    public final void open(Device on, Work.Size of, boolean launches) {
        opened = on;
        size = of;
        oneByOne = launches;
        try {
            prepare(on);
            check();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Of which size it is. */
    final Work.Size size() {
        return size;
    }

    final DrawBlock shape(Work work) {
        return work.shape(size);
    }

    final boolean oneByOne() {
        return oneByOne;
    }

    /** Closed at the end, the last first. */
    final <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    /** Waits for the device. */
    final Buffer done(Buffer result) {
        Objects.requireNonNull(opened).synchronize();
        return result;
    }

    /** Frees its memory; the device stays open. */
    @Override
    public final void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a resource of a work cannot be closed", e);
            }
        }
    }
}
