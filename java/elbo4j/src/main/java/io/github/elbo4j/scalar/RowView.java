package io.github.elbo4j.scalar;

import io.github.elbo4j.device.ElementwiseOps.Place;
import java.util.Arrays;

/** A place, seen along the axes of a {@link StageAxes}: copies between it and dense blocks. */
final class RowView {
    /** Elements along the last axis that are not worth a call. */
    private static final int SHORT = 16;

    private final Place place;
    private final StageAxes axes;
    private final long stride0;
    private final long stride1;
    private final int stride2;
    private final int drawStride;

    RowView(Place place, StageAxes axes) {
        this.place = place;
        this.axes = axes;
        long[] strides = axes.strides(place);
        this.stride0 = strides[0];
        this.stride1 = strides[1];
        this.stride2 = Math.toIntExact(strides[2]);
        this.drawStride = axes.draws() == 1 ? 0 : Math.toIntExact(place.drawStride());
    }

    /** Whether every row is the same. */
    boolean isOneRow() {
        return stride0 == 0 && stride1 == 0 && stride2 == 0;
    }

    int drawStride() {
        return drawStride;
    }

    float[] array() {
        return HostKernel.floats(place.buffer());
    }

    double[] doubles() {
        return HostKernel.doubles(place.buffer());
    }

    /** Where the element of a row's draw is. */
    int at(int i0, int i1, int i2, int draw) {
        return (int) (place.offset() + i0 * stride0 + i1 * stride1 + (long) i2 * stride2 + (long) draw * drawStride);
    }

    /** Where the block begins, if its elements lie here as they do in a register; else −1. */
    int dense(ElementwiseBlock b) {
        boolean draws = drawStride == 1 || b.draws == 1;
        boolean rows = b.rows == 1 || (stride2 == b.draws && b.i2 + b.rows <= axes.e2());
        return draws && rows ? at(b.i0, b.i1, b.i2, b.draw) : -1;
    }

    /** Copies the block to a register. */
    void load(ElementwiseBlock b, float[] y, int yo, ElementwiseKernel loops) {
        float[] x = array();
        if (b.draws == 1 && axes.e2() <= SHORT) {
            loadShort(b, x, y, yo);
            return;
        }
        int i0 = b.i0;
        int i1 = b.i1;
        int i2 = b.i2;
        int left = b.rows;
        int to = yo;
        while (true) {
            int rows = Math.min(left, axes.e2() - i2);
            load(x, at(i0, i1, i2, b.draw), rows, b.draws, y, to, loops);
            left -= rows;
            if (left == 0) {
                return;
            }
            to += rows * b.draws;
            i2 = 0;
            if (++i1 == axes.e1()) {
                i1 = 0;
                i0++;
            }
        }
    }

    /** Rows of one draw, few of them along the last axis: a copy for each such stretch would take longer than its elements. */
    private void loadShort(ElementwiseBlock b, float[] x, float[] y, int yo) {
        int i0 = b.i0;
        int i1 = b.i1;
        int i2 = b.i2;
        int end = yo + b.rows;
        for (int to = yo; to < end; ) {
            int from = at(i0, i1, i2, b.draw);
            int stop = Math.min(end, to + axes.e2() - i2);
            for (; to < stop; to++) {
                y[to] = x[from];
                from += stride2;
            }
            i2 = 0;
            if (++i1 == axes.e1()) {
                i1 = 0;
                i0++;
            }
        }
    }

    /** Rows along the last axis. */
    private void load(float[] x, int xo, int rows, int draws, float[] y, int yo, ElementwiseKernel loops) {
        if (draws == 1) {
            column(x, xo, rows, y, yo);
        } else if (drawStride == 1 && stride2 == draws) {
            System.arraycopy(x, xo, y, yo, rows * draws);
        } else if (drawStride == 1) {
            for (int r = 0; r < rows; r++) {
                System.arraycopy(x, xo + r * stride2, y, yo + r * draws, draws);
            }
        } else if (drawStride == 0) {
            loops.repeat(x, xo, stride2, rows, y, yo, draws);
        } else {
            transpose(x, xo, drawStride, stride2, draws, rows, y, yo, 1, draws);
        }
    }

    private void column(float[] x, int xo, int rows, float[] y, int yo) {
        if (stride2 == 1) {
            System.arraycopy(x, xo, y, yo, rows);
        } else if (stride2 == 0) {
            Arrays.fill(y, yo, yo + rows, x[xo]);
        } else {
            for (int r = 0; r < rows; r++) {
                y[yo + r] = x[xo + r * stride2];
            }
        }
    }

    /** Copies a register to the block. */
    void store(ElementwiseBlock b, float[] x, int xo) {
        float[] y = array();
        int i0 = b.i0;
        int i1 = b.i1;
        int i2 = b.i2;
        int left = b.rows;
        int from = xo;
        while (true) {
            int rows = Math.min(left, axes.e2() - i2);
            store(x, from, rows, b.draws, y, at(i0, i1, i2, b.draw));
            left -= rows;
            if (left == 0) {
                return;
            }
            from += rows * b.draws;
            i2 = 0;
            if (++i1 == axes.e1()) {
                i1 = 0;
                i0++;
            }
        }
    }

    private void store(float[] x, int xo, int rows, int draws, float[] y, int yo) {
        if (draws == 1 && rows <= SHORT) {
            for (int r = 0; r < rows; r++) {
                y[yo + r * stride2] = x[xo + r];
            }
        } else if (draws == 1 && stride2 == 1) {
            System.arraycopy(x, xo, y, yo, rows);
        } else if (drawStride == 1) {
            for (int r = 0; r < rows; r++) {
                System.arraycopy(x, xo + r * draws, y, yo + r * stride2, draws);
            }
        } else {
            transpose(x, xo, 1, draws, draws, rows, y, yo, drawStride, stride2);
        }
    }

    /**
     * {@code y[yo + s·yd + r·yr] = x[xo + s·xd + r·xr]}: four draws at a time, whose rows are few and beside each other on
     * the strided side.
     */
    private static void transpose(
            float[] x, int xo, int xd, int xr, int draws, int rows, float[] y, int yo, int yd, int yr) {
        int s = 0;
        for (; s + 4 <= draws; s += 4) {
            int from = xo + s * xd;
            int to = yo + s * yd;
            for (int r = 0; r < rows; r++) {
                y[to] = x[from];
                y[to + yd] = x[from + xd];
                y[to + 2 * yd] = x[from + 2 * xd];
                y[to + 3 * yd] = x[from + 3 * xd];
                from += xr;
                to += yr;
            }
        }
        for (; s < draws; s++) {
            for (int r = 0; r < rows; r++) {
                y[yo + s * yd + r * yr] = x[xo + s * xd + r * xr];
            }
        }
    }
}
