package io.github.elbo4j.simd;

import java.util.stream.IntStream;

/**
 * How the counters in neighbouring lanes follow each other: what lane i adds to the first one's. Of each vector the even
 * lanes stand before the odd ones, as {@link NormalSimd} takes them.
 */
final class CounterWalk {
    private static final int LANES = Lanes.COUNT;

    final long[] counters;
    final long[] draws;
    final long[] problems;

    /**
     * A walk along rows.
     *
     * @param vectors how many
     * @param count counters of a row; 0: there is one row
     * @param alongProblems whether a row is the next problem's or the next draw's
     */
    CounterWalk(int vectors, int count, boolean alongProblems) {
        counters = new long[vectors * LANES];
        draws = new long[vectors * LANES];
        problems = new long[vectors * LANES];
        for (int i = 0; i < vectors * LANES; i++) {
            int at = place(i);
            counters[at] = count == 0 ? i : i % count;
            (alongProblems ? problems : draws)[at] = count == 0 ? 0 : i / count;
        }
    }

    /** Walks along rows of 1, 2, … counters, fewer than lanes; that of rows of c stands at c. */
    static CounterWalk[] byCounters(int vectors, boolean alongProblems) {
        return IntStream.range(0, LANES)
                .mapToObj(count -> new CounterWalk(vectors, count, alongProblems))
                .toArray(CounterWalk[]::new);
    }

    /** Where lane i stands. */
    static int place(int i) {
        int lane = i % LANES;
        return i - lane + lane % 2 * (LANES / 2) + lane / 2;
    }
}
