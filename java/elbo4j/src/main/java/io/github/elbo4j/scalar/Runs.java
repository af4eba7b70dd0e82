package io.github.elbo4j.scalar;

import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Shape;

/** Work items that are a block of coordinates of one run of draws of one problem. */
final class Runs {
    private Runs() {}

    private static int blocks(Shape shape) {
        return Kernel.ceilDiv(shape.dimensions(), RowSum.TILE);
    }

    static int count(Shape shape) {
        return shape.problems() * ElboOps.runs(shape.draws()) * blocks(shape);
    }

    static int problem(Shape shape, int item) {
        return item / (ElboOps.runs(shape.draws()) * blocks(shape));
    }

    private static int run(Shape shape, int item) {
        return item / blocks(shape) % ElboOps.runs(shape.draws());
    }

    static int firstDimension(Shape shape, int item) {
        return item % blocks(shape) * RowSum.TILE;
    }

    /** The first draw of the run, counted from the shape's own first. */
    static int firstDraw(Shape shape, int item) {
        return run(shape, item) * ElboOps.RUN;
    }

    static int lastDraw(Shape shape, int item) {
        return Math.min(shape.draws(), firstDraw(shape, item) + ElboOps.RUN);
    }

    /** Where the run's sums begin in {@code runs[B][all runs][width]}. */
    static int offset(Shape shape, int item, int length, int width) {
        return offset(shape, problem(shape, item), run(shape, item), length, width);
    }

    /** As above, for a run counted from the shape's own first. */
    static int offset(Shape shape, int problem, int run, int length, int width) {
        int allRuns = length / (shape.problems() * width);
        return (problem * allRuns + shape.firstDraw() / ElboOps.RUN + run) * width;
    }
}
