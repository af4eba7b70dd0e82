package io.github.elbo4j.scalar;

import static io.github.elbo4j.scalar.HostKernel.floats;
import static io.github.elbo4j.scalar.HostKernel.value;

import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Matrix;
import java.util.Arrays;

/** Elementwise functions and vector operations. Twin of kernels/math.cu. */
public class MathKernel {
    private static final int BLOCK = RowSum.TILE;

    private final SumKernel sums;

    public MathKernel(SumKernel sums) {
        this.sums = sums;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(MathOps.Map.class, this::map);
        twins.add(MathOps.Axpy.class, this::axpy);
        twins.add(MathOps.Multiply.class, this::multiply);
        twins.add(MathOps.Average.class, this::average);
        twins.add(MathOps.Fill.class, Fill::new);
        twins.add(MathOps.Scale.class, Scale::new);
        twins.add(MathOps.SumRows.class, SumRows::new);
        twins.add(MathOps.GatherRows.class, GatherRows::new);
        twins.add(MathOps.FirstNonFinite.class, FirstNonFinite::new);
        twins.add(MathOps.Advance.class, Advance::new);
    }

    // ---- inner loops over at most a block; SIMD devices replace them ----

    /** {@code y[yo + i] = f(x[xo + i])}. */
    protected void map(Function f, float[] x, int xo, float[] y, int yo, int n) {
        switch (f) {
            case EXP -> {
                for (int i = 0; i < n; i++) {
                    y[yo + i] = DetMath.exp(x[xo + i]);
                }
            }
            case LOG -> {
                for (int i = 0; i < n; i++) {
                    y[yo + i] = DetMath.log(x[xo + i]);
                }
            }
            case LOG1P -> {
                for (int i = 0; i < n; i++) {
                    y[yo + i] = DetMath.log1p(x[xo + i]);
                }
            }
            case SOFTPLUS -> {
                for (int i = 0; i < n; i++) {
                    y[yo + i] = DetMath.softplus(x[xo + i]);
                }
            }
            case SIGMOID -> {
                for (int i = 0; i < n; i++) {
                    y[yo + i] = DetMath.sigmoid(x[xo + i]);
                }
            }
            case TANH -> {
                for (int i = 0; i < n; i++) {
                    y[yo + i] = DetMath.tanh(x[xo + i]);
                }
            }
            case SIN_PI -> {
                for (int i = 0; i < n; i++) {
                    y[yo + i] = DetMath.sinPi(x[xo + i]);
                }
            }
            case COS_PI -> {
                for (int i = 0; i < n; i++) {
                    y[yo + i] = DetMath.cosPi(x[xo + i]);
                }
            }
            case SQRT -> {
                for (int i = 0; i < n; i++) {
                    y[yo + i] = DetMath.sqrt(x[xo + i]);
                }
            }
            case EXPM1 -> {
                for (int i = 0; i < n; i++) {
                    y[yo + i] = DetMath.expm1(x[xo + i]);
                }
            }
            default -> {
                Special special = special(f);
                for (int i = 0; i < n; i++) {
                    y[yo + i] = special.of(x[xo + i]);
                }
            }
        }
    }

    /** A function that costs so much that a call of it counts for nothing. */
    @FunctionalInterface
    private interface Special {
        float of(float x);
    }

    private static Special special(Function f) {
        return switch (f) {
            case LOG_GAMMA -> DetSpecial::logGamma;
            case DIGAMMA -> DetSpecial::digamma;
            case TRIGAMMA -> DetSpecial::trigamma;
            case LOG_NORMAL_CDF -> DetSpecial::logNormalCdf;
            case INVERSE_MILLS -> DetSpecial::inverseMills;
            case ERF -> DetSpecial::erf;
            default -> throw new AssertionError(f);
        };
    }

