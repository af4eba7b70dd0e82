package io.github.elbo4j.bench.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Devices;
import io.github.elbo4j.bench.Json;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.MathOps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What is timed of each kernel. */
class CasesTest {
    static Stream<String> devices() {
        return Devices.list().stream().filter(Devices.Status::opens).map(Devices.Status::name);
    }

    @ParameterizedTest(name = "on {0}")
    @MethodSource("devices")
    void everyOperationRunsAndHasTheBitsOfScalar(String device, @TempDir Path folder) {
        Path out = folder.resolve("kernels.json");
        int code = new CommandLine(new Main()).execute("--device", device, "--size", "tiny", "--out", out.toString());
        Map<String, Object> json = Json.read(out);
        assertThat(Json.map(json.get("notRun"))).isEmpty();
        assertThat(code).isZero();
        List<Map<String, Object>> results = Json.maps(json.get("results"));
        assertThat(results).hasSameSizeAs(Main.cases());
        assertThat(results).allSatisfy(line -> {
            assertThat(line).containsEntry("bitsOfScalar", true);
            assertThat(((Number) line.get("bytes")).doubleValue()).isPositive();
        });
        assertThat(Json.map(json.get("launches"))).hasSize(7);
    }

    @Test
    void otherBitsAreNotTimed() {
        Case wrong = new Case(
                "fill",
                "math_fill",
                (in, tiny) -> new Case.Work(
                        new MathOps.Fill(3, in.device().name().equals("scalar") ? 1 : 2, in.zeros(3)), "3", 3, 0));
        try (Device scalar = Devices.open("scalar");
                Device other = Devices.open("cpu")) {
            if (other.name().equals("scalar")) {
                return; // there is one CPU device only
            }
            assertThatThrownBy(() -> Check.sameBits(other, scalar, wrong))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("fill: element 0 of written argument 0 is 40000000 on simd, but 3f800000 on scalar: "
                            + "not timed");
        }
    }

    @Test
    void everyKernelIsNamedAndEveryNameIsAKernel() throws IOException {
        Set<String> named = new TreeSet<>();
        Main.cases().forEach(each -> named.addAll(each.kernels()));
        Path root = Path.of(System.getProperty("elbo4j.root", ".."))
                .toAbsolutePath()
                .normalize();
        assertThat(Files.isDirectory(root.resolve("kernels"))).isTrue();
        assertThat(named)
                .isEqualTo(new TreeSet<>(Table.threads(root.resolve("kernels")).keySet()));
    }

    @Test
    void bytesAreThoseOfTheSignature() {
        try (Inputs in = new Inputs(new Blueprint())) {
            Case axpy = Main.cases().stream()
                    .filter(each -> each.name().equals("math.axpy"))
                    .findFirst()
                    .orElseThrow();
            Case.Work work = axpy.setup().of(in, false);
            assertThat(work.bytes()).isEqualTo(3 * 4.0 * (1 << 26)); // x read, y read and written
            assertThat(work.flops()).isEqualTo(2.0 * (1 << 26));
        }
    }
}
