package io.github.elbo4j.scalar;

import io.github.elbo4j.device.DrawBlock;

/** Work items that are groups of neighbouring draws of one problem: what belongs to the problem is prepared once. */
final class Groups {
    /** Elements of a group: long enough that preparing a problem's parameters costs little beside it. */
    private static final int ELEMENTS = 16_384;

    private Groups() {}

    private static int size(DrawBlock shape) {
        return Math.max(1, Math.min(64, ELEMENTS / Math.max(1, shape.dimensions())));
    }

    private static int perProblem(DrawBlock shape) {
        return HostKernel.ceilDiv(shape.draws(), size(shape));
    }

    static int count(DrawBlock shape) {
        return Math.multiplyExact(shape.problems(), perProblem(shape));
    }

    static int problem(DrawBlock shape, int item) {
        return item / perProblem(shape);
    }

    static int firstDraw(DrawBlock shape, int item) {
        return item % perProblem(shape) * size(shape);
    }

    static int lastDraw(DrawBlock shape, int item) {
        return Math.min(shape.draws(), firstDraw(shape, item) + size(shape));
    }
}
