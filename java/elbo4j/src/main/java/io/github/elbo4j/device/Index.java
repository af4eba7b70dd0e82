package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/**
 * A whole number that an operation needs when it runs, {@code base + times · counter[at]}: a fixed one, or one that is
 * counted in device memory, so that a {@link Program} which runs again does the next step without an argument.
 *
 * @param counter null, or INT32
 */
public record Index(long base, long times, @Nullable Buffer counter, int at) {
    public Index {
        ArgumentChecks.notNegative("at", at);
    }

    /** A number that does not change. */
    public static Index of(long value) {
        return new Index(value, 0, null, 0);
    }

    /** Element {@code at} of a counter. */
    public static Index counted(Buffer counter, int at) {
        return new Index(0, 1, ArgumentChecks.present("counter", counter), at);
    }

    /** Its value at this moment; of one that is counted, when all work given to the device is done. */
    public long now() {
        if (counter == null) {
            return base;
        }
        int[] value = new int[1];
        counter.read(at, value, 0, 1);
        return base + times * value[0];
    }

    /** A multiple of this one. */
    public Index by(long factor) {
        return new Index(base * factor, times * factor, counter, at);
    }

    /** So much more. */
    public Index plus(long more) {
        return new Index(base + more, times, counter, at);
    }

    /** Whether it does not change. */
    public boolean isFixed() {
        return counter == null;
    }

    /** Refuses a fixed one that is negative. */
    void notNegative(String name) {
        if (counter == null) {
            ArgumentChecks.notNegative(name, base);
        }
    }
}
