package io.github.elbo4j.distribution;

/** Elements of a value of several axes, row-major. */
final class Elements {
    private Elements() {}

    /** How many there are along the axes from {@code first} on. */
    static int size(int[] extents, int first) {
        int size = 1;
        for (int axis = first; axis < extents.length; axis++) {
            size *= extents[axis];
        }
        return size;
    }
}
