package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;

/** The blocks of a launch, and the room in the output, for kernels that sum over the draws of a run. */
final class RunBlocks {
    /** Groups of four coordinates of a block, as in kernels/runs.cuh. */
    private static final int QUADS = 16;

    private RunBlocks() {}

    /** For sumRuns of kernels/runs.cuh. */
    static long blocks(DrawBlock shape) {
        long quads = Grid.ceilDiv(shape.dimensions(), 4);
        return Grid.ceilDiv(shape.problems() * (ElboOps.runs(shape.draws()) * quads), QUADS);
    }

    /** The runs that {@code runs[B][all runs][width]} has room for. */
    static int all(Buffer runs, DrawBlock shape, long width) {
        long perRun = shape.problems() * width;
        return perRun == 0 ? 0 : (int) (runs.length() / perRun);
    }
}
