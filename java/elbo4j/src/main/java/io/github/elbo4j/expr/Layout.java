package io.github.elbo4j.expr;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the elements of a view are among those of its base, a leaf or something computed: element (i, j, …) is number {@code
 * offset + i·steps[0] + j·steps[1] + …} of the base, row-major.
 */
record Layout(Expr base, int offset, int[] steps) {
    /** Of an expression; null if it must be copied, because no steps lead through it. */
    static @Nullable Layout of(Expr e) {
        if (!e.primitive().isView()) {
            return new Layout(e, 0, Extents.steps(e.ownExtents(), e.ownExtents()));
        }
        Expr x = e.operands().get(0);
        Layout under = of(x);
        if (under == null) {
            return null;
        }
        return switch (e.primitive()) {
            case SLICE -> {
                Detail.Part part = e.detail(Detail.Part.class);
                yield new Layout(under.base, under.offset + part.from() * under.steps[part.axis()], under.steps);
            }
            case TRANSPOSE -> new Layout(under.base, under.offset, new int[] {under.steps[1], under.steps[0]});
            case BROADCAST -> new Layout(under.base, under.offset, under.repeated(x.ownExtents(), e.ownExtents()));
            default -> under.reshaped(x.ownExtents(), e.ownExtents());
        };
    }

    /** The steps along wider extents, 0 where it repeats. */
    int[] repeated(int[] from, int[] to) {
        int[] wider = new int[to.length];
        for (int i = 1; i <= from.length; i++) {
            wider[to.length - i] = from[from.length - i] == 1 ? 0 : steps[from.length - i];
        }
        return wider;
    }

    private @Nullable Layout reshaped(int[] from, int[] to) {
        if (isDense(from)) {
            return new Layout(base, offset, Extents.steps(to, to));
        }
        int[] kept = Arrays.stream(from).filter(extent -> extent != 1).toArray();
        if (!Arrays.equals(kept, Arrays.stream(to).filter(extent -> extent != 1).toArray())) {
            return null;
        }
        int[] moved = new int[to.length];
        int at = 0;
        for (int i = 0; i < to.length; i++) {
            if (to[i] != 1) {
                while (from[at] == 1) {
                    at++;
                }
                moved[i] = steps[at++];
            }
        }
        return new Layout(base, offset, moved);
    }

    /** Whether its elements stand one after the other. */
    boolean isDense(int[] extents) {
        int[] dense = Extents.steps(extents, extents);
        for (int i = 0; i < steps.length; i++) {
            if (extents[i] != 1 && steps[i] != dense[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether its elements are those of a matrix whose rows are all but the last axis: one step leads from row to row. */
    boolean isMatrix(int[] extents) {
        return extents.length < 3 || extents[0] == 1 || extents[1] == 1 || steps[0] == extents[1] * steps[1];
    }

    /** From one row of such a matrix to the next. */
    int rowStep(int[] extents) {
        return extents.length == 3 && extents[1] == 1 ? steps[0] : steps[steps.length - 2];
    }

    /** Whether it is all of its base, in its order. */
    boolean isWhole(int[] extents) {
        return offset == 0 && base.size() == Extents.size(extents) && isDense(extents);
    }
}
