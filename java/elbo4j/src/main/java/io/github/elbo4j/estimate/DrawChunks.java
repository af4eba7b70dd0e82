package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Runner;

/**
 * The draws of a batch, cut into chunks that a workspace limit can hold. A chunk holds whole runs of 64 draws, and what is
 * computed of a draw does not depend on the others, so the cut changes no bit.
 */
final class DrawChunks {
    private final int problems;
    private final int draws;
    private final DrawBlock[] shapes;

    /**
     * @param floatsPerDraw what a draw takes in the workspace
     */
    DrawChunks(int problems, int draws, int dimensions, long floatsPerDraw, long workspaceBytes) {
        this.problems = problems;
        this.draws = draws;
        long bytesPerRun = (long) ElboOps.DRAWS_PER_RUN * problems * Math.max(1, floatsPerDraw) * Float.BYTES;
        long addressable = Integer.MAX_VALUE / ElboOps.DRAWS_PER_RUN / Math.max(1, problems);
        long runs = Math.max(1, Math.min(Math.min(workspaceBytes / bytesPerRun, ElboOps.runs(draws)), addressable));
        int chunk = (int) Math.min(draws, runs * ElboOps.DRAWS_PER_RUN);
        shapes = new DrawBlock[(int) (((long) draws + chunk - 1) / chunk)];
        for (int w = 0; w < shapes.length; w++) {
            int first = w * chunk;
            shapes[w] = new DrawBlock(problems, Math.min(chunk, draws - first), dimensions, 0, first, 0);
        }
    }

    int count() {
        return shapes.length;
    }

    DrawBlock shape(int chunk) {
        return shapes[chunk];
    }

    /** The largest chunk, which is the first. */
    DrawBlock largest() {
        return shapes[0];
    }

    /** Whether one chunk holds all draws, so that a chunk's buffer [B][S] is the buffer of all. */
    boolean single() {
        return shapes.length == 1;
    }

    /** Copies a chunk's values [B][chunk] into those [B][S] of all draws. */
    void gather(Runner to, int chunk, Buffer part, Buffer all) {
        to.run(new MathOps.Scale(1, Matrix.of(part, problems, shapes[chunk].draws()), false, place(chunk, all)));
    }

    /** The way back: copies a chunk's values out of those of all draws. */
    void scatter(Runner to, int chunk, Buffer all, Buffer part) {
        to.run(new MathOps.Scale(1, place(chunk, all), false, Matrix.of(part, problems, shapes[chunk].draws())));
    }

    private Matrix place(int chunk, Buffer all) {
        DrawBlock shape = shapes[chunk];
        return new Matrix(all, shape.firstDraw(), problems, shape.draws(), draws, 1);
    }
}
