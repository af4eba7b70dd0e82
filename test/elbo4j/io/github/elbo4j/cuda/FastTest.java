package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.OpCase;
import io.github.elbo4j.OpCases;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Rng;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fast arithmetic is near the exact one, within what the hardware's functions may be off. */
class FastTest {
    /** CUDA C++ Programming Guide, intrinsic functions: the absolute error of __logf in [0.5, 2], and of __sinf and __cosf. */
    private static final double HARDWARE = StrictMath.pow(2, -21.41);

    /**
     * How far a normal may move. The radius is sqrt(v), v = −2·ln u known to 2·HARDWARE near u = 1: sqrt(2·HARDWARE) at v = 0,
     * where it is most. Elsewhere, and by the angle, it is less than 6.8·HARDWARE. The rounding of u counts as much again.
     */
    private static final double NORMAL = 2 * (StrictMath.sqrt(2 * HARDWARE) + 7 * HARDWARE);

    private static @Nullable Device device;

    @BeforeAll
    static void open() {
        try {
            device = TestDevices.all().stream().anyMatch(d -> d.name().equals("cuda"))
                    ? CudaDevice.open(0, Arithmetic.FAST, Rng.PHILOX)
                    : null;
        } catch (DeviceException e) {
            System.out.println("FastTest: not run: " + e.getMessage());
        }
        Assumptions.assumeTrue(device != null, "fast arithmetic does not open");
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
        }
    }

    static List<OpCase> cases() {
        return OpCases.ALL;
    }

    @Test
    void normalsMoveByNoMoreThanTheHardwareIsOff() {
        DrawBlock shape = DrawBlock.of(2, 33, 1025).at(1, 2, 3);
        float[] fast = normals(device, shape);
        float[] exact = normals(TestDevices.scalar(), shape);
        for (int i = 0; i < exact.length; i++) {
            assertThat(Math.abs(fast[i] - exact[i])).as("element %d", i).isLessThanOrEqualTo((float) NORMAL);
        }
    }

    /** __expf: 2 + |1.16·x| ulp. __logf: HARDWARE in [0.5, 2], 3 ulp elsewhere. */
    @Test
    void exponentialsAndLogarithmsAreWithinTheGuidesBounds() {
        float[] x = new float[4001];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 2000) * 0.01f;
        }
        float[] y = map(Function.EXP, x);
        for (int i = 0; i < x.length; i++) {
            double want = StrictMath.exp(x[i]);
            double ulps = 3 + Math.floor(Math.abs(1.16 * x[i]));
            assertThat(Math.abs(y[i] - want)).as("exp %s", x[i]).isLessThanOrEqualTo(ulps * Math.ulp((float) want));
        }
        for (int i = 0; i < x.length; i++) {
            x[i] = (i + 1) * 0.005f;
        }
        y = map(Function.LOG, x);
        for (int i = 0; i < x.length; i++) {
            double want = StrictMath.log(x[i]);
            double bound = HARDWARE + 4 * Math.ulp((float) want);
            assertThat(Math.abs(y[i] - want)).as("log %s", x[i]).isLessThanOrEqualTo(bound);
        }
    }

    /**
     * Every operation, by the largest difference over the largest value: each draw moves by at most {@link #NORMAL}, 2e-3, and
     * a sum of squares of draws by a few times that. Wrong operands, strides or signs are off by the values themselves.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void everyOperationIsNearItsExactResult(OpCase operation) {
        for (DrawBlock shape :
                List.of(DrawBlock.of(3, 65, 33).at(1, 64, 2), DrawBlock.of(2, 130, 5), DrawBlock.of(1, 2, 70))) {
            List<long[]> exact = operation.bits(TestDevices.scalar(), shape);
            List<long[]> fast = operation.bits(device, shape);
            for (int i = 0; i < exact.size(); i++) {
                double[] want = values(exact.get(i));
                double[] got = values(fast.get(i));
                double largest = Arrays.stream(want)
                        .filter(Double::isFinite)
                        .map(Math::abs)
                        .max()
                        .orElse(0);
                for (int k = 0; k < want.length; k++) {
                    boolean near = Double.isFinite(want[k])
                            ? Math.abs(got[k] - want[k]) <= 10 * NORMAL * largest
                            : Double.compare(got[k], want[k]) == 0;
                    assertThat(near)
                            .as(
                                    "%s of %s, element %d of output %d: %s, exact %s",
                                    operation, shape, k, i, got[k], want[k])
                            .isTrue();
                }
            }
        }
    }

    @Test
    void itSaysThatItIsFast() {
        assertThat(device.arithmetic()).isEqualTo(Arithmetic.FAST);
        assertThat(device.description()).contains("fast");
    }

    /** Bits of float32, or of float64 where they are longer. */
    private static double[] values(long[] bits) {
        return Arrays.stream(bits)
                .mapToDouble(b -> b == (int) b ? Float.intBitsToFloat((int) b) : Double.longBitsToDouble(b))
                .toArray();
    }

    private static float[] normals(Device on, DrawBlock shape) {
        try (Buffer epsilon = on.allocate(shape.elements())) {
            on.run(new NormalOps.Normal(new Key(5), Index.of(6), shape, epsilon));
            return epsilon.toFloats();
        }
    }

    private static float[] map(Function f, float[] x) {
        try (Arena arena = new Arena(device)) {
            Buffer y = device.allocate(x.length);
            arena.run(new MathOps.Map(f, x.length, arena.of(x), y));
            float[] values = y.toFloats();
            y.close();
            return values;
        }
    }
}
