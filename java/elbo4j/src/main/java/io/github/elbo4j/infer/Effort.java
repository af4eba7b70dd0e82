package io.github.elbo4j.infer;

/**
 * Draws that the stages of a fit take. Where rows are many, each draw is a pass over them, and the posterior is so near to a
 * normal that few draws say what many do; each stage goes on with more where they do not.
 *
 * @param group of a group of {@link NaturalGradient}
 * @param comparison that compare two q
 * @param finalists that judge the last few starts, and the evidence of a mode
 * @param pairs of points under which a mean-field q measures the curvature, at most
 * @param evaluation at first, of a fitted q
 */
record Effort(int group, int comparison, int finalists, int pairs, int evaluation) {
    /** Draws of a group where rows are few. */
    private static final int GROUP = 256;

    /** Groups of a round of many rows have together four times as many draws as a training step. */
    private static final int SHARE = 4;

    private static final int FEW = 256;

    /**
     * Draws where rows are few.
     *
     * @param step draws of a training step, of which a group has no fewer
     * @param evaluation draws that are asked for
     */
    static Effort usual(int step, int evaluation) {
        return new Effort(Math.max(GROUP, step), 512, 512, 8, evaluation);
    }

    /**
     * Draws where rows are many.
     *
     * @param step draws of a training step
     * @param evaluation draws at most
     * @param asked whether no fewer will do
     */
    static Effort ofManyRows(int step, int evaluation, boolean asked) {
        return new Effort(Math.max(1, step / SHARE), 64, 64, 1, asked ? evaluation : Math.min(FEW, evaluation));
    }
}
