package io.github.elbo4j.scalar;

/**
 * Short rows of normals of neighbouring draws of one problem that a worker has made, the rows of a group beside each other. The
 * operations of a step, which all ask for the same ones, find them here after the first. Normals are a function of their
 * address, so it makes no difference who made them.
 */
final class NormalsBeside {
    /** Coordinates of a row. */
    static final int MOST = 32;

    /** Below so many rows most lanes would idle. */
    private static final int LEAST = 16;
    /** Groups that are kept: with short rows they stay in the first-level cache. */
    private static final int GROUPS = 8;

    private final Group[] groups = new Group[GROUPS];

    /** One of them. */
    private static final class Group {
        final float[] values = new float[MOST * NormalKernel.TOGETHER]; // coordinate i of row l at i·TOGETHER + l
        long seed;
        int step;
        int b;
        int s;
        int first;
        int dims;
        int rows; // 0: nothing is here

        boolean isOf(long seed, int step, int b, int s, int first, int dims, int rows) {
            return rows <= this.rows
                    && dims <= this.dims
                    && s == this.s
                    && step == this.step
                    && b == this.b
                    && seed == this.seed
                    && first == this.first;
        }
    }

    /** Whether rows are short, and so many and so placed, that they are made beside each other. */
    static boolean suits(int rows, int first, int dims) {
        return rows >= LEAST && rows <= NormalKernel.TOGETHER && dims <= MOST && first % 4 == 0;
    }

    /**
     * Normals that {@link #suits suit}, made if they are not here.
     *
     * @param first the first coordinate
     * @return coordinate first + i of row s + l at {@code i·TOGETHER + l}; to be read only, and before others are asked for
     */
    float[] of(
            NormalKernel normals,
            long seed,
            int step,
            int b,
            int s,
            int rows,
            int first,
            int dims,
            WorkerMemory memory) {
        int slot = Math.floorMod(s / NormalKernel.TOGETHER, GROUPS);
        Group group = groups[slot];
        if (group == null) {
            group = new Group();
            groups[slot] = group;
        }
        if (!group.isOf(seed, step, b, s, first, dims, rows)) {
            group.rows = 0; // nothing, unless all are made
            normals.beside(seed, step, b, s, rows, first >>> 2, dims, group.values, memory);
            group.seed = seed;
            group.step = step;
            group.b = b;
            group.s = s;
            group.first = first;
            group.dims = dims;
            group.rows = rows;
        }
        return group.values;
    }
}
