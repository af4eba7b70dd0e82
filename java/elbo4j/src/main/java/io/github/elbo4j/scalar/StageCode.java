package io.github.elbo4j.scalar;

import java.util.List;

/**
 * A stage, ready to be interpreted: what is to be done with each block, in order. Its rows come in units: a tile of what is summed,
 * or an outer row; units may be taken in any order, by any thread, and so may draws.
 */
final class StageCode {
    private final StageAxes axes;
    private final Step[] loads;
    private final Step[] steps;
    private final Reduction[] reductions;
    private final List<float[]> constants;
    private final int firstConstant;
    private final int values;
    private final int registers;
    private final double costOfElement;
    private final int outer;
    private final long inner;
    private final int tiles;

    /**
     * As {@link StageCompiler} makes it.
     *
     * @param loads of inputs whose rows are all the same: once for all blocks
     * @param constants a block of each
     * @param firstConstant the number of the first constant's value
     * @param values how many there are, each with a number below
     */
    StageCode(
            StageAxes axes,
            List<Step> loads,
            List<Step> steps,
            List<Reduction> reductions,
            List<float[]> constants,
            int firstConstant,
            int values,
            int registers,
            double costOfElement) {
        this.axes = axes;
        this.loads = loads.toArray(new Step[0]);
        this.steps = steps.toArray(new Step[0]);
        this.reductions = reductions.toArray(new Reduction[0]);
        this.constants = constants;
        this.firstConstant = firstConstant;
        this.values = values;
        this.registers = registers;
        this.costOfElement = costOfElement;
        this.outer = axes.outer();
        this.inner = axes.inner();
        this.tiles = tiles(inner);
    }

    /** Of a sum of n elements. */
    static int tiles(long n) {
        return (int) Math.max(1, (n + RowSum.TILE - 1) / RowSum.TILE);
    }

    int units() {
        return Math.multiplyExact(outer, tiles);
    }

    int rowsOfUnit() {
        return (int) Math.max(1, Math.min(inner, RowSum.TILE));
    }

    /** Elementary steps of everything. */
    long cost() {
        return (long) (costOfElement * outer * inner * axes.draws());
    }

    /** Whether {@link #end} has something to do when all units are done. */
    boolean ends() {
        return reductions.length > 0 && (tiles > 1 || inner == 0);
    }

    int outer() {
        return outer;
    }

    int draws() {
        return axes.draws();
    }

    /** Ends the sums of some outer rows and draws. */
    void end(int fromOuter, int toOuter, int draw, int draws, WorkerMemory memory) {
        for (Reduction reduction : reductions) {
            reduction.end(fromOuter, toOuter, draw, draws, memory.sum);
        }
    }

    /** Does some units at some draws, of which there is room for at most a block's elements. */
    void run(int fromUnit, int toUnit, int draw, int draws, WorkerMemory memory) {
        long row = firstRow(fromUnit);
        long end = firstRow(toUnit);
        if (row == end) {
            return;
        }
        ElementwiseBlock b = memory.block;
        int most = (int) Math.min(end - row, rowsOfBlock(draws));
        b.registers(registers, most * draws);
        b.lanes(reductions.length * RowSum.LANES * draws);
        b.draw = draw;
        b.draws = draws;
        for (int i = 0; i < constants.size(); i++) {
            b.arrays[firstConstant + i] = constants.get(i);
            b.offsets[firstConstant + i] = 0;
        }
        axes.begin(b, row, most);
        for (Step load : loads) {
            load.run(b, memory);
        }
        while (row < end) {
            axes.begin(b, row, (int) Math.min(end - row, most));
            for (Step step : steps) {
                step.run(b, memory);
            }
            row += b.rows;
        }
        b.forget(values);
    }

    /** Whole sums where they are short, so that few end in the middle of a block. */
    private int rowsOfBlock(int draws) {
        int most = Math.max(1, ElementwiseBlock.SIZE / draws);
        return axes.reduces() && inner < most ? (int) (most / inner * inner) : most;
    }

    private long firstRow(int unit) {
        return unit / tiles * inner + (long) (unit % tiles) * RowSum.TILE;
    }
}
