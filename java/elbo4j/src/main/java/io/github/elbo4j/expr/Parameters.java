package io.github.elbo4j.expr;

import java.util.ArrayList;
import java.util.List;

/** The coordinates of a draw z, handed out in order: each parameter is a slice of them, on the whole real line. */
public final class Parameters {
    private final List<Expr> slots = new ArrayList<>();
    private int dimensions;

    /** None yet. */
    public Parameters() {}

    /** The next coordinates, as many as the extents have elements. */
    public Expr add(String name, int... extents) {
        Expr slot = Leaves.parameter(name, dimensions, extents);
        dimensions = Math.addExact(dimensions, slot.size());
        slots.add(slot);
        return slot;
    }

    /** D. */
    public int dimensions() {
        return dimensions;
    }

    List<Expr> slots() {
        return slots;
    }
}
