package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.EveryDevice;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A step in the steady state leaves nothing for the collector, on any thread, or next to nothing on a GPU. Measured in a virtual machine of its own: the
 * probes of a coverage tool would keep the compiler from holding vectors in registers.
 */
class AllocationTest {
    @EveryDevice
    void aStepAllocatesNothing(Device device) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        // Launches for a GPU describe the matrices of a product in a few small objects, however large these are.
        double few = device.name().equals("cuda") ? 1024 : 1;
        command.addAll(List.of(AllocationMain.class.getName(), device.name(), String.valueOf(few)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines;
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            lines = output.lines().toList();
        }
        assertThat(process.waitFor()).as("%s", lines).isZero();
        Map<String, Double> bytes = lines.stream()
                .filter(line -> line.matches("[a-z]+ [-0-9.E]+"))
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(words -> words[0], words -> Double.valueOf(words[1])));
        assertThat(bytes)
                .containsOnlyKeys(
                        "pathwise", "score", "regression", "fused", "lowrank", "elementwise", "mixture", "sobol");
        assertThat(bytes.values()).as("bytes a step: %s", bytes).allMatch(each -> each < few);
    }
}
