package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The works of {@code elbo4j bench}, at sizes that show that all runs; what the works compute is checked by themselves. */
class BenchTest {
    @TempDir
    Path folder;

    private Cli.Outcome bench(Object... more) {
        Object[] args = new Object[more.length + 7];
        System.arraycopy(
                new Object[] {"bench", "--size", "tiny", "--seconds", 0.01, "--out", folder.resolve("b")},
                0,
                args,
                0,
                7);
        System.arraycopy(more, 0, args, 7, more.length);
        return Cli.run(args);
    }

    @Test
    void timesAllWorksAndAFitOnEachDevice() throws IOException {
        List<String> devices = Devices.list().stream()
                .filter(status -> status.opens() && !status.name().equals("cuda")) // emulated, it would take long
                .map(Devices.Status::name)
                .toList();
        Cli.Outcome outcome = bench("--device", String.join(",", devices), "--threads", 1, "--quiet");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        String json = Files.readString(folder.resolve("b/bench.json"));
        for (String work : new String[] {"W1", "W2", "W3", "W4", "W5", "W6", "W7", "fit"}) {
            for (String device : devices) {
                assertThat(json)
                        .containsPattern("\"work\": ?\"" + work + "\"[^}]*\"device\": ?\"" + device
                                + "\", ?\"median\": ?[0-9.Ee-]+, ?\"low\"");
            }
            assertThat(outcome.out()).containsPattern("(?m)^" + work + " ");
        }
        assertThat(json).contains("\"cores\"", "\"jdk\"").doesNotContain("was not timed");
        assertThat(outcome.out()).contains("scalar, ms", "fastest", "Brackets that are far apart");
        String page = Files.readString(folder.resolve("b/bench.html"));
        assertThat(page).contains("<svg class=\"chart\"", ">W7</text>", ">fit</text>", "How to read it");
    }

    @Test
    void aLineOfJsonIsTheFile() throws IOException {
        Cli.Outcome outcome = bench("--device", "scalar", "--json");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out().strip().lines()).hasSize(1);
        String file = Files.readString(folder.resolve("b/bench.json"));
        assertThat(outcome.out().replaceAll("\\s", "")).isEqualTo(file.replaceAll("\\s", ""));
    }

    @Test
    void whatCannotBeTimedIsRefused() {
        assertThat(Cli.run("bench", "--device", "scalar,gpu").err())
                .contains("--device has gpu", "scalar, simd, cuda or cuda:N");
        assertThat(Cli.run("bench", "--seconds", 0).err()).contains("--seconds");
        assertThat(Cli.run("bench", "--size", "huge").err()).contains("--size is \"huge\"", "normal");
        assertThat(Cli.run("bench", "--threads", 0).err()).contains("--threads");
    }
}
