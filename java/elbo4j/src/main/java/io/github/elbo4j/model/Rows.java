package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.expr.RowBatch;
import org.jspecify.annotations.Nullable;

/**
 * The observations that a likelihood sums over: all of them, or {@code index[first … first+count−1]}.
 *
 * @param index null for all observations in order; or an INT32 buffer of row numbers
 * @param first where the rows begin in {@code index}; other rows at each step where it is counted
 * @param count how many there are
 * @param batch null for all observations; else the same rows for expressions, with their levels
 */
public record Rows(
        @Nullable Buffer index,
        Index first,
        int count,
        @Nullable RowBatch batch) {
    /** All {@code count} observations. */
    public static Rows all(int count) {
        return new Rows(null, Index.of(0), count, null);
    }
}
