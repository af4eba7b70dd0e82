package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Numbers;
import io.github.elbo4j.OpCase;
import io.github.elbo4j.OpCases;
import io.github.elbo4j.Order;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.Rng;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Results do not depend on the order in which the blocks, warps and lanes of a kernel run: what a missing barrier would
 * change. Exact kernels give scalar's bits under each order, fast ones their own.
 */
class SchedulesTest {
    private static final long[] SEEDS = {2, 3, 5, 7, 11};
    private static final List<DrawBlock> SHAPES =
            List.of(DrawBlock.of(3, 65, 33).at(1, 64, 2), DrawBlock.of(2, 130, 5));
    private static final DrawBlock LONG = DrawBlock.of(1, 3, 2500);

    private static @Nullable Device fast;

    static List<OpCase> cases() {
        return OpCases.ALL;
    }

    @BeforeAll
    static void open() {
        Assumptions.assumeTrue(Emulator.isPresent(), "only the emulated CUDA device can be told an order");
        try {
            fast = CudaDevice.open(0, Arithmetic.FAST, Rng.PHILOX);
        } catch (DeviceException e) {
            System.out.println("SchedulesTest: fast kernels not run: " + e.getMessage());
        }
    }

    @AfterAll
    static void close() {
        if (fast != null) {
            fast.close();
        }
    }

    @AfterEach
    void reset() {
        Emulator.reset();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void exactResultsDoNotDependOnTheOrderOfThreads(OpCase operation) {
        Device cuda = TestDevices.all().stream()
                .filter(device -> device.name().equals("cuda"))
                .findFirst()
                .orElseThrow();
        for (DrawBlock shape : shapes(operation)) {
            same(operation, cuda, shape, operation.bits(TestDevices.scalar(), shape));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fastResultsDoNotDependOnTheOrderOfThreads(OpCase operation) {
        Device device = fast;
        Assumptions.assumeTrue(device != null, "fast arithmetic does not open");
        for (DrawBlock shape : shapes(operation)) {
            same(operation, device, shape, operation.bits(device, shape));
        }
    }

    /** Rows that take a block several passes, and several rows for a block, which reuse its shared memory. */
    @ParameterizedTest
    @CsvSource({"30, 1500", "2, 1050000"})
    void sumsOfLongRowsDoNotDependOnTheOrderOfThreads(int rows, int columns) {
        float[] x = Numbers.normals(1, (long) rows * columns);
        double[] want = new double[rows];
        for (int r = 0; r < rows; r++) {
            double sum = Order.alongRow(Arrays.copyOfRange(x, r * columns, (r + 1) * columns));
            want[r] = sum + columns * (0.9189385332046727 + 0.5);
        }
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT);
                Buffer omega = device.copyOf(x);
                Buffer entropy = device.allocate(ElementType.FLOAT64, rows)) {
            Grid.most(1);
            for (long seed : SEEDS) {
                Emulator.seed(seed);
                device.run(new MeanFieldOps.Entropy(rows, columns, omega, entropy, Index.of(0)));
                assertThat(entropy.toDoubles()).as("order %d", seed).isEqualTo(want);
            }
        } finally {
            Grid.most(Grid.MOST);
        }
    }

    private static List<DrawBlock> shapes(OpCase operation) {
        return operation.square() ? SHAPES : List.of(SHAPES.get(0), SHAPES.get(1), LONG);
    }

    private static void same(OpCase operation, Device device, DrawBlock shape, List<long[]> want) {
        for (long seed : SEEDS) {
            Emulator.seed(seed);
            List<long[]> got = operation.bits(device, shape);
            for (int i = 0; i < want.size(); i++) {
                assertThat(got.get(i))
                        .as("output %d of %s of %s on %s, order %d", i, operation, shape, device, seed)
                        .isEqualTo(want.get(i));
            }
        }
    }
}
