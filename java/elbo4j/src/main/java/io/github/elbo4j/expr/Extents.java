package io.github.elbo4j.expr;

import java.util.Arrays;

/** The extents of a value besides the draws: at most three axes, which broadcast from the right as in NumPy. */
final class Extents {
    static final int[] SCALAR = {};
    /** Axes that a value may have. */
    static final int MOST = 3;

    private Extents() {}

    /** Refuses those of more axes. */
    static void check(int[] extents) {
        if (extents.length > MOST) {
            throw new IllegalArgumentException("a value of " + words(extents) + " has " + extents.length + " axes, but "
                    + MOST + " is the most besides the draws");
        }
    }

    static int size(int[] extents) {
        int size = 1;
        for (int extent : extents) {
            size = Math.multiplyExact(size, extent);
        }
        return size;
    }

    /** The extents of an elementwise result; null if they do not fit. */
    static int @org.jspecify.annotations.Nullable [] broadcast(int[] a, int[] b) {
        int[] result = new int[Math.max(a.length, b.length)];
        for (int i = 1; i <= result.length; i++) {
            int left = i <= a.length ? a[a.length - i] : 1;
            int right = i <= b.length ? b[b.length - i] : 1;
            if (left != right && left != 1 && right != 1) {
                return null;
            }
            result[result.length - i] = left == 1 ? right : left;
        }
        return result;
    }

    /** How far neighbours along an axis are from each other, row-major. */
    static int stride(int[] extents, int axis) {
        int stride = 1;
        for (int i = axis + 1; i < extents.length; i++) {
            stride *= extents[i];
        }
        return stride;
    }

    /** How a value of {@code from} is read along the axes of {@code to}: row-major steps, 0 where it repeats. */
    static int[] steps(int[] from, int[] to) {
        int[] steps = new int[to.length];
        int step = 1;
        for (int i = 1; i <= from.length; i++) {
            int extent = from[from.length - i];
            steps[to.length - i] = extent == 1 ? 0 : step;
            step *= extent;
        }
        return steps;
    }

    /** Without one axis. */
    static int[] without(int[] extents, int axis) {
        int[] rest = new int[extents.length - 1];
        System.arraycopy(extents, 0, rest, 0, axis);
        System.arraycopy(extents, axis + 1, rest, axis, rest.length - axis);
        return rest;
    }

    /** With another extent on one axis. */
    static int[] with(int[] extents, int axis, int extent) {
        int[] result = extents.clone();
        result[axis] = extent;
        return result;
    }

    /** Of a matrix whose rows are all axes but the last: how many there are. */
    static int matrixRows(int[] extents) {
        return size(Arrays.copyOf(extents, extents.length - 1));
    }

    /** And how many columns. */
    static int matrixColumns(int[] extents) {
        return extents[extents.length - 1];
    }

    static String words(int[] extents) {
        return extents.length == 0 ? "a scalar" : Arrays.toString(extents);
    }
}
