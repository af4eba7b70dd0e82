package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.Order;
import io.github.elbo4j.device.MathOps.Function;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

class MathOpsTest {
    private static final int[] SIZES = {0, 1, 31, 32, 33, 257, 1023, 1024, 1025, 4099};
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    /** The tolerances are the errors that DetMath documents, in ulp of the result, and half an ulp of the comparison. */
    @EveryDevice
    void functionsAreWithinTheirDocumentedErrors(Device device) {
        assertFunction(device, Function.EXP, Math::exp, 0.90, -20, 20);
        assertFunction(device, Function.LOG, Math::log, 0.95, 1e-6, 50);
        assertFunction(device, Function.LOG1P, Math::log1p, 1.55, -0.999, 50);
        assertFunction(device, Function.SOFTPLUS, x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 2, -30, 30);
        assertFunction(
                device,
                Function.SIGMOID,
                x -> x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)),
                2,
                -30,
                30);
        assertFunction(device, Function.TANH, Math::tanh, 1.85, -10, 10);
        // Away from their zeros, which float64's π misses too.
        assertFunction(device, Function.SIN_PI, x -> Math.sin(Math.PI * x), 2.3, 0.05, 0.95);
        assertFunction(device, Function.COS_PI, x -> Math.cos(Math.PI * x), 2.35, -0.45, 0.45);
    }

    static void assertFunction(
            Device device, Function f, DoubleUnaryOperator want, double ulps, double from, double to) {
        for (int n : SIZES) {
            float[] x = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = (float) (from + (to - from) * (i + 0.5) / n);
            }
            try (Arena arena = new Arena(device)) {
                Buffer y = arena.out(n);
                arena.run(new MathOps.Map(f, n, arena.of(x), y));
                float[] got = arena.floats(y);
                for (int i = 0; i < n; i++) {
                    double value = want.applyAsDouble(x[i]);
                    close(f + "(" + x[i] + ")", got[i], value, ulps * Math.ulp((float) value));
                }
            }
        }
    }

    @EveryDevice
    void functionsHaveTheRightEdges(Device device) {
        assertEdges(device, Function.EXP, new float[] {NAN, INF, -INF, 0f, -0f, 200, -200}, NAN, INF, 0, 1, 1, INF, 0);
        assertEdges(
                device, Function.LOG, new float[] {NAN, INF, -INF, 0f, -0f, 1, -1}, NAN, INF, NAN, -INF, -INF, 0, NAN);
        assertEdges(
                device,
                Function.LOG1P,
                new float[] {NAN, INF, -INF, 0f, -0f, -1, -2},
                NAN,
                INF,
                NAN,
                0,
                -0f,
                -INF,
                NAN);
        assertEdges(device, Function.SOFTPLUS, new float[] {NAN, INF, -INF, -200, 200}, NAN, INF, 0, 0, 200);
        assertEdges(device, Function.SIGMOID, new float[] {NAN, INF, -INF, 0f, -0f}, NAN, 1, 0, 0.5f, 0.5f);
        assertEdges(device, Function.TANH, new float[] {NAN, INF, -INF, 0f, -0f}, NAN, 1, -1, 0, -0f);
        assertEdges(
                device,
                Function.SIN_PI,
                new float[] {NAN, INF, -INF, 0f, -0f, 1, 2, -3},
                NAN,
                NAN,
                NAN,
                0,
                -0f,
                0,
                0,
                -0f);
        assertEdges(
                device, Function.COS_PI, new float[] {NAN, INF, -INF, 0f, -0f, 1, 0.5f}, NAN, NAN, NAN, 1, 1, -1, 0);
    }

    static void assertEdges(Device device, Function f, float[] x, float... want) {
        try (Arena arena = new Arena(device)) {
            Buffer y = arena.out(x.length);
            arena.run(new MathOps.Map(f, x.length, arena.of(x), y));
            same(f + "", arena.floats(y), want);
        }
    }

    @EveryDevice
    void elementwiseOperationsAreTheirFormulas(Device device) {
        for (int n : SIZES) {
            float[] x = normals(1, n);
            float[] y = normals(2, n);
            try (Arena arena = new Arena(device)) {
                Buffer in = arena.of(x);
                Buffer axpy = arena.inOut(y);
                Buffer average = arena.inOut(y);
                Buffer product = arena.out(n);
                Buffer square = arena.inOut(x);
                Buffer exp = arena.inOut(x);
                Buffer filled = arena.out(n);
                arena.run(new MathOps.Axpy(n, -0.3f, in, axpy));
                arena.run(new MathOps.Average(n, Scalar.of(0.125f), in, average));
                arena.run(new MathOps.Multiply(n, in, arena.of(y), product));
                arena.run(new MathOps.Multiply(n, square, square, square));
                arena.run(new MathOps.Map(Function.EXP, n, exp, exp));
                arena.run(new MathOps.Fill(n, -0f, filled));
                for (int i = 0; i < n; i++) {
                    same("axpy", arena.floats(axpy)[i], Math.fma(-0.3f, x[i], y[i]));
                    same("average", arena.floats(average)[i], Math.fma(0.125f, x[i] - y[i], y[i]));
                    same("multiply", arena.floats(product)[i], x[i] * y[i]);
                    same("multiply in place", arena.floats(square)[i], x[i] * x[i]);
                    close("map in place", arena.floats(exp)[i], Math.exp(x[i]), 0.9 * Math.ulp((float) Math.exp(x[i])));
                    same("fill", arena.floats(filled)[i], -0f);
                }
                same("x", in.toFloats(), x);
            }
        }
    }

    /** Views that lie alike, across, apart, in a part of a longer row; a constant of all, or of each row. */
    @EveryDevice
    void scaledViewsAreAddedInFloat64(Device device) {
        int m = 5;
        int n = 67;
        double[] x = thirds(1, 3L * m * n);
        double[] y = thirds(2, 3L * m * n + 9);
        for (boolean accumulate : new boolean[] {false, true}) {
            for (double a : new double[] {1, -1, 0.1, 0}) {
                try (Arena arena = new Arena(device)) {
                    Buffer source = arena.of(x);
                    Matrix[] from = {
                        Matrix.of(source, m, n),
                        Matrix.of(source, n, m).transposed(),
                        new Matrix(source, 2, m, n, 3L * n, 2),
                        new Matrix(source, 4, m, n, 0, 0),
                        new Matrix(source, 1, m, n, 1, 0),
                    };
                    for (Matrix in : from) {
                        Buffer[] targets = {arena.inOut(y), arena.inOut(y), arena.inOut(y)};
                        Matrix[] to = {
                            Matrix.of(targets[0], m, n),
                            Matrix.of(targets[1], n, m).transposed(),
                            new Matrix(targets[2], 7, m, n, 3L * n, 3),
                        };
                        for (int k = 0; k < to.length; k++) {
                            double[] want = y.clone();
                            for (int e = 0; e < m * n; e++) {
                                double of = x[place(in, e / n, e % n)];
                                int at = place(to[k], e / n, e % n);
                                want[at] = accumulate ? Math.fma(a, of, want[at]) : a * of;
                            }
                            arena.run(new MathOps.Scale(a, in, accumulate, to[k]));
                            same("y", arena.doubles(targets[k]), want);
                        }
                    }
                }
            }
        }
    }

    private static int place(Matrix x, int i, int j) {
        return Math.toIntExact(x.offset() + i * x.rowStride() + j * x.columnStride());
    }

    /** Numbers that no float32 holds. */
    private static double[] thirds(long seed, long n) {
        double[] x = Numbers.doubles(normals(seed, n));
        Arrays.setAll(x, i -> x[i] / 3);
        return x;
    }

    @EveryDevice
    void viewsOfOtherExtentsOrOneAnotherAreNotScaled(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer x = arena.inOut(new double[12]);
            Matrix y = Matrix.of(arena.doubles(12), 3, 4);
            assertThatThrownBy(() -> arena.run(new MathOps.Scale(1, Matrix.of(x, 4, 3), false, y)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("x is 4 x 3, but must be 3 x 4 as y is");
            assertThatThrownBy(() ->
                            arena.run(new MathOps.Scale(1, Matrix.of(x, 2, 3), true, new Matrix(x, 5, 2, 3, 3, 1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must not overlap");
            assertThatThrownBy(() -> arena.run(new MathOps.Scale(1, y, true, new Matrix(x, 0, 3, 4, 0, 1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("its elements must not share places");
            assertThatThrownBy(() -> arena.run(new MathOps.Scale(Double.NaN, Matrix.of(x, 3, 4), true, y)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a is NaN");
        }
    }

    @EveryDevice
    void aFillReachesEveryElementOfBothTypes(Device device) {
        for (int n : new int[] {0, 1, 2, 3, 5, 1027}) {
            try (Arena arena = new Arena(device)) {
                Buffer floats = arena.out(n);
                Buffer doubles = arena.doubles(n);
                arena.run(new MathOps.Fill(n, 0.1, floats));
                arena.run(new MathOps.Fill(n, 0.1, doubles));
                assertThat(arena.floats(floats)).hasSize(n);
                for (int i = 0; i < n; i++) {
                    same("float32", arena.floats(floats)[i], 0.1f);
                    same("float64", arena.doubles(doubles)[i], 0.1);
                }
            }
        }
    }

    @EveryDevice
    void theMeanOfIteratesIsTheirAverage(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer mean = arena.of(new float[33]);
            double[] want = new double[33];
            for (int k = 1; k <= 50; k++) {
                float[] x = normals(k, 33);
                arena.run(new MathOps.Average(33, Scalar.of(1f / k), arena.of(x), mean));
                for (int i = 0; i < 33; i++) {
                    want[i] += x[i] / 50.0;
                }
            }
            for (int i = 0; i < 33; i++) {
                close(
                        "mean",
                        mean.toFloats()[i],
                        want[i],
                        50 * 3 * 0x1p-24 * 4); // each step rounds a number below 4 thrice
            }
        }
    }

    @EveryDevice
    void rowsAreSummedInTheOrderThatOpsStates(Device device) {
        for (int columns : SIZES) {
            float[] x = normals(columns, 3L * columns);
            try (Arena arena = new Arena(device)) {
                Buffer sum = arena.doubles(3);
                arena.run(new MathOps.SumRows(3, columns, arena.of(x), sum));
                for (int row = 0; row < 3; row++) {
                    float[] of = Arrays.copyOfRange(x, row * columns, (row + 1) * columns);
                    double got = arena.doubles(sum)[row];
                    same("sum of " + columns, got, Order.alongRow(of));
                    Sum want = new Sum();
                    for (float value : of) {
                        want.add(value);
                    }
                    close("sum of " + columns, got, want, 32 + 5); // a lane, then the fold
                }
            }
        }
    }

    /** More than 1024 tiles: the sum takes a second level. */
    @EveryDevice
    void aRowOfMoreThanAMillionIsSummedInTheOrderThatOpsStates(Device device) {
        int n = (1 << 20) + 1024 + 3;
        float[] x = normals(3, n);
        try (Arena arena = new Arena(device)) {
            Buffer sum = arena.doubles(1);
            arena.run(new MathOps.SumRows(1, n, arena.of(x), sum));
            same("sum", arena.doubles(sum)[0], Order.alongRow(x));
        }
    }

    @EveryDevice
    void sumsOfMinusZeroesArePlusZero(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer sum = arena.doubles(2);
            arena.run(new MathOps.SumRows(2, 2, arena.of(-0f, -0f, -0f, 0f), sum));
            same("sum", arena.doubles(sum)[0], 0.0);
            same("sum", arena.doubles(sum)[1], 0.0);
        }
    }

    @EveryDevice
    void aNanOrAnInfinitySpoilsItsOwnRowOnly(Device device) {
        float[] x = new float[3 * 1500];
        Arrays.fill(x, 1f);
        x[1400] = NAN;
        x[1500 + 1023] = INF;
        try (Arena arena = new Arena(device)) {
            Buffer sum = arena.doubles(3);
            arena.run(new MathOps.SumRows(3, 1500, arena.of(x), sum));
            assertThat(arena.doubles(sum)).containsExactly(Double.NaN, Double.POSITIVE_INFINITY, 1500);
        }
    }

    @EveryDevice
    void rowsAreGatheredByIndex(Device device) {
        float[] source = normals(5, 7 * 33);
        int[] index = {99, 6, 0, 3, 3, 5, 99};
        try (Arena arena = new Arena(device)) {
            Buffer target = arena.out(5 * 33);
            arena.run(new MathOps.GatherRows(5, 33, arena.of(index), Index.of(1), arena.of(source), target));
            float[] got = arena.floats(target);
            for (int row = 0; row < 5; row++) {
                same(
                        "row " + row,
                        Arrays.copyOfRange(got, row * 33, row * 33 + 33),
                        Arrays.copyOfRange(source, index[1 + row] * 33, index[1 + row] * 33 + 33));
            }
        }
    }

    @EveryDevice
    void anIndexBeyondTheSourceIsRefusedAndSaysWhich(Device device) {
        for (int columns : new int[] {4, 5}) { // four at a time, or one
            for (int bad : new int[] {7, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                try (Arena arena = new Arena(device)) {
                    Buffer index = arena.of(new int[] {0, 1, bad, 2});
                    Buffer source = arena.of(new float[7 * columns]);
                    Buffer target = arena.out(3 * columns);
                    assertThatThrownBy(() -> {
                                arena.run(new MathOps.GatherRows(3, columns, index, Index.of(1), source, target));
                                device.synchronize();
                            })
                            .isInstanceOfAny(IllegalArgumentException.class, DeviceException.class)
                            .hasMessageContaining(bad + "");
                }
            }
        }
    }

    @EveryDevice
    void theFirstNonFiniteElementIsFound(Device device) {
        for (int n : new int[] {0, 1, 33, 1025, 4099}) {
            for (float bad : new float[] {NAN, INF, -INF}) {
                for (int at : new int[] {-1, 0, n / 2, n - 1}) {
                    float[] x = new float[n + 2];
                    Arrays.fill(x, -Float.MAX_VALUE);
                    x[n] = bad; // beyond what is asked about
                    if (at >= 0 && at < n) {
                        x[at] = bad;
                        x[n - 1] = NAN;
                    }
                    try (Arena arena = new Arena(device)) {
                        Buffer found = arena.out(ElementType.INT32, 1);
                        arena.run(new MathOps.FirstNonFinite(n, arena.of(x), found));
                        assertThat(arena.ints(found)).containsExactly(at < n ? at : -1);
                    }
                }
            }
        }
    }

    @EveryDevice
    void anIndexThatNoIntHoldsIsNotLookedFor(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer x = arena.of(new float[3]);
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> arena.run(new MathOps.FirstNonFinite(1L << 31, x, arena.out(ElementType.INT32, 1))))
                    .withMessageContaining("n is 2147483648, but must be 2147483647 or less");
        }
    }
}
