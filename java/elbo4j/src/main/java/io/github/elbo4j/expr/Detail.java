package io.github.elbo4j.expr;

import io.github.elbo4j.device.Key;
import java.util.Locale;

/** What an expression is made of besides its operands. */
final class Detail {
    private Detail() {}

    /** What data and parameters are called, and what any other value is. */
    static String name(Expr e) {
        return switch (e.primitive()) {
            case CONSTANT -> String.valueOf(e.detail());
            case DATA -> e.detail() instanceof Data data ? data.name() : "rows of a minibatch";
            case PARAMETER -> e.detail(Slot.class).name();
            case NORMALS -> e.detail(Normals.class).name();
            default -> e.primitive().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }

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
