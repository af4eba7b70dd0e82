package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/**
 * A real number that an operation needs when it runs: a fixed one, or element {@code row} of a table in device memory that
 * the host has written for some steps ahead, in float64 and by {@code StrictMath}. An operation that computes in float32
 * rounds it.
 *
 * @param table null, or FLOAT64
 * @param row of the table; ignored without one
 */
public record Scalar(double value, @Nullable Buffer table, Index row) {
    /** A number that does not change. */
    public static Scalar of(double value) {
        return new Scalar(value, null, Index.of(0));
    }

    /** An element of a table. */
    public static Scalar lookedUp(Buffer table, Index row) {
        return new Scalar(Double.NaN, ArgumentChecks.present("table", table), row);
    }

    /** Whether it does not change. */
    public boolean isFixed() {
        return table == null;
    }

    /** Refuses a fixed one that is NaN. */
    void notNaN(String name) {
        if (table == null && Double.isNaN(value)) {
            throw new IllegalArgumentException(name + " is NaN");
        }
    }
}
