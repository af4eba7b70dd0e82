package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Buffers;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Shape;

/**
 * The draws of a batch, cut into waves that a workspace limit can hold. A wave holds whole runs of 64 draws, and what is
 * computed of a draw does not depend on the others, so the cut changes no bit.
 */
final class Waves {
    private final Ops ops;
    private final int problems;
    private final int draws;
    private final Shape[] shapes;
    private final Matrix one;

    /**
     * @param own whose owner gives back what waves need
     * @param floatsPerDraw what a draw takes in the workspace
     */
    Waves(Buffers own, int problems, int draws, int dimensions, long floatsPerDraw, long workspaceBytes) {
        this.ops = own.device().ops();
        this.problems = problems;
        this.draws = draws;
        long bytesPerRun = (long) ElboOps.RUN * problems * Math.max(1, floatsPerDraw) * Float.BYTES;
        long addressable = Integer.MAX_VALUE / ElboOps.RUN / Math.max(1, problems);
        long runs = Math.max(1, Math.min(Math.min(workspaceBytes / bytesPerRun, ElboOps.runs(draws)), addressable));
        int wave = (int) Math.min(draws, runs * ElboOps.RUN);
        shapes = new Shape[(int) (((long) draws + wave - 1) / wave)];
        for (int w = 0; w < shapes.length; w++) {
            int first = w * wave;
            shapes[w] = new Shape(problems, Math.min(wave, draws - first), dimensions, 0, first, 0);
        }
        one = Matrix.of(own.copyOf(new float[] {1}), 1, 1);
    }

    int count() {
        return shapes.length;
    }

    Shape shape(int wave) {
        return shapes[wave];
    }

    /** The largest wave, which is the first. */
    Shape largest() {
        return shapes[0];
    }

    /** Whether one wave holds all draws, so that a wave's buffer [B][S] is the buffer of all. */
    boolean single() {
        return shapes.length == 1;
    }

    /** Copies a wave's log-densities [B][wave] into those [B][S] of all draws. */
    void gather(int wave, Buffer part, Buffer all) {
        Shape shape = shapes[wave];
        Matrix place = new Matrix(all, shape.firstDraw(), problems, shape.draws(), draws, 1);
        ops.scale(1, Matrix.of(part, problems, shape.draws()), false, place);
    }

    /** The way back of float32 values: copies a wave's out of those of all draws. */
    void scatter(int wave, Buffer all, Buffer part) {
        Shape shape = shapes[wave];
        for (int b = 0; b < problems; b++) {
            ops.gemm(columnOfAll(all, b, shape), one, false, column(part, b, shape));
        }
    }

    private static Matrix column(Buffer part, int problem, Shape shape) {
        return new Matrix(part, (long) problem * shape.draws(), shape.draws(), 1, 1, 1);
    }

    private Matrix columnOfAll(Buffer all, int problem, Shape shape) {
        return new Matrix(all, (long) problem * draws + shape.firstDraw(), shape.draws(), 1, 1, 1);
    }
}
