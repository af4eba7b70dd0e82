package io.github.elbo4j.scalar;

/**
 * A worker's own memory, kept between launches: arrays that grow to the largest size asked for, and a sum. Slots 0 to 7 are
 * {@link NormalKernel}'s while it makes a block; the others belong to the running kernel.
 */
public final class WorkerMemory {
    private float[][] floats = new float[32][0];
    private int[][] ints = new int[8][0];
    private double[][] doubles = new double[4][0];
    private float[][] rows = new float[0][0];
    private long[][] longs = new long[2][0];

    /** The sum along a row that the running kernel is at. */
    public final RowSum sum = new RowSum();

    /** The sums over tiles that the running kernel is at. */
    final TileSums tiles = new TileSums();

    /** Short rows of normals, those that begin with the first coordinates apart from those that begin with others. */
    public final NormalsAhead[] ahead = {new NormalsAhead(), new NormalsAhead()};

    /** Short rows of normals, beside each other. */
    final NormalsBeside beside = new NormalsBeside();

    /** Scrambled points, those of the first dimensions apart from those of others. */
    final SobolPoints[] sobol = {new SobolPoints(), new SobolPoints()};

    /** The block of elementwise code that the running kernel is at. */
    final ElementwiseBlock block = new ElementwiseBlock();

    /** An array of at least {@code length} floats; it holds what its last user left. */
    public float[] floats(int slot, int length) {
        if (floats[slot].length < length) {
            floats[slot] = new float[Math.max(length, RowSum.TILE)];
        }
        return floats[slot];
    }

    /** As {@link #floats}. */
    public int[] ints(int slot, int length) {
        if (ints[slot].length < length) {
            ints[slot] = new int[Math.max(length, RowSum.TILE)];
        }
        return ints[slot];
    }

    /** As {@link #floats}. */
    public double[] doubles(int slot, int length) {
        if (doubles[slot].length < length) {
            doubles[slot] = new double[length];
        }
        return doubles[slot];
    }

    /** As {@link #floats}. */
    public long[] longs(int slot, int length) {
        if (longs[slot].length < length) {
            longs[slot] = new long[length];
        }
        return longs[slot];
    }

    /** At least {@code count} arrays of {@code length} floats; always asked for with the same length. */
    public float[][] rows(int count, int length) {
        if (rows.length < count) {
            rows = new float[count][length];
        }
        return rows;
    }
}
