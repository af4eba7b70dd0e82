package io.github.elbo4j.cuda;

import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Stage;

/**
 * How the elements of a stage are shared out to threads; kernels/elementwise.cu has the words.
 *
 * @param elements of a thread at a time: 16 or 4
 * @param threads of a block
 * @param sums how many outputs sum
 * @param outer rows that are not summed over
 * @param inner elements of a sum; 1 where nothing is summed
 * @param height the distance of a thread's rows, where its elements are of different rows
 * @param lanes of a column
 * @param fast draws beside each other in a block
 * @param width columns of a block
 * @param batches of a lane
 * @param columns of the grid
 */
record ElementwiseLayout(
        int elements,
        int threads,
        int sums,
        int outer,
        int inner,
        int height,
        int tiles,
        int lanes,
        int fast,
        int width,
        int batches,
        long columns) {
    static final int MANY = 16;
    static final int FEW = 4;

    private static final int WARP = 32;
    /** Floats of shared memory, as in the kernel. */
    private static final int MEMORY = 12288;
    /** Columns that a thread takes before the block waits and folds. */
    private static final int MOST_TURNS = 4;
    /** Draws that fill a sector of memory, 32 bytes. */
    private static final int SECTOR = 8;

    /**
     * @param slots that the code takes
     * @param many from how many elements on a thread has 16 of different rows
     */
    static ElementwiseLayout of(Stage stage, int draws, int slots, long many) {
        int sums = (int) stage.outputs().stream()
                .filter(output -> output.effect() != Effect.STORE)
                .count();
        int rows = stage.e0() * stage.e1() * stage.e2();
        int outer = sums == 0 ? rows : (int) stage.outer();
        int inner = sums == 0 ? 1 : (int) stage.inner();
        Shape shape = new Shape(draws, slots, sums, outer, inner);
        // A lane's elements are one thread's anyhow, but less than 16 are slow where 16 could be. Where there is no
        // room for
        // blocks of 64 threads, too few would run at once.
        int ofLane = shape.ofLane();
        if (ofLane == 1 ? (long) rows * draws >= many : ofLane >= MANY) {
            for (int fast = Math.min(draws, SECTOR); fast > 0; fast /= 2) {
                for (int threads = Grid.THREADS; threads > WARP; threads /= 2) {
                    if (shape.fits(MANY, threads, fast)) {
                        return shape.layout(MANY, threads, fast);
                    }
                }
            }
        }
        // 4 elements always fit: a value in a slot waits for an instruction, which takes at most 3, so that 96
        // instructions
        // have fewer than 75 that wait at once; 32 threads have room for 84 beside the sums of 12 outputs.
        for (int fast = Math.max(1, Math.min(draws, SECTOR)); ; fast = Math.max(1, fast / 2)) {
            for (int threads = Grid.THREADS; threads >= WARP; threads /= 2) {
                if (shape.fits(FEW, threads, fast)) {
                    return shape.layout(FEW, threads, fast);
                }
            }
        }
    }

    private record Shape(int draws, int slots, int sums, int outer, int inner) {
        int lanes() {
            return Math.max(1, Math.min(inner, WARP));
        }

        /** Elements of a lane in a tile. */
        int ofLane() {
            return Math.max(1, (Math.min(inner, Grid.TILE) + WARP - 1) / WARP);
        }

        /** Whether slots and the lanes' sums fit in shared memory. */
        boolean fits(int elements, int threads, int fast) {
            return fit(elements, threads, width(threads, fast));
        }

        private boolean fit(int elements, int threads, int width) {
            int sumsOfColumn = lanes() * (ofLane() == 1 ? elements : 1);
            return slots * elements * threads + sums * sumsOfColumn * width <= MEMORY;
        }

        /** Where there are columns enough, a thread takes several, one after the other, before their sums are folded. */
        private int widest(int elements, int threads, int fast, long columns) {
            int width = width(threads, fast);
            for (int times = 2; times <= MOST_TURNS && sums > 0; times *= 2) {
                int wider = 2 * width;
                if (!Grid.isFilledBy(columns / wider) || !fit(elements, threads, wider)) {
                    break;
                }
                width = wider;
            }
            return width;
        }

        /** Columns of a block. */
        int width(int threads, int fast) {
            return fast * Math.max(1, threads / (lanes() * fast));
        }

        ElementwiseLayout layout(int elements, int threads, int fast) {
            boolean across = ofLane() == 1;
            int height = across ? (int) Grid.ceilDiv(outer, elements) : outer;
            int tiles = Math.max(1, (int) Grid.tilesOf(inner));
            int batches = across ? 1 : (ofLane() + elements - 1) / elements;
            long columns = (long) height * tiles * draws;
            return new ElementwiseLayout(
                    elements,
                    threads,
                    sums,
                    outer,
                    inner,
                    height,
                    tiles,
                    lanes(),
                    fast,
                    widest(elements, threads, fast, columns),
                    batches,
                    columns);
        }
    }
}
