package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HostLogJointTest {
    private static final List<String> NAMES = List.of("a", "b");

    private static final HostLogJoint.DrawFunction PRODUCT = (z, gradient) -> {
        if (gradient != null) {
            gradient[0] = z[1];
            gradient[1] = z[0];
        }
        return z[0] * z[1];
    };

    @EveryDevice
    void drawsGoToTheFunctionAndResultsComeBack(Device device) {
        LogJoint byDraw = HostLogJoint.ofDraw(NAMES, PRODUCT);
        LogJoint byBlock = HostLogJoint.ofBlock(NAMES, (rows, z, logP, gradient) -> {
            for (int r = 0; r < rows; r++) {
                logP[r] = z[2 * r] * z[2 * r + 1];
                if (gradient != null) {
                    gradient[2 * r] = z[2 * r + 1];
                    gradient[2 * r + 1] = z[2 * r];
                }
            }
        });
        for (LogJoint model : List.of(byDraw, byBlock)) {
            try (Buffer z = device.copyOf(new float[] {1, 2, 3, 4, 5, 6});
                    Buffer logP = device.allocate(ElementType.FLOAT64, 4);
                    Buffer gradient = device.allocate(7)) {
                model.evaluate(DrawBlock.of(1, 3, 2), z, logP, gradient);
                assertThat(logP.toDoubles()).containsExactly(2, 12, 30, 0);
                assertThat(gradient.toFloats()).containsExactly(2, 1, 4, 3, 6, 5, 0);
                model.evaluate(DrawBlock.of(2, 1, 2), z, logP, null); // a smaller block, in kept arrays
                assertThat(logP.toDoubles()).containsExactly(2, 12, 30, 0);
            }
        }
    }

    /** Of N(1, 1) and a neighbour, added up; a dirty array would make the sums of all draws before it. */
    @EveryDevice
    void aGradientMayBeAddedUp(Device device) {
        LogJoint byDraw = HostLogJoint.ofDraw(NAMES, (z, gradient) -> {
            gradient[0] += 1;
            gradient[0] += -z[0];
            gradient[1] -= z[1];
            return 0;
        });
        LogJoint byBlock = HostLogJoint.ofBlock(NAMES, (rows, z, logP, gradient) -> {
            for (int i = 0; gradient != null && i < 2 * rows; i++) {
                gradient[i] += (i % 2 == 0 ? 1 : 0) - z[i];
            }
            Arrays.fill(logP, 0, rows, 0);
        });
        for (LogJoint model : List.of(byDraw, byBlock)) {
            try (Buffer z = device.copyOf(new float[] {1, 2, 3, 4, 5, 6});
                    Buffer logP = device.allocate(ElementType.FLOAT64, 3);
                    Buffer gradient = device.allocate(6)) {
                for (int again = 0; again < 3; again++) {
                    model.evaluate(DrawBlock.of(1, 3, 2), z, logP, gradient);
                    assertThat(gradient.toFloats()).containsExactly(0, -2, -2, -4, -4, -6);
                }
            }
        }
    }

    /** What stays unwritten is not the log p of the block before. */
    @EveryDevice
    void aLogPThatIsNotWrittenIsNotANumber(Device device) {
        LogJoint forgetful = HostLogJoint.ofBlock(NAMES, (rows, z, logP, gradient) -> logP[0] = z[0]);
        try (Buffer z = device.copyOf(new float[] {1, 2, 3, 4});
                Buffer logP = device.allocate(ElementType.FLOAT64, 2)) {
            forgetful.evaluate(DrawBlock.of(1, 2, 2), z, logP, null);
            assertThat(logP.toDoubles()).containsExactly(1, Double.NaN);
        }
    }

    @Test
    void theFunctionAnswersInFloat64OnTheHost() {
        HostLogJoint model = HostLogJoint.ofDraw(NAMES, PRODUCT);
        double[] logP = new double[3];
        double[] gradient = new double[4];
        model.evaluate(2, new double[] {0.1, 3, 1e-300, 2}, logP, gradient);
        assertThat(logP).containsExactly(0.1 * 3, 2e-300, 0);
        assertThat(gradient).containsExactly(3, 0.1, 2, 1e-300);
        model.evaluate(1, new double[] {4, 5}, logP, null);
        assertThat(logP).containsExactly(20, 2e-300, 0);
    }

    /** Forty fits of one seed, by draw and by block, from several threads on one device: equal to the bit. */
    @Test
    void fitsInParallelDoNotDisturbEachOther() throws Exception {
        Device device = TestDevices.scalar();
        List<String> names = IntStream.range(0, 5).mapToObj(i -> "x" + i).toList();
        HostLogJoint.DrawFunction normal = (z, g) -> {
            double sum = 0;
            for (int i = 0; i < 5; i++) {
                g[i] -= z[i] - i;
                Thread.onSpinWait(); // time for the others
                sum -= 0.5 * (z[i] - i) * (z[i] - i);
            }
            return sum;
        };
        HostLogJoint.BlockFunction block = (rows, z, logP, gradient) -> {
            for (int r = 0; r < rows; r++) {
                double[] slope = new double[5];
                logP[r] = normal.evaluate(Arrays.copyOfRange(z, 5 * r, 5 * r + 5), slope);
                if (gradient != null) {
                    System.arraycopy(slope, 0, gradient, 5 * r, 5);
                }
            }
        };
        for (LogJoint model : List.of(HostLogJoint.ofDraw(names, normal), HostLogJoint.ofBlock(names, block))) {
            Callable<List<Object>> fit = () -> {
                FitResult result = Sgvi.builder()
                        .seed(3)
                        .draws(16)
                        .maxSteps(150)
                        .evaluationDraws(200)
                        .build()
                        .fit(device, model);
                return List.of(result.posterior(), result.elbo(), result.kHat(), result.trace(), result.status());
            };
            List<Object> alone = fit.call();
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                for (Future<List<Object>> together : threads.invokeAll(Collections.nCopies(40, fit))) {
                    assertThat(together.get()).isEqualTo(alone);
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    /** As everywhere in a step: 5,000 numbers a call would be 40 kB and more. */
    @Test
    void callsAfterTheFirstMakeNoGarbage() {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Device device = TestDevices.scalar();
        LogJoint model = HostLogJoint.ofDraw(
                IntStream.range(0, 500).mapToObj(i -> "x" + i).toList(), (z, g) -> g[0] = z[0]);
        try (Buffer z = device.allocate(5000);
                Buffer logP = device.allocate(ElementType.FLOAT64, 10);
                Buffer gradient = device.allocate(5000)) {
            DrawBlock shape = DrawBlock.of(1, 10, 500);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20; round++) {
                long before = bean.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 100; i++) {
                    model.evaluate(shape, z, logP, gradient);
                }
                least = Math.min(least, (bean.getCurrentThreadAllocatedBytes() - before) / 100);
            }
            assertThat(least).isLessThan(200);
        }
    }

    @Test
    void anExceptionOfTheFunctionPassesThroughAndIsKnown() {
        DeviceException own = new DeviceException("a device of the model's own");
        HostLogJoint model = HostLogJoint.ofDraw(NAMES, (z, gradient) -> {
            throw own;
        });
        Device device = TestDevices.scalar();
        try (Buffer z = device.allocate(2);
                Buffer logP = device.allocate(ElementType.FLOAT64, 1)) {
            assertThatThrownBy(() -> model.evaluate(DrawBlock.of(1, 1, 2), z, logP, null))
                    .isSameAs(own);
        }
        assertThat(model.threw(own)).isTrue();
        assertThat(model.threw(new DeviceException("a device of the model's own")))
                .isFalse();
    }

    @Test
    void namesAreThereAndDiffer() {
        refused("names is null", () -> HostLogJoint.ofDraw(null, PRODUCT));
        refused("function is null", () -> HostLogJoint.ofDraw(NAMES, null));
        refused("function is null", () -> HostLogJoint.ofBlock(NAMES, null));
        refused("names[1] is null", () -> HostLogJoint.ofDraw(Arrays.asList("a", null), PRODUCT));
        refused(
                "names[0] and names[2] are both 'a', but each parameter needs a name of its own",
                () -> HostLogJoint.ofBlock(List.of("a", "b", "a"), (rows, z, logP, gradient) -> {}));
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfAny(IllegalArgumentException.class, NullPointerException.class)
                .hasMessage(message);
    }

    @Test
    void aModelWithoutParametersIsRefused() {
        assertThatThrownBy(() -> HostLogJoint.ofDraw(List.of(), PRODUCT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("names is empty");
    }
}
