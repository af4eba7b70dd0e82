package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.scalar.HostDevice;
import io.github.elbo4j.scalar.Twins;
import io.github.elbo4j.scalar.Workers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Not in the package of {@code Buffer}, whose classes a report of a leak passes over. */
class BufferTest {
    @EveryDevice
    void newMemoryIsZero(Device device) {
        try (Buffer floats = device.allocate(1025);
                Buffer doubles = device.allocate(ElementType.FLOAT64, 33);
                Buffer ints = device.allocate(ElementType.INT32, 33)) {
            assertThat(floats.toFloats()).hasSize(1025).containsOnly(0f);
            assertThat(doubles.toDoubles()).hasSize(33).containsOnly(0.0);
            assertThat(ints.toInts()).hasSize(33).containsOnly(0);
            assertThat(floats.device()).isSameAs(device);
            assertThat(doubles.type()).isEqualTo(ElementType.FLOAT64);
            assertThat(ints.length()).isEqualTo(33);
        }
    }

    @EveryDevice
    void anEmptyBufferIsABuffer(Device device) {
        try (Buffer empty = device.allocate(0)) {
            assertThat(empty.toFloats()).isEmpty();
            empty.write(0, new float[3], 3, 0);
            empty.read(0, new float[0], 0, 0);
        }
    }

    @EveryDevice
    void partsAreWrittenAndReadWhereTheyWereAskedFor(Device device) {
        try (Buffer buffer = device.allocate(ElementType.INT32, 7)) {
            buffer.write(2, new int[] {-1, 10, 20, 30, -1}, 1, 3);
            assertThat(buffer.toInts()).containsExactly(0, 0, 10, 20, 30, 0, 0);
            int[] target = {-1, -1, -1, -1};
            buffer.read(3, target, 1, 2);
            assertThat(target).containsExactly(-1, 20, 30, -1);
        }
        try (Buffer buffer = device.allocate(ElementType.FLOAT64, 4)) {
            buffer.write(1, new double[] {-1, Math.PI, Double.NaN}, 1, 2);
            assertThat(buffer.toDoubles()).containsExactly(0, Math.PI, Double.NaN, 0);
        }
    }

    @EveryDevice
    void aCopyIsACopy(Device device) {
        float[] values = {1, -0f, Float.NaN, Float.MIN_VALUE};
        try (Buffer buffer = device.copyOf(values)) {
            values[0] = 9;
            assertThat(buffer.toFloats()).containsExactly(1, -0f, Float.NaN, Float.MIN_VALUE);
            buffer.toFloats()[0] = 8;
            assertThat(buffer.toFloats()[0]).isEqualTo(1);
        }
    }

