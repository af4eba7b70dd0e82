package io.github.elbo4j.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.KlOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Resources;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * No timed test: two bodies of one operation in one run, a thread each, in turns. A loop that the JVM's compiler no longer keeps in registers
 * allocates its vectors and takes ten times as long as the plain body or more, where it should take a third or less; so the
 * vector body must once be faster than the plain one in the median of many turns. A loaded machine may compile late, so there are several rounds.
 */
class SpeedRatioTest {
    private static final int TURNS = 15;
    private static final int ROUNDS = 12;
    private static final long WARM_NANOS = 1_500_000_000L;
    private static final int N = 192;

    @Test
    void productsAreFasterInVectors() {
        compare(own -> {
            Buffer a = own.allocate(N * N);
            Buffer b = own.allocate(N * N);
            Buffer c = own.allocate(N * N);
            return new GemmOps.Gemm(Matrix.of(a, N, N), Matrix.of(b, N, N), false, Matrix.of(c, N, N));
        });
    }

    @Test
    void fullRankDrawsAreFasterInVectors() {
        compare(own -> {
            DrawBlock shape = DrawBlock.of(1, 256, 96);
            return new FullRankOps.FullRankSample(
                    new Key(1),
                    Index.of(0),
                    shape,
                    own.allocate(96),
                    own.allocate(96 * 96),
                    own.allocate(shape.elements()));
        });
    }

    @Test
    void normalsOfShortRowsAreFasterInVectors() {
        compare(own -> {
            DrawBlock shape = DrawBlock.of(1, 1 << 15, 8);
            return new NormalOps.Normal(new Key(1), Index.of(0), shape, own.allocate(shape.elements()));
        });
    }

    @Test
    void divergencesAreFasterInVectors() {
        int rows = 1 << 13;
        compare(own -> new KlOps.KlToStandard(
                rows, 16, own.allocate(rows * 16), own.allocate(rows * 16), own.allocate(ElementType.FLOAT64, rows)));
    }

    private static void compare(Function<Resources, Operation> of) {
        String absent = Devices.list().stream()
                .filter(status -> status.name().equals("simd") && !status.opens())
                .map(Devices.Status::words)
                .findFirst()
                .orElse("");
        assumeTrue(absent.isEmpty(), "simd: " + absent);
        assumeFalse(
                ManagementFactory.getRuntimeMXBean()
                        .getInputArguments()
                        .toString()
                        .contains("jacoco"),
                "not run with coverage, whose probes stand in the loops; it is in every run without");
        try (Device simd = open("simd");
                Device scalar = open("scalar");
                Resources ofSimd = new Resources(simd);
                Resources ofScalar = new Resources(scalar)) {
            Operation fast = of.apply(ofSimd);
            Operation plain = of.apply(ofScalar);
            double[] ratios = new double[TURNS];
            for (int round = 0; round < ROUNDS && !(ratios[TURNS / 2] > 0 && ratios[TURNS / 2] < 1); round++) {
                warm(simd, fast);
                warm(scalar, plain);
                for (int turn = 0; turn < TURNS; turn++) {
                    ratios[turn] = (double) time(simd, fast) / time(scalar, plain);
                }
                Arrays.sort(ratios);
            }
            assertThat(ratios[TURNS / 2])
                    .as("the time of %s in vectors over that of the plain body: %s", fast, Arrays.toString(ratios))
                    .isLessThan(1);
        }
    }

    private static Device open(String name) {
        return Devices.choose(Devices.Request.of(name).withThreads(1)).device();
    }

    private static void warm(Device device, Operation operation) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < WARM_NANOS) {
            device.run(operation);
        }
    }

    private static long time(Device device, Operation operation) {
        long begun = System.nanoTime();
        device.run(operation);
        return System.nanoTime() - begun;
    }
}
