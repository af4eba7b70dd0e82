package io.github.elbo4j.scalar;

import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Output;
import java.util.Arrays;

/**
 * An output that sums (or takes the greatest of) the inner rows, each draw by itself. The lanes of a tile are [32][draws], so that
 * a row, and rows that neighbour each other, are added in one loop; element number j of the sum goes to lane j mod 32 of tile j/1024.
 */
final class Reduction implements Step {
    private static final float[] ZEROS = new float[ElementwiseBlock.SIZE];
    private static final float[] LEAST = new float[ElementwiseBlock.SIZE];

    static {
        Arrays.fill(LEAST, Float.NEGATIVE_INFINITY);
    }

    private final Output output;
    private final RowView view;
    private final StageAxes axes;
    private final SumKernel sums;
    private final int[] factors;
    private final ElementwiseLoop take;
    private final ElementwiseLoop combine;
    private final int number;
    private final boolean greatest;
    private final long inner;
    private final int tiles;
    private final double[] tileSums; // [outer][tiles][S], where there are several

    /**
     * Writes what the output says.
     *
     * @param number which one of the stage's it is
     * @param factors the value that is summed, or two whose product it is
     * @param take the loop that takes elements in: {@code combine}, or a·b + c rounded twice
     * @param combine the loop of ADD, or of MAX
     */
    Reduction(
            Output output,
            StageAxes axes,
            int number,
            int[] factors,
            ElementwiseLoop take,
            ElementwiseLoop combine,
            SumKernel sums) {
        this.output = output;
        this.factors = factors;
        this.take = take;
        this.axes = axes;
        this.view = new RowView(output.place(), axes);
        this.number = number;
        this.combine = combine;
        this.sums = sums;
        this.greatest = output.effect() == Effect.MAX;
        this.inner = axes.inner();
        this.tiles = StageCode.tiles(inner);
        long several = tiles == 1 ? 0 : (long) axes.outer() * tiles * axes.draws();
        this.tileSums = new double[Math.toIntExact(several)];
    }

    /** Adds the block's rows, and ends the tiles that end in it. */
    @Override
    public void run(ElementwiseBlock b, WorkerMemory memory) {
        float[] x = b.arrays[factors[0]];
        int xo = b.offsets[factors[0]];
        for (int done = 0; done < b.rows; ) {
            long outer = (b.row + done) / inner;
            long j = (b.row + done) % inner;
            int inTile = (int) (j % RowSum.TILE);
            int size = (int) Math.min(RowSum.TILE, inner - (j - inTile));
            int rows = Math.min(b.rows - done, size - inTile);
            if (inner == 1) {
                put(first((int) outer, b.draw), x, xo + done * b.draws, b.draws);
            } else if (b.draws == 1 && rows == size && take == combine && !greatest) {
                b.lanes[lanes(b)] = sums.tile(x, xo + done, size, memory);
                end(b, (int) outer, (int) (j / RowSum.TILE));
            } else {
                add(b, inTile, rows, done * b.draws);
                if (inTile + rows == size) {
                    fold(b, size);
                    end(b, (int) outer, (int) (j / RowSum.TILE));
                }
            }
            done += rows;
        }
    }

    private int lanes(ElementwiseBlock b) {
        return number * RowSum.LANES * b.draws;
    }

    /** Rows of the block, from an element of it on. */
    private void add(ElementwiseBlock b, int first, int rows, int from) {
        float[] lanes = b.lanes;
        int n = b.draws;
        float[] x = b.arrays[factors[0]];
        int xo = b.offsets[factors[0]] + from;
        float[] other = b.arrays[factors[factors.length - 1]];
        int otherO = b.offsets[factors[factors.length - 1]] + from;
        for (int done = 0; done < rows; ) {
            int lane = (first + done) % RowSum.LANES;
            int count = Math.min(rows - done, RowSum.LANES - lane);
            int at = lanes(b) + lane * n;
            boolean begins = first + done < RowSum.LANES;
            float[] old = begins ? greatest ? LEAST : ZEROS : lanes;
            int oldO = begins ? 0 : at;
            int skip = done * n;
            if (take == combine) {
                combine.run(old, oldO, x, xo + skip, x, 0, lanes, at, count * n);
            } else {
                take.run(x, xo + skip, other, otherO + skip, old, oldO, lanes, at, count * n);
            }
            done += count;
        }
    }

    /** As {@link RowSum#fold}. */
    private void fold(ElementwiseBlock b, int size) {
        float[] lanes = b.lanes;
        int o = lanes(b);
        int n = size;
        for (int half = RowSum.LANES / 2; half > 0; half /= 2) {
            int end = Math.min(half, n - half);
            if (end > 0) {
                combine.run(lanes, o, lanes, o + half * b.draws, lanes, 0, lanes, o, end * b.draws);
            }
            n = Math.min(n, half);
        }
    }

    private void end(ElementwiseBlock b, int outer, int tile) {
        int o = lanes(b);
        if (tiles == 1) {
            put(first(outer, b.draw), b.lanes, o, b.draws);
            return;
        }
        int at = (outer * tiles + tile) * axes.draws() + b.draw;
        for (int s = 0; s < b.draws; s++) {
            tileSums[at + s] = b.lanes[o + s];
        }
    }

    /** Ends the sums of several tiles, of outer rows and of draws; also those of no rows. */
    void end(int fromOuter, int toOuter, int draw, int draws, RowSum sum) {
        for (int outer = fromOuter; outer < toOuter; outer++) {
            int at = first(outer, draw);
            for (int s = 0; s < draws; s++) {
                int tile = outer * tiles * axes.draws() + draw + s;
                put(at + s * view.drawStride(), greatest ? greatest(tile) : sum(tile, sum));
            }
        }
    }

    private double sum(int first, RowSum sum) {
        if (inner == 0) {
            return 0;
        }
        sum.reset();
        for (int t = 0; t < tiles; t++) {
            sum.add(tileSums[first + t * axes.draws()]);
        }
        return sum.total();
    }

    private double greatest(int first) {
        double most = Double.NEGATIVE_INFINITY;
        for (int t = 0; inner > 0 && t < tiles; t++) {
            double x = tileSums[first + t * axes.draws()];
            most = most > x || Double.isNaN(most) ? most : x;
        }
        return most;
    }

    /** Where the result of an outer row is, at a draw. */
    private int first(int outer, int draw) {
        return axes.atOuter(view, outer, draw);
    }

    /** Puts the results of neighbouring draws: those of one tile, or its only element, which then stands for its sum. */
    private void put(int at, float[] x, int xo, int draws) {
        int step = view.drawStride();
        if (output.effect() == Effect.ADD_SUM) {
            double[] target = view.doubles();
            double scale = output.scale();
            for (int s = 0; s < draws; s++) {
                target[at + s * step] = Math.fma(scale, x[xo + s] + 0f, target[at + s * step]);
            }
            return;
        }
        float[] target = view.array();
        for (int s = 0; s < draws; s++) {
            target[at + s * step] = x[xo + s] + 0f;
        }
    }

    private void put(int at, double value) {
        switch (output.effect()) {
            case SUM -> view.array()[at] = (float) value;
            case MAX -> view.array()[at] = (float) value + 0f;
            case ADD_SUM -> {
                double[] target = view.doubles();
                target[at] = Math.fma(output.scale(), value, target[at]);
            }
            case STORE -> throw new IllegalStateException("an output that is stored sums nothing");
        }
    }
}
