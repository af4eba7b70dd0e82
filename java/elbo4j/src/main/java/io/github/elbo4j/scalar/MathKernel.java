package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Matrix;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Elementwise functions and vector operations. Twin of kernels/math.cu. */
public class MathKernel {
    private static final int BLOCK = RowSum.TILE;

    private final Workers workers;
    private final SumKernel sums;
    private final Elementwise elementwise = new Elementwise();
    private final Fill fill = new Fill();
    private final Scale scale = new Scale();
    private final SumRows sumRows = new SumRows();
    private final GatherRows gatherRows = new GatherRows();
    private final FirstNonFinite firstNonFinite = new FirstNonFinite();

    public MathKernel(Workers workers, SumKernel sums) {
        this.workers = workers;
        this.sums = sums;
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
        }
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

    public void map(Function f, long n, Buffer x, Buffer y) {
        elementwise.f = f;
        elementwise.launch(Kind.MAP, n, 0f, x, x, y);
    }

    public void fill(long n, double value, Buffer x) {
        fill.n = (int) n;
        fill.value = value;
        fill.x = x;
        workers.run(fill, Kernel.ceilDiv(fill.n, BLOCK), n);
    }

    public void scale(double a, Matrix x, boolean accumulate, Matrix y) {
        scale.a = a;
        scale.x = x;
        scale.accumulate = accumulate;
        scale.y = y;
        workers.run(scale, y.rows(), (long) y.rows() * y.columns());
    }

    public void axpy(long n, float a, Buffer x, Buffer y) {
        elementwise.launch(Kind.AXPY, n, a, x, x, y);
    }

    public void multiply(long n, Buffer x, Buffer y, Buffer z) {
        elementwise.launch(Kind.MULTIPLY, n, 0f, x, y, z);
    }

    public void average(long n, float weight, Buffer x, Buffer y) {
        elementwise.launch(Kind.AVERAGE, n, weight, x, x, y);
    }

    public void sumRows(int rows, int columns, Buffer x, Buffer sum) {
        sumRows.columns = columns;
        sumRows.x = x;
        sumRows.sum = sum;
        workers.run(sumRows, rows, (long) rows * columns);
    }

    public void gatherRows(int rows, int columns, Buffer index, long first, Buffer source, Buffer target) {
        gatherRows.columns = columns;
        gatherRows.first = (int) first;
        gatherRows.index = index;
        gatherRows.source = source;
        gatherRows.target = target;
        workers.run(gatherRows, rows, (long) rows * columns);
    }

    public void firstNonFinite(long n, Buffer x, Buffer found) {
        firstNonFinite.n = (int) n;
        firstNonFinite.x = x;
        firstNonFinite.found = found;
        workers.run(firstNonFinite, 1, n);
    }

    private enum Kind {
        MAP,
        AXPY,
        MULTIPLY,
        AVERAGE
    }

    /** One work item is a block. */
    private final class Elementwise extends Kernel {
        private Kind kind = Kind.MAP;
        private Function f = Function.EXP;
        private int n;
        private float a;
        private @Nullable Buffer x;
        private @Nullable Buffer y;
        private @Nullable Buffer z;

        void launch(Kind kind, long n, float a, Buffer x, Buffer y, Buffer z) {
            this.kind = kind;
            this.n = (int) n;
            this.a = a;
            this.x = x;
            this.y = y;
            this.z = z;
            workers.run(this, ceilDiv(this.n, BLOCK), kind == Kind.MAP ? 4 * n : n);
        }

        @Override
        protected void run(int from, int to, Scratch scratch) {
            float[] in = floats(Objects.requireNonNull(x));
            float[] other = floats(Objects.requireNonNull(y));
            float[] out = floats(Objects.requireNonNull(z));
            for (int item = from; item < to; item++) {
                int o = item * BLOCK;
                int count = Math.min(BLOCK, n - o);
                switch (kind) {
                    case MAP -> map(f, in, o, out, o, count);
                    case AXPY -> axpy(a, in, o, out, o, count);
                    case MULTIPLY -> multiply(in, o, other, o, out, o, count);
                    case AVERAGE -> average(a, in, o, out, o, count);
                }
            }
        }
    }

    /** One work item is a block. */
    private static final class Fill extends Kernel {
        private int n;
        private double value;
        private @Nullable Buffer x;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            Buffer out = Objects.requireNonNull(x);
            int end = (int) Math.min(n, (long) to * BLOCK);
            if (out.type() == ElementType.FLOAT64) {
                Arrays.fill(doubles(out), from * BLOCK, end, value);
            } else {
                Arrays.fill(floats(out), from * BLOCK, end, (float) value);
            }
        }
    }

    /** One work item is a row. */
    private static final class Scale extends Kernel {
        private double a;
        private @Nullable Matrix x;
        private boolean accumulate;
        private @Nullable Matrix y;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            Matrix in = Objects.requireNonNull(x);
            Matrix out = Objects.requireNonNull(y);
            double[] source = doubles(in.buffer());
            double[] target = doubles(out.buffer());
            int read = (int) in.columnStride();
            int write = (int) out.columnStride();
            for (int i = from; i < to; i++) {
                int of = (int) (in.offset() + i * in.rowStride());
                int at = (int) (out.offset() + i * out.rowStride());
                for (int j = 0; j < out.columns(); j++) {
                    double value = source[of + j * read];
                    int place = at + j * write;
                    target[place] = accumulate ? Math.fma(a, value, target[place]) : a * value;
                }
            }
        }
    }

    /** One work item is a row. */
    private final class SumRows extends Kernel {
        private int columns;
        private @Nullable Buffer x;
        private @Nullable Buffer sum;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            float[] in = floats(Objects.requireNonNull(x));
            double[] out = doubles(Objects.requireNonNull(sum));
            for (int row = from; row < to; row++) {
                out[row] = sums.row(in, row * columns, columns, scratch);
            }
        }
    }

    /** One work item is everything: this is called where a number is shown, not in every step. */
    private static final class FirstNonFinite extends Kernel {
        private int n;
        private @Nullable Buffer x;
        private @Nullable Buffer found;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            float[] values = floats(Objects.requireNonNull(x));
            int i = 0;
            while (i < n && Math.abs(values[i]) <= Float.MAX_VALUE) {
                i++;
            }
            ints(Objects.requireNonNull(found))[0] = i < n ? i : -1;
        }
    }

    /** One work item is a row. */
    private static final class GatherRows extends Kernel {
        private int columns;
        private int first;
        private @Nullable Buffer index;
        private @Nullable Buffer source;
        private @Nullable Buffer target;

        @Override
        protected void run(int from, int to, Scratch scratch) {
            int[] rows = ints(Objects.requireNonNull(index));
            float[] in = floats(Objects.requireNonNull(source));
            float[] out = floats(Objects.requireNonNull(target));
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
}
