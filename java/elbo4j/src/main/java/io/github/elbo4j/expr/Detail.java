package io.github.elbo4j.expr;

import io.github.elbo4j.device.Key;

/** What an expression is made of besides its operands. */
final class Detail {
    private Detail() {}

    /** Values of a data leaf. */
    record Data(String name, double[] values) {}

    /** A slice of z: the coordinates from {@code offset} on. */
    record Slot(String name, int offset) {}

    /**
     * Standard normals at the addresses {@code (key, step, b, s, d)}: b is the row's number, s and d those of the element along the
     * other axes.
     */
    record Normals(String name, Key key) {}

    /** Elements of an axis. */
    record Part(int axis, int from, int to) {}

    /** Which of two matrices are read as their transposes. */
    record Transposed(boolean left, boolean right) {}

    /** Along which axis, and whether from its end. */
    record Along(int axis, boolean reverse) {}
}
