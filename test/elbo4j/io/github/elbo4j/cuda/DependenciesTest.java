package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Operation;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which operations wait for which. */
class DependenciesTest {
    private static final int N = 4;

    private final Device device = Devices.open("scalar");
    private final Buffer a = device.allocate(N);
    private final Buffer b = device.allocate(N);
    private final Buffer c = device.allocate(N);
    private final Buffer d = device.allocate(N);
    private final Dependencies dependencies = new Dependencies();

    @AfterEach
    void close() {
        List.of(a, b, c, d).forEach(Buffer::close);
        device.close();
    }

    @Test
    void anOperationWaitsForWhatItReadsAndForThoseWhoReadWhatItWrites() {
        assertThat(add(fill(a))).isEmpty();
        assertThat(add(fill(b))).isEmpty();
        assertThat(add(sum(a, b))).as("reads one, updates the other").containsExactlyInAnyOrder(0, 1);
        assertThat(add(sum(a, c))).as("two may read at once").containsExactly(0);
        assertThat(add(fill(a))).as("after both who read it").containsExactlyInAnyOrder(2, 3);
        assertThat(add(sum(b, d))).containsExactly(2);
        assertThat(add(sum(c, d))).as("updates what another updated").containsExactlyInAnyOrder(3, 5);
        assertThat(add(sum(a, b)))
                .as("not for 5 by way of 6, nor for 2 by way of 4")
                .containsExactlyInAnyOrder(4, 5);
    }

    /** An operation that reads and updates the same buffer does not wait for itself. */
    @Test
    void noneWaitsForItself() {
        assertThat(add(sum(a, a))).isEmpty();
        assertThat(add(sum(a, a))).containsExactly(0);
    }

    @Test
    void whatSharesMemoryComesOneAfterTheOther() {
        Object memory = new Object();
        assertThat(dependencies.add(fill(a), List.of(memory))).isEmpty();
        assertThat(dependencies.add(fill(b), List.of(memory))).containsExactly(0);
        assertThat(dependencies.add(fill(c), List.of())).isEmpty();
        assertThat(dependencies.add(fill(d), List.of(memory))).containsExactly(1);
    }

    private List<Integer> add(Operation operation) {
        return dependencies.add(operation, List.of());
    }

    private static Operation fill(Buffer x) {
        return new MathOps.Fill(N, 1f, x);
    }

    private static Operation sum(Buffer x, Buffer y) {
        return new MathOps.Axpy(N, 1f, x, y);
    }
}
