package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Scalar;

/** Launches kernels/math.cu. */
final class MathCuda extends KernelFamily {
    /** Of a square that a block of math_scale_across takes; matrices with far fewer rows or columns would leave it empty. */
    private static final long SIDE = 32;

    private final Kernel map = cuda.kernel("math_map");
    private final Kernel fill = cuda.kernel("math_fill");
    private final Kernel axpy = cuda.kernel("math_axpy");
    private final Kernel scale = cuda.kernel("math_scale");
    private final Kernel scale32 = cuda.kernel("math_scale32");
    private final Kernel scaleAcross = cuda.kernel("math_scale_across");
    private final Kernel multiply = cuda.kernel("math_multiply");
    private final Kernel average = cuda.kernel("math_average");
    private final Kernel sumRows = cuda.kernel("math_sum_rows");
    private final Kernel sumTiledRows = cuda.kernel("math_sum_tiled_rows");
    private final Kernel gatherRows = cuda.kernel("math_gather_rows");
    private final Kernel firstNonFinite = cuda.kernel("math_first_non_finite");
    private final Kernel advance = cuda.kernel("math_advance");

    MathCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(MathOps.Map.class, this::map);
        launchers.add(MathOps.Fill.class, this::fill);
        launchers.add(MathOps.Axpy.class, this::axpy);
        launchers.add(MathOps.Scale.class, this::scale);
        launchers.add(MathOps.Multiply.class, this::multiply);
        launchers.add(MathOps.Average.class, this::average);
        launchers.add(MathOps.SumRows.class, this::sumRows);
        launchers.add(MathOps.GatherRows.class, this::gatherRows);
        launchers.add(MathOps.FirstNonFinite.class, this::firstNonFinite);
        launchers.add(MathOps.Advance.class, this::advance);
    }

    private void map(MathOps.Map op) {
        launch(map)
                .buffer(op.x())
                .buffer(op.y())
                .number(op.n())
                .number(number(op.f()))
                .run(Grid.quads(op.n()));
    }

    /** As withFunction of kernels/math.cuh numbers them. */
    static int number(Function f) {
        return switch (f) {
            case EXP -> 0;
            case LOG -> 1;
            case LOG1P -> 2;
            case SOFTPLUS -> 3;
            case SIGMOID -> 4;
            case TANH -> 5;
            case SIN_PI -> 6;
            case COS_PI -> 7;
            case SQRT -> 8;
            case EXPM1 -> 9;
            case LOG_GAMMA -> 10;
            case DIGAMMA -> 11;
            case TRIGAMMA -> 12;
            case LOG_NORMAL_CDF -> 13;
            case INVERSE_MILLS -> 14;
            case ERF -> 15;
        };
    }

    private void fill(MathOps.Fill op) {
        if (op.x().type() == ElementType.FLOAT64) {
            long bits = Double.doubleToRawLongBits(op.value());
            fill(2 * op.n(), (int) bits, (int) (bits >>> 32), op.x());
        } else {
            int bits = Float.floatToRawIntBits((float) op.value());
            fill(op.n(), bits, bits, op.x());
        }
    }

    /** n words of 32 bits. */
    private void fill(long n, int even, int odd, Buffer x) {
        launch(fill).buffer(x).number(n).number(even).number(odd).run(Grid.quads(n));
    }

    private void scale(MathOps.Scale op) {
        Matrix x = op.x();
        Matrix y = op.y();
        boolean isDouble = op.type() == ElementType.FLOAT64;
        boolean across = !isDouble
                && Math.min(y.rows(), y.columns()) >= SIDE / 4
                && (x.rowStride() < x.columnStride()) != (y.rowStride() < y.columnStride());
        launch(isDouble ? scale : across ? scaleAcross : scale32)
                .matrix(x)
                .matrix(y)
                .number(op.a())
                .number(y.rows())
                .number(y.columns())
                .flag(op.accumulate())
                .number(0)
                .run(
                        across
                                ? Grid.shares(Grid.ceilDiv(y.rows(), SIDE) * Grid.ceilDiv(y.columns(), SIDE), 1)
                                : Grid.threads((long) y.rows() * y.columns()));
    }

    private void axpy(MathOps.Axpy op) {
        launch(axpy)
                .buffer(op.x())
                .buffer(op.y())
                .number(op.n())
                .scalar(Scalar.of(op.a()))
                .run(Grid.quads(op.n()));
    }

    private void multiply(MathOps.Multiply op) {
        launch(multiply)
                .buffer(op.x())
                .buffer(op.y())
                .buffer(op.z())
                .number(op.n())
                .run(Grid.quads(op.n()));
    }

    private void average(MathOps.Average op) {
        launch(average)
                .buffer(op.x())
                .buffer(op.y())
                .number(op.n())
                .scalar(op.weight())
                .run(Grid.quads(op.n()));
    }

    private void sumRows(MathOps.SumRows op) {
        long tiles = Grid.takeTiles(cuda, op.rows(), op.columns());
        sumRows(sumRows, op, tiles, Grid.tiles(op.rows(), op.columns()));
        if (op.columns() > Grid.TILE) {
            sumRows(sumTiledRows, op, tiles, Grid.warps(op.rows()));
        }
    }

    private void sumRows(Kernel kernel, MathOps.SumRows op, long tiles, long blocks) {
        launch(kernel)
                .buffer(op.x())
                .buffer(op.sum())
                .address(tiles)
                .number(op.rows())
                .number(op.columns())
                .run(blocks);
    }

    private void gatherRows(MathOps.GatherRows op) {
        int rows = op.rows();
        int columns = op.columns();
        long known = columns == 0 ? Integer.MAX_VALUE : op.source().length() / columns;
        launch(gatherRows)
                .buffer(op.index())
                .buffer(op.source())
                .buffer(op.target())
                .faults()
                .index(op.first())
                .number(known)
                .number(rows)
                .number(columns)
                .run(Grid.threads((long) rows * Math.max(1, columns % 4 == 0 ? columns / 4 : columns)));
    }

    private void firstNonFinite(MathOps.FirstNonFinite op) {
        fill(1, -1, -1, op.found()); // "none", and as an unsigned number the largest
        launch(firstNonFinite).buffer(op.x()).buffer(op.found()).number(op.n()).run(Grid.quads(op.n()));
    }

    private void advance(MathOps.Advance op) {
        launch(advance)
                .buffer(op.by())
                .buffer(op.counter())
                .number((long) op.n())
                .run(Grid.threads(op.n()));
    }
}
