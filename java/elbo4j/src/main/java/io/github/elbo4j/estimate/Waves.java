package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.device.Shape;

/**
 * The draws of a batch, cut into waves that a workspace limit can hold. A wave holds whole runs of 64 draws, and what is
 * computed of a draw does not depend on the others, so the cut changes no bit.
 */
final class Waves {
    private final int problems;
    private final int draws;
    private final Shape[] shapes;

    /**
     * @param floatsPerDraw what a draw takes in the workspace
     */
    Waves(int problems, int draws, int dimensions, long floatsPerDraw, long workspaceBytes) {
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

    /** Copies a wave's values [B][wave] into those [B][S] of all draws. */
    void gather(Runner to, int wave, Buffer part, Buffer all) {
        to.run(new MathOps.Scale(1, Matrix.of(part, problems, shapes[wave].draws()), false, place(wave, all)));
    }

    /** The way back: copies a wave's values out of those of all draws. */
    void scatter(Runner to, int wave, Buffer all, Buffer part) {
        to.run(new MathOps.Scale(1, place(wave, all), false, Matrix.of(part, problems, shapes[wave].draws())));
    }

    private Matrix place(int wave, Buffer all) {
        Shape shape = shapes[wave];
        return new Matrix(all, shape.firstDraw(), problems, shape.draws(), draws, 1);
    }
}
