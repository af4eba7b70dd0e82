package io.github.elbo4j.scalar;

import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;

/** Which run of 64 draws, and which block of its coordinates, a work item has. */
final class RunItems {
    private RunItems() {}

    private static int blocks(DrawBlock shape) {
        return HostKernel.ceilDiv(shape.dimensions(), RowSum.TILE);
    }

    static int count(DrawBlock shape) {
        return shape.problems() * ElboOps.runs(shape.draws()) * blocks(shape);
    }

    static int problem(DrawBlock shape, int item) {
        return item / (ElboOps.runs(shape.draws()) * blocks(shape));
    }

    private static int run(DrawBlock shape, int item) {
        return item / blocks(shape) % ElboOps.runs(shape.draws());
    }

    static int firstDimension(DrawBlock shape, int item) {
        return item % blocks(shape) * RowSum.TILE;
    }

    /** The first draw of the run, counted from the shape's own first. */
    static int firstDraw(DrawBlock shape, int item) {
        return run(shape, item) * ElboOps.DRAWS_PER_RUN;
    }

    static int lastDraw(DrawBlock shape, int item) {
        return Math.min(shape.draws(), firstDraw(shape, item) + ElboOps.DRAWS_PER_RUN);
    }

    /** Where the run's sums begin in {@code runs[B][all runs][width]}. */
    static int offset(DrawBlock shape, int item, int length, int width) {
        return offset(shape, problem(shape, item), run(shape, item), length, width);
    }

    /** As above, for a run counted from the shape's own first. */
    static int offset(DrawBlock shape, int problem, int run, int length, int width) {
        int allRuns = length / (shape.problems() * width);
        return (problem * allRuns + shape.firstDraw() / ElboOps.DRAWS_PER_RUN + run) * width;
    }
}