    /** {@code y[yo + i] = exp(−x[xo + i])}. */
    protected void expNegated(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = DetMath.exp(-x[xo + i]);
        }
    }

    /** {@code y = fma(a, x, y)}. */
    protected void axpy(float a, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = Math.fma(a, x[xo + i], y[yo + i]);
        }
    }

    /** {@code z = x·y}. */
    protected void multiply(float[] x, int xo, float[] y, int yo, float[] z, int zo, int n) {
        for (int i = 0; i < n; i++) {
            z[zo + i] = x[xo + i] * y[yo + i];
        }
    }

    /** {@code y = fma(weight, x − y, y)}. */
    protected void average(float weight, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = Math.fma(weight, x[xo + i] - y[yo + i], y[yo + i]);
        }
    }

    // ---- launches ----

    private HostKernel map(MathOps.Map op) {
        return new Blocks(op.n(), 4 * op.n(), (o, n, memory) -> map(op.f(), floats(op.x()), o, floats(op.y()), o, n));
    }

    private HostKernel axpy(MathOps.Axpy op) {
        return new Blocks(op.n(), op.n(), (o, n, memory) -> axpy(op.a(), floats(op.x()), o, floats(op.y()), o, n));
    }

    private HostKernel multiply(MathOps.Multiply op) {
        return new Blocks(op.n(), op.n(), (o, n, memory) -> {
            multiply(floats(op.x()), o, floats(op.y()), o, floats(op.z()), o, n);
        });
    }

    private HostKernel average(MathOps.Average op) {
        return new Blocks(op.n(), op.n(), (o, n, memory) -> {
            average((float) value(op.weight()), floats(op.x()), o, floats(op.y()), o, n);
        });
    }

    /** One work item is a block. */
    private static final class Fill extends OperationKernel<MathOps.Fill> {
        Fill(MathOps.Fill op) {
            super(op, ceilDiv((int) op.n(), BLOCK), op.n());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            int end = (int) Math.min(op.n(), (long) to * BLOCK);
            if (op.x().type() == ElementType.FLOAT64) {
                Arrays.fill(doubles(op.x()), from * BLOCK, end, op.value());
            } else {
                Arrays.fill(floats(op.x()), from * BLOCK, end, (float) op.value());
            }
        }
    }

    /** One work item is a row. */
    private static final class Scale extends OperationKernel<MathOps.Scale> {
        Scale(MathOps.Scale op) {
            super(op, op.y().rows(), (long) op.y().rows() * op.y().columns());
        }

        /** Along rows or along columns, whichever are the longer lines: each element is by itself. */
        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            Matrix x = op.x();
            Matrix y = op.y();
            int of = (int) (x.offset() + from * x.rowStride());
            int at = (int) (y.offset() + from * y.rowStride());
            int rows = to - from;
            int columns = y.columns();
            boolean along = columns >= rows;
            int read = (int) (along ? x.columnStride() : x.rowStride());
            int write = (int) (along ? y.columnStride() : y.rowStride());
            for (int i = 0; i < (along ? rows : columns); i++) {
                int fromLine = (int) (of + i * (along ? x.rowStride() : x.columnStride()));
                int toLine = (int) (at + i * (along ? y.rowStride() : y.columnStride()));
                int n = along ? columns : rows;
                if (op.type() == ElementType.FLOAT64) {
                    line(doubles(x.buffer()), fromLine, read, doubles(y.buffer()), toLine, write, n);
                } else {
                    line(floats(x.buffer()), fromLine, read, floats(y.buffer()), toLine, write, n);
                }
            }
        }

        private void line(double[] x, int of, int read, double[] y, int at, int write, int n) {
            double a = op.a();
            boolean accumulate = op.accumulate();
            for (int j = 0; j < n; j++) {
                double value = x[of + j * read];
                int place = at + j * write;
                y[place] = accumulate ? Math.fma(a, value, y[place]) : a * value;
            }
        }

        private void line(float[] x, int of, int read, float[] y, int at, int write, int n) {
            float a = (float) op.a();
            boolean accumulate = op.accumulate();
            if (a == 1 && !accumulate && read == 1 && write == 1) {
                System.arraycopy(x, of, y, at, n);
                return;
            }
            for (int j = 0; j < n; j++) {
                float value = x[of + j * read];
                int place = at + j * write;
                y[place] = accumulate ? Math.fma(a, value, y[place]) : a * value;
            }
        }
    }

    /** One work item is a row. */
    private final class SumRows extends OperationKernel<MathOps.SumRows> {
        SumRows(MathOps.SumRows op) {
            super(op, op.rows(), (long) op.rows() * op.columns());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            float[] in = floats(op.x());
            double[] out = doubles(op.sum());
            for (int row = from; row < to; row++) {
                out[row] = sums.row(in, row * op.columns(), op.columns(), memory);
            }
        }
    }

    /** One work item is a row. */
    private static final class GatherRows extends OperationKernel<MathOps.GatherRows> {
        GatherRows(MathOps.GatherRows op) {
            super(op, op.rows(), (long) op.rows() * op.columns());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            int[] rows = ints(op.index());
            int first = (int) value(op.first());
            float[] in = floats(op.source());
            float[] out = floats(op.target());
            int columns = op.columns();
            int known = columns == 0 ? Integer.MAX_VALUE : in.length / columns;
            for (int row = from; row < to; row++) {
                int wanted = rows[first + row];
                if (wanted < 0 || wanted >= known) {
                    throw new IllegalArgumentException("index[" + (first + row) + "] is " + wanted
                            + ", but must be a row of source, which has " + known);
                }
                System.arraycopy(in, wanted * columns, out, row * columns, columns);
            }
        }
    }

    /** One work item is everything: this is called where a number is shown, not in every step. */
    private static final class FirstNonFinite extends OperationKernel<MathOps.FirstNonFinite> {
        FirstNonFinite(MathOps.FirstNonFinite op) {
            super(op, 1, op.n());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            float[] values = floats(op.x());
            int n = (int) op.n();
            int i = 0;
            while (i < n && Math.abs(values[i]) <= Float.MAX_VALUE) {
                i++;
            }
            ints(op.found())[0] = i < n ? i : -1;
        }
    }

    /** One work item is everything: {@code counter[i] += by[i]} of a few counters. */
    private static final class Advance extends OperationKernel<MathOps.Advance> {
        Advance(MathOps.Advance op) {
            super(op, 1, op.n());
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            int[] by = ints(op.by());
            int[] counter = ints(op.counter());
            for (int i = 0; i < op.n(); i++) {
                counter[i] += by[i];
            }
        }
    }
}
