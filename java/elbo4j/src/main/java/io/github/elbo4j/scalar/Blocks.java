package io.github.elbo4j.scalar;

/** A launch over a vector. One work item is a block of at most 1024 neighbouring elements. */
final class Blocks extends HostKernel {
    private static final int BLOCK = RowSum.TILE;

    private final int length;
    private final Body body;

    /** What is done with a block. */
    interface Body {
        /** Elements o … o+n−1. */
        void run(int o, int n, WorkerMemory memory);
    }

    /**
     * Over the first {@code length} elements.
     *
     * @param cost the elementary steps of all of them together
     */
    Blocks(long length, long cost, Body body) {
        super(ceilDiv((int) length, BLOCK), cost);
        this.length = (int) length;
        this.body = body;
    }

    @Override
    protected void run(int from, int to, WorkerMemory memory) {
        for (int item = from; item < to; item++) {
            int o = item * BLOCK;
            body.run(o, Math.min(BLOCK, length - o), memory);
        }
    }
}
