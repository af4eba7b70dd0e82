package io.github.elbo4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where figures were taken.
 *
 * @param cpu its model, as the system calls it
 * @param cores processors that Java may use
 * @param vectorBits the widest vector that Java uses here; 0 if the vector module is absent
 */
record Machine(String cpu, int cores, String system, String jdk, int vectorBits) {
    static Machine here() {
        String system = System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
        String jdk = System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vm.vendor");
        return new Machine(model(), Runtime.getRuntime().availableProcessors(), system, jdk, bits());
    }

    /** {@code intel-xeon-processor-2-cores-jdk-25}: the name of the file of results. */
    String fileName() {
        String name = cpu.replaceAll("\\((R|TM|r|tm)\\)", "").replaceAll("@.*", "");
        return (name + " " + cores + " cores jdk " + Runtime.version().feature())
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-");
    }

    private static String model() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(unknown());
        } catch (IOException e) {
            return unknown();
        }
    }

    private static String unknown() {
        String windows = System.getenv("PROCESSOR_IDENTIFIER");
        return windows == null ? System.getProperty("os.arch") : windows;
    }

    /** By reflection: this class must load without the vector module. */
    private static int bits() {
        try {
            Object shape = Class.forName("jdk.incubator.vector.VectorShape")
                    .getMethod("preferredShape")
                    .invoke(null);
            return (int) shape.getClass().getMethod("vectorBitSize").invoke(shape);
        } catch (ReflectiveOperationException | LinkageError e) {
            return 0;
        }
    }
}
