package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Matrix;

/** Launches kernels/math.cu. */
final class MathCuda {
    private final Cuda cuda;
    private final Kernel map;
    private final Kernel fill;
    private final Kernel axpy;
    private final Kernel scale;
    private final Kernel multiply;
    private final Kernel average;
    private final Kernel sumRows;
    private final Kernel sumTiledRows;
    private final Kernel gatherRows;
    private final Kernel firstNonFinite;

    MathCuda(Cuda cuda) {
        this.cuda = cuda;
        map = cuda.kernel("math_map");
        fill = cuda.kernel("math_fill");
        axpy = cuda.kernel("math_axpy");
        scale = cuda.kernel("math_scale");
        multiply = cuda.kernel("math_multiply");
        average = cuda.kernel("math_average");
        sumRows = cuda.kernel("math_sum_rows");
        sumTiledRows = cuda.kernel("math_sum_tiled_rows");
        gatherRows = cuda.kernel("math_gather_rows");
        firstNonFinite = cuda.kernel("math_first_non_finite");
    }

    void map(Function f, long n, Buffer x, Buffer y) {
        cuda.launch().of(map).buffer(x).buffer(y).number(n).number(number(f)).run(Grid.quads(n), Grid.THREADS, "map");
    }

    /** As the kernel numbers them. */
    private static int number(Function f) {
        return switch (f) {
            case EXP -> 0;
            case LOG -> 1;
            case LOG1P -> 2;
            case SOFTPLUS -> 3;
            case SIGMOID -> 4;
            case TANH -> 5;
            case SIN_PI -> 6;
            case COS_PI -> 7;
        };
    }

    void fill(long n, double value, Buffer x) {
        if (x.type() == ElementType.FLOAT64) {
            long bits = Double.doubleToRawLongBits(value);
            fill(2 * n, (int) bits, (int) (bits >>> 32), x, "fill");
        } else {
            int bits = Float.floatToRawIntBits((float) value);
            fill(n, bits, bits, x, "fill");
        }
    }

    /** n words of 32 bits. */
    private void fill(long n, int even, int odd, Buffer x, String operation) {
        cuda.launch().of(fill).buffer(x).number(n).number(even).number(odd).run(Grid.quads(n), Grid.THREADS, operation);
    }

    void scale(double a, Matrix x, boolean accumulate, Matrix y) {
        cuda.launch()
                .of(scale)
                .matrix(x)
                .matrix(y)
                .number(a)
                .number(y.rows())
                .number(y.columns())
                .flag(accumulate)
                .number(0)
                .run(Grid.threads((long) y.rows() * y.columns()), Grid.THREADS, "scale");
    }

    void axpy(long n, float a, Buffer x, Buffer y) {
        axpy(n, a, x, y, "axpy");
    }

    /** {@code y = fma(a, x, y)}, by another name in messages. */
    void axpy(long n, float a, Buffer x, Buffer y, String operation) {
        cuda.launch().of(axpy).buffer(x).buffer(y).number(n).number(a).run(Grid.quads(n), Grid.THREADS, operation);
    }

    void multiply(long n, Buffer x, Buffer y, Buffer z) {
        cuda.launch().of(multiply).buffer(x).buffer(y).buffer(z).number(n).run(Grid.quads(n), Grid.THREADS, "multiply");
    }

    void average(long n, float weight, Buffer x, Buffer y) {
        cuda.launch()
                .of(average)
                .buffer(x)
                .buffer(y)
                .number(n)
                .number(weight)
                .run(Grid.quads(n), Grid.THREADS, "average");
    }

    void sumRows(int rows, int columns, Buffer x, Buffer sum) {
        long tiles = Grid.takeTiles(cuda, rows, columns);
        sumRows(sumRows, rows, columns, x, sum, tiles, Grid.tiles(rows, columns));
        if (columns > Grid.TILE) {
            sumRows(sumTiledRows, rows, columns, x, sum, tiles, Grid.warps(rows));
        }
    }

    private void sumRows(Kernel kernel, int rows, int columns, Buffer x, Buffer sum, long tiles, long blocks) {
        cuda.launch()
                .of(kernel)
                .buffer(x)
                .buffer(sum)
                .address(tiles)
                .number(rows)
                .number(columns)
                .run(blocks, Grid.THREADS, "sumRows");
    }

    void gatherRows(int rows, int columns, Buffer index, long first, Buffer source, Buffer target) {
        long known = columns == 0 ? Integer.MAX_VALUE : source.length() / columns;
        cuda.launch()
                .of(gatherRows)
                .buffer(index)
                .buffer(source)
                .buffer(target)
                .address(cuda.faults().address())
                .number(first)
                .number(known)
                .number(rows)
                .number(columns)
                .run(Grid.threads((long) rows * Math.max(1, columns)), Grid.THREADS, "gatherRows");
    }

    void firstNonFinite(long n, Buffer x, Buffer found) {
        fill(1, -1, -1, found, "firstNonFinite"); // "none", and as an unsigned number the largest
        cuda.launch()
                .of(firstNonFinite)
                .buffer(x)
                .buffer(found)
                .number(n)
                .run(Grid.quads(n), Grid.THREADS, "firstNonFinite");
    }
}