    @EveryDevice
    void placesOutsideTheBufferOrTheArrayAreRefused(Device device) {
        try (Buffer buffer = device.allocate(5)) {
            float[] array = new float[8];
            long max = Long.MAX_VALUE;
            for (long[] bad : new long[][] {
                {-1, 0, 1},
                {5, 0, 1},
                {3, 0, 3},
                {max, 0, 1},
                {0, -1, 1},
                {0, 8, 1},
                {0, 6, 3},
                {0, 0, -1},
                {0, 4, 5},
                {0, Integer.MAX_VALUE, 1},
                {max - 1, 0, 5},
                {Long.MIN_VALUE, 0, 1}
            }) {
                int from = (int) bad[1];
                int count = (int) bad[2];
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> buffer.write(bad[0], array, from, count))
                        .withMessageContaining("cannot write " + count + " elements");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> buffer.read(bad[0], array, from, count))
                        .withMessageContaining("cannot read " + count + " elements");
            }
            assertThat(buffer.toFloats()).containsOnly(0f);
        }
    }

    @EveryDevice
    void elementsOfAnotherTypeAreRefused(Device device) {
        try (Buffer floats = device.allocate(5);
                Buffer ints = device.allocate(ElementType.INT32, 5)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> floats.write(0, new double[5], 0, 5))
                    .withMessageContainingAll("FLOAT64", "FLOAT32");
            assertThatIllegalArgumentException().isThrownBy(floats::toInts).withMessageContaining("INT32");
            assertThatIllegalArgumentException().isThrownBy(ints::toFloats).withMessageContaining("INT32");
        }
    }

    @EveryDevice
    void closingTwiceIsSafeAndUseAfterCloseIsNot(Device device) {
        Buffer buffer = device.copyOf(new float[] {1, 2});
        assertThat(buffer.isClosed()).isFalse();
        buffer.close();
        buffer.close();
        assertThat(buffer.isClosed()).isTrue();
        assertThat(buffer.toString()).contains("closed", "2", "FLOAT32", device.name());
        assertThatIllegalStateException().isThrownBy(buffer::toFloats).withMessageContaining("closed");
        assertThatIllegalStateException()
                .isThrownBy(() -> buffer.write(0, new float[1], 0, 1))
                .withMessageContaining("closed");
    }

    @EveryDevice
    void lengthsThatCannotBeAreRefused(Device device) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> device.allocate(-1))
                .withMessageContaining("-1");
        for (long length : new long[] {1L << 62, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> device.allocate(ElementType.FLOAT64, length))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll(device.name(), length + " FLOAT64", "lower");
        }
    }

    @EveryDevice
    void aForgottenBufferIsReportedWithThePlaceThatAllocatedIt(Device device) throws InterruptedException {
        List<String> log = reports(() -> forget(device), 1);
        assertThat(log)
                .anySatisfy(message -> assertThat(message)
                        .contains(device.name(), "77 FLOAT64", "never closed", "BufferTest.forget", "BufferTest.java"));
    }

    @EveryDevice
    void aClosedBufferIsNotReported(Device device) throws InterruptedException {
        List<String> log = reports(
                () -> {
                    device.allocate(78).close();
                    forget(device); // shows that the collector has been there
                },
                1);
        assertThat(log).isNotEmpty().noneMatch(message -> message.contains("78 FLOAT32"));
    }

    /** Nothing was got, so there is nothing to close. */
    @EveryDevice
    void aBufferThatFoundNoMemoryIsNotReported(Device device) throws InterruptedException {
        int length = Integer.MAX_VALUE - 8;
        Assumptions.assumeTrue(Runtime.getRuntime().maxMemory() < 8L * length, "so much memory is there");
        List<String> log = reports(
                () -> {
                    assertThatThrownBy(() -> device.allocate(ElementType.FLOAT64, length))
                            .isInstanceOf(DeviceException.class);
                    forget(device); // shows that the collector has been there
                },
                1);
        assertThat(log).isNotEmpty().noneMatch(message -> message.contains(String.valueOf(length)));
    }

    @Test
    void aForgottenDeviceIsReportedWithThePlaceThatOpenedIt() throws InterruptedException {
        for (Devices.Status status : Devices.list()) {
            // A context that is never given back would be counted by the tests of the emulated device.
            if (status.opens() && !status.name().equals("cuda")) {
                List<String> log = reports(Device.class, () -> forgetDevice(status.name()), 1);
                assertThat(log)
                        .anySatisfy(message -> assertThat(message)
                                .contains(status.name() + " device was never closed; opened at")
                                .contains("BufferTest.forgetDevice", "BufferTest.java"));
            }
        }
    }

    @Test
    void aClosedDeviceIsNotReported() throws InterruptedException {
        List<String> log = reports(
                Device.class,
                () -> {
                    try (Device closed = HostDevice.scalar(1)) {
                        closed.allocate(1).close();
                    }
                    new HostDevice("forgotten", "", new Workers(1), Twins.scalar());
                },
                1);
        assertThat(log).isNotEmpty().noneMatch(message -> message.contains("scalar"));
    }

    @EveryDevice
    void nullArgumentsAreNamed(Device device) {
        try (Buffer buffer = device.allocate(1)) {
            for (Runnable call : List.<Runnable>of(
                    () -> buffer.write(0, (float[]) null, 0, 1),
                    () -> buffer.write(0, (double[]) null, 0, 1),
                    () -> buffer.write(0, (int[]) null, 0, 1))) {
                assertThatNullPointerException().isThrownBy(call::run).withMessage("source is null");
            }
            for (Runnable call : List.<Runnable>of(
                    () -> buffer.read(0, (float[]) null, 0, 1),
                    () -> buffer.read(0, (double[]) null, 0, 1),
                    () -> buffer.read(0, (int[]) null, 0, 1))) {
                assertThatNullPointerException().isThrownBy(call::run).withMessage("target is null");
            }
        }
        assertThatNullPointerException().isThrownBy(() -> device.copyOf(null)).withMessage("values is null");
        assertThatNullPointerException()
                .isThrownBy(() -> device.allocate(null, 1))
                .withMessage("type is null");
    }

    private static void forgetDevice(String name) {
        Devices.open(name, 1);
    }

    private static void forget(Device device) {
        device.allocate(ElementType.FLOAT64, 77);
    }

    /** What the log says after the action, waiting ten seconds at most for so many reports. */
    private static List<String> reports(Runnable action, int wanted) throws InterruptedException {
        return reports(Buffer.class, action, wanted);
    }

    private static List<String> reports(Class<?> kind, Runnable action, int wanted) throws InterruptedException {
        List<String> messages = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                messages.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(kind.getName());
        boolean passedOn = logger.getUseParentHandlers();
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            action.run();
            for (int i = 0; i < 200 && messages.size() < wanted; i++) {
                System.gc();
                Thread.sleep(50);
            }
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(passedOn);
        }
        return messages;
    }
}
