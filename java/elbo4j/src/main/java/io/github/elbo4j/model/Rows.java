package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Index;
import org.jspecify.annotations.Nullable;

/**
 * The observations that a likelihood sums over: all of them, or {@code index[first … first+count−1]}.
 *
 * @param index null for all observations in order; or an INT32 buffer of row numbers
 * @param first where the rows begin in {@code index}; other rows at each step where it is counted
 * @param count how many there are
 */
public record Rows(@Nullable Buffer index, Index first, int count) {
    /** All {@code count} observations. */
    public static Rows all(int count) {
        return new Rows(null, Index.of(0), count);
    }
}
