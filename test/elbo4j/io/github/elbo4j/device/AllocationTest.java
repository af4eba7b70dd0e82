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
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A step in the steady state leaves nothing for the collector, on any thread, or next to nothing on a GPU. Measured in virtual machines of their own: the
 * probes of a coverage tool would keep the compiler from holding vectors in registers.
 *
 * <p>What code allocates is there in every start. In some starts, of JDK 17 about one in ten under load, the order in which a compiler
 * meets callers makes it put the vectors of one loop on the heap. So an operation may have up to {@value #STARTS} starts, which a code that
 * is right fails by chance with a probability of 0.001.
 */
class AllocationTest {
    private static final int STARTS = 3;

    @EveryDevice
    void aStepAllocatesNothing(Device device) throws IOException, InterruptedException {
        // Launches for a GPU describe the matrices of a product in a few small objects, however large these are.
        double few = device.name().equals("cuda") ? 1024 : 1;
        Map<String, Double> least = new TreeMap<>();
        for (int start = 0; start < STARTS && !isFew(least, few); start++) {
            measured(device, few).forEach((what, bytes) -> least.merge(what, bytes, Math::min));
        }
        assertThat(least)
                .containsOnlyKeys(
                        "pathwise", "score", "regression", "fused", "lowrank", "elementwise", "mixture", "sobol");
        assertThat(isFew(least, few)).as("bytes a step: %s", least).isTrue();
    }

    private static boolean isFew(Map<String, Double> bytes, double few) {
        return !bytes.isEmpty() && bytes.values().stream().allMatch(each -> each < few);
    }

    /** Bytes a step of each operation, in a start of its own. */
    private static Map<String, Double> measured(Device device, double few) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(AllocationMain.class.getName(), device.name(), String.valueOf(few)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines;
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            lines = output.lines().toList();
        }
        assertThat(process.waitFor()).as("%s", lines).isZero();
        return lines.stream()
                .filter(line -> line.matches("[a-z]+ [-0-9.E]+"))
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(words -> words[0], words -> Double.valueOf(words[1])));
    }
}
