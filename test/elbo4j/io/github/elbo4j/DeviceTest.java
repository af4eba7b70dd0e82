package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DeviceTest {
    private static final DrawBlock SHAPE = DrawBlock.of(3, 65, 5);

    @EveryDevice
    void aClosedDeviceRefusesMemoryAndEveryOperation(Device kind) {
        for (OpCase operation : OpCases.ALL) {
            Device device = Devices.open(kind.name(), 1);
            try (Arena arena = new Arena(device)) {
                Operation closed = operation.on(arena, SHAPE);
                device.close();
                device.run(closed);
                throw new AssertionError(operation + " on a closed device went on");
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("closed");
            }
            assertThatIllegalStateException()
                    .isThrownBy(() -> device.allocate(1))
                    .withMessageContainingAll(device.name(), "closed");
            device.close();
        }
    }

    @EveryDevice
    void severalThreadsMayUseOneDevice(Device device) throws Exception {
        List<OpCase> operations = OpCases.ALL;
        List<List<long[]>> want = new ArrayList<>();
        for (OpCase operation : operations) {
            want.add(operation.bits(TestDevices.scalar(), SHAPE));
        }
        ExecutorService callers = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 3; caller++) {
                int first = caller * operations.size() / 3;
                all.add(callers.submit(() -> {
                    for (int i = 0; i < 4 * operations.size(); i++) {
                        int k = (first + i) % operations.size();
                        List<long[]> got = operations.get(k).bits(device, SHAPE);
                        for (int output = 0; output < got.size(); output++) {
                            assertThat(got.get(output))
                                    .as(operations.get(k) + " beside others")
                                    .isEqualTo(want.get(k).get(output));
                        }
                    }
                }));
            }
            for (Future<?> caller : all) {
                caller.get();
            }
        } finally {
            callers.shutdownNow();
        }
    }
}
