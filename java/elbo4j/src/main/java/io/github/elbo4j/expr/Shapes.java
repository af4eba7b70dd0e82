package io.github.elbo4j.expr;

import java.util.Arrays;
import java.util.List;

/** What is done along axes, or to them. Axes count from 0, or from −1 at the end. */
final class Shapes {
    private Shapes() {}

    /** Of all elements. */
    static Expr sum(Expr x) {
        Expr result = x;
        for (int axis = x.ownExtents().length - 1; axis >= 0; axis--) {
            result = result.sum(axis);
        }
        return result;
    }

    static Expr logSumExp(Expr x, int axis) {
        int along = axis(x, axis);
        // A constant as far as derivatives are concerned.
        Expr greatest = Expr.make(
                Primitive.GREATEST,
                Extents.without(x.ownExtents(), along),
                List.of(along),
                x.ofRows() && along != 0,
                x);
        Expr kept = greatest.reshape(Extents.with(x.ownExtents(), along, 1));
        return x.minus(kept).exp().sum(along).log().plus(greatest);
    }

    static Expr cumulativeSum(Expr x, int axis) {
        int along = notRows(x, axis(x, axis), "cumulativeSum");
        return Expr.make(Primitive.CUMULATIVE_SUM, x.ownExtents(), new Detail.Along(along, false), x.ofRows(), x);
    }

    static Expr at(Expr x, Levels levels) {
        int[] extents = x.ownExtents();
        if (extents.length == 0 || extents[0] != levels.count()) {
            throw new IllegalArgumentException("a value of " + Extents.words(extents) + " is indexed by " + levels
                    + ", but must have " + levels.count() + " elements along its first axis");
        }
        return Expr.make(Primitive.GATHER, Extents.with(extents, 0, levels.of().length), levels, levels.ofRows(), x);
    }

    static Expr slice(Expr x, int axis, int from, int to) {
        int along = notRows(x, axis(x, axis), "slice");
        int[] extents = x.ownExtents();
        if (from < 0 || to < from || to > extents[along]) {
            throw new IllegalArgumentException("elements " + from + " to " + to + " of axis " + axis + ", which has "
                    + extents[along] + " elements");
        }
        if (from == 0 && to == extents[along]) {
            return x;
        }
        Detail.Part part = new Detail.Part(along, from, to);
        return Expr.make(Primitive.SLICE, Extents.with(extents, along, to - from), part, x.ofRows(), x);
    }

    static Expr concatenate(int axis, Expr... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("nothing to concatenate");
        }
        int[] first = parts[0].ownExtents();
        int along = notRows(parts[0], axis(parts[0], axis), "concatenate");
        int total = 0;
        boolean ofRows = false;
        for (Expr part : parts) {
            int[] extents = part.ownExtents();
            if (extents.length != first.length
                    || !Arrays.equals(Extents.without(extents, along), Extents.without(first, along))) {
                throw new IllegalArgumentException("along axis " + axis + ", " + Extents.words(extents)
                        + " does not continue " + Extents.words(first));
            }
            total += extents[along];
            ofRows |= part.ofRows();
        }
        return parts.length == 1
                ? parts[0]
                : Expr.make(Primitive.CONCATENATE, Extents.with(first, along, total), along, ofRows, parts);
    }

    static Expr vector(Expr... elements) {
        return concatenate(
                0, Arrays.stream(elements).map(element -> element.reshape(1)).toArray(Expr[]::new));
    }

    static Expr transpose(Expr x) {
        int[] extents = x.ownExtents();
        if (extents.length != 2) {
            throw new IllegalArgumentException("transpose takes a matrix, but this is " + Extents.words(extents));
        }
        notRows(x, 0, "transpose");
        return Expr.make(Primitive.TRANSPOSE, new int[] {extents[1], extents[0]}, null, false, x);
    }

    static Expr reshape(Expr x, int... to) {
        int[] extents = x.ownExtents();
        if (Arrays.equals(extents, to)) {
            return x;
        }
        if (Extents.size(to) != Extents.size(extents)) {
            throw new IllegalArgumentException(Extents.words(extents) + " has " + Extents.size(extents)
                    + " elements, but " + Extents.words(to) + " has " + Extents.size(to));
        }
        boolean rowsStay = x.ofRows() && to.length > 0 && extents[0] == to[0];
        if (x.ofRows() && !rowsStay) {
            throw new IllegalArgumentException("the rows of the table stay the first axis, so " + Extents.words(extents)
                    + " cannot become " + Extents.words(to));
        }
        return Expr.make(Primitive.RESHAPE, to.clone(), null, rowsStay, x);
    }

    static Expr broadcastTo(Expr x, int... to) {
        if (!Arrays.equals(Extents.broadcast(x.ownExtents(), to), to)) {
            throw new IllegalArgumentException(x + " does not broadcast to " + Extents.words(to)
                    + "; from the right, each of its extents must be equal or 1");
        }
        return x.broadcast(to.clone(), x.ofRows());
    }

    /** The place of an axis, from 0. */
    static int axis(Expr x, int axis) {
        int axes = x.ownExtents().length;
        int place = axis < 0 ? axis + axes : axis;
        if (place < 0 || place >= axes) {
            throw new IllegalArgumentException(
                    "axis " + axis + " of " + Extents.words(x.ownExtents()) + ", which has " + axes + " axes");
        }
        return place;
    }

    private static int notRows(Expr x, int axis, String what) {
        if (x.ofRows() && axis == 0) {
            throw new IllegalArgumentException(what
                    + " along the rows of the table, which are independent and from which minibatches are taken; pass"
                    + " such data as an array of its own");
        }
        return axis;
    }
}
