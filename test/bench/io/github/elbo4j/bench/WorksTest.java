package io.github.elbo4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.works.Work;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each work runs on each device that opens, and passes the check that stands before its timing. */
class WorksTest {
    static Stream<Arguments> works() {
        return Devices.list().stream()
                .filter(Devices.Status::opens)
                .flatMap(device -> Stream.of(Work.values()).map(work -> Arguments.of(work, device.name())));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("works")
    void runs(Work work, String device) throws Exception {
        WorkBenchmark benchmark = Class.forName("io.github.elbo4j.bench." + work.benchmark())
                .asSubclass(WorkBenchmark.class)
                .getConstructor()
                .newInstance();
        benchmark.device = device;
        benchmark.size = "tiny";
        benchmark.open();
        try {
            assertThat(benchmark.step()).isNotNull();
        } finally {
            benchmark.close();
        }
    }
}
