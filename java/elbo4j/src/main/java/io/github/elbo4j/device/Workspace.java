package io.github.elbo4j.device;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory that programs need while they run and that holds nothing between two runs, so that they may share it: what one
 * {@link Recorder} has taken, the next may take again. For programs that do not run at the same time.
 */
public final class Workspace implements AutoCloseable {
    private final Resources all;
    private final List<Buffer> free = new ArrayList<>();

    /** None yet. */
    public Workspace(Device device) {
        all = new Resources(device);
    }

    Device device() {
        return all.device();
    }

    /** The smallest that is free and large enough, or a new one; of any content. */
    Buffer take(ElementType type, long length) {
        Buffer best = null;
        for (Buffer buffer : free) {
            boolean fits = buffer.type() == type && buffer.length() >= length;
            if (fits && (best == null || buffer.length() < best.length())) {
                best = buffer;
            }
        }
        if (best == null) {
            return all.allocate(type, length);
        }
        free.remove(best);
        return best;
    }

    void giveBack(List<Buffer> taken) {
        free.addAll(taken);
    }

    /** Gives the memory back; no program that was recorded with it may run any more. */
    @Override
    public void close() {
        free.clear();
        all.close();
    }
}
