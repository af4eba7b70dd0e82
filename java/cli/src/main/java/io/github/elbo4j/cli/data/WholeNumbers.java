package io.github.elbo4j.cli.data;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/** Whether numbers are whole and each comes once, as those of an index do: a bit for each, unless they are negative or huge. */
final class WholeNumbers {
    private static final int MOST_BITS = 1 << 28;

    private final BitSet small = new BitSet();
    private final Set<Double> others = new HashSet<>(0);
    private boolean distinct = true;

    void add(double value) {
        if (!distinct) {
            return;
        }
        if (value != Math.rint(value)) {
            distinct = false;
        } else if (value >= 0 && value < MOST_BITS) {
            distinct = !small.get((int) value);
            small.set((int) value);
        } else {
            distinct = others.add(value);
        }
    }

    /** Whether all were. */
    boolean distinct() {
        return distinct;
    }
}
