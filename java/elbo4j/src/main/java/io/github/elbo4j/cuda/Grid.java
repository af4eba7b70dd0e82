package io.github.elbo4j.cuda;

/**
 * The blocks of a launch, enough for any GPU: kernels go on in steps of the grid where there is more to do. Results do not
 * depend on it.
 */
final class Grid {
    /** Threads of a block. */
    static final int THREADS = 256;
    /** Elements of a tile, as in kernels/sum.cuh. */
    static final int TILE = 1024;

    static final int WARP = 32;
    /** Blocks from which on all multiprocessors of a large GPU have work: some 130. */
    static final long BUSY = 128;

    /** As there: rows that long are read four elements at a time. */
    private static final int QUAD_ROWS = 64;
    /** Some million threads: several times what a GPU holds at once, but few enough to share what a thread prepares. */
    static final long MOST = 4096;

    /** The most blocks of a launch; a test has fewer. */
    private static long most = MOST;

    private Grid() {}

    static void most(long blocks) {
        most = blocks;
    }

    /** A thread for each item. */
    static long threads(long items) {
        return threads(items, THREADS);
    }

    /** A thread for each item, in blocks of another size. */
    static long threads(long items, int ofBlock) {
        return Math.min(most, ceilDiv(items, ofBlock));
    }

    /** A thread for four neighbouring elements. */
    static long quads(long n) {
        return threads(ceilDiv(n, 4));
    }

    /** A warp for each item. */
    static long warps(long items) {
        return Math.min(most, ceilDiv(items, THREADS / WARP));
    }

    /** A block for each share of so many items. */
    static long shares(long items, int share) {
        return Math.min(most, ceilDiv(items, share));
    }

    /** Whether there are blocks for the largest grid, so that fewer with more work each lose nothing. */
    static boolean isFilledBy(long blocks) {
        return blocks >= most;
    }

    /** For forRows of kernels/sum.cuh. */
    static long rows(long rows, long n) {
        return n <= TILE ? shortRows(rows, n) : Math.min(most, rows);
    }

    /** For forRows of kernels/sum.cuh where rows are read four elements at a time. */
    static long quadRows(long rows, long n) {
        return n <= QUAD_ROWS ? shortRows(rows, Math.min(WARP / 4, ceilDiv(n, 4))) : rows(rows, n);
    }

    /** For forTiles of kernels/sum.cuh. */
    static long tiles(long rows, long n) {
        return n <= TILE ? shortRows(rows, n) : warps(rows * tilesOf(n));
    }

    /** Tiles of a row. */
    static long tilesOf(long n) {
        return ceilDiv(n, TILE);
    }

    /** Workspace for the tile sums of rows that are longer than a tile; 0 for short rows, which need none. */
    static long takeTiles(Cuda cuda, long rows, long n) {
        return n <= TILE ? 0 : cuda.workspace(Float.BYTES * rows * tilesOf(n));
    }

    /** Rows of at most half a warp stand beside each other in one. */
    private static long shortRows(long rows, long n) {
        int width = WARP;
        while (width > 1 && width / 2 >= n) {
            width /= 2;
        }
        return warps(ceilDiv(rows, WARP / width));
    }

    static long ceilDiv(long n, long by) {
        return n / by + (n % by == 0 ? 0 : 1);
    }
}
