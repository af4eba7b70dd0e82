package io.github.elbo4j.infer;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what was opened, the last first. */
final class Closer implements AutoCloseable {
    /** What can be closed without an exception to catch. */
    interface Quiet extends AutoCloseable {
        @Override
        void close();
    }

    private final Deque<Quiet> opened = new ArrayDeque<>();

    void add(Quiet last) {
        opened.push(last);
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
