package io.github.elbo4j.device;

import java.io.Serializable;

/**
 * A block of draws: how many problems, draws and dimensions it has, and the address of its first element. Arrays over a
 * block are row-major, {@code z[B][S][D]} with D fastest; the address only says which random numbers belong to it.
 *
 * <p>Blocks that tile a larger one produce, together, exactly its numbers.
 *
 * @param problems B, the problems in the batch
 * @param draws S, the draws of each problem
 * @param dimensions D, the coordinates of each draw
 * @param firstProblem the address b of the block's first problem
 * @param firstDraw the address s of its first draw
 * @param firstDimension the address d of its first coordinate
 */
public record DrawBlock(int problems, int draws, int dimensions, int firstProblem, int firstDraw, int firstDimension)
        implements Serializable {
    public DrawBlock {
        notNegative("problems", problems);
        notNegative("draws", draws);
        notNegative("dimensions", dimensions);
        notNegative("firstProblem", firstProblem);
        notNegative("firstDraw", firstDraw);
        notNegative("firstDimension", firstDimension);
        inRange("problems", (long) firstProblem + problems);
        inRange("draws", (long) firstDraw + draws);
        inRange("dimensions", (long) firstDimension + dimensions);
    }

    /** The block of B problems, S draws and D dimensions that begins at address (0, 0, 0). */
    public static DrawBlock of(int problems, int draws, int dimensions) {
        return new DrawBlock(problems, draws, dimensions, 0, 0, 0);
    }

    /** The same extents at another address. */
    public DrawBlock at(int problem, int draw, int dimension) {
        return new DrawBlock(problems, draws, dimensions, problem, draw, dimension);
    }

    /** The draws of all problems as draws of one problem: for densities that are the same for every problem. */
    public DrawBlock flat() {
        return of(1, Math.toIntExact(allDraws()), dimensions);
    }

    /** B·S, the rows of {@code z}, which is also the length of {@code logP[B][S]}. */
    public long allDraws() {
        return (long) problems * draws;
    }

    /** B·D, the length of {@code mu[B][D]}. */
    public long parameters() {
        return (long) problems * dimensions;
    }

    /**
     * B·S·D, the length of {@code z[B][S][D]}.
     *
     * @throws IllegalArgumentException if it is more than a long holds
     */
    public long elements() {
        if (dimensions > 0 && allDraws() > Long.MAX_VALUE / dimensions) {
            throw new IllegalArgumentException(problems + " problems of " + draws + " draws of " + dimensions
                    + " dimensions are more elements than a long counts");
        }
        return allDraws() * dimensions;
    }

    private static void notNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be 0 or more");
        }
    }

    private static void inRange(String name, long end) {
        if (end > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + " end at address " + end + ", but addresses end at 2^31 - 1");
        }
    }
}
