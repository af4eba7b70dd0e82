package io.github.elbo4j.cli.works;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where figures were taken.
 *
 * @param cpu its model, as the system calls it
 * @param cores processors that Java may use
 * @param vectorBits the widest vector that Java uses here; 0 if the vector module is absent
 * @param gpus a line for each GPU, from nvidia-smi: name, driver, memory; none without it
 */
public record Machine(String cpu, int cores, String system, String jdk, int vectorBits, List<String> gpus) {
    private static final Pattern NVIDIA = Pattern.compile(".*/lib(cuda|cublas|curand|nvrtc)[^/]*\\.so[.0-9]*");

    /** This machine. */
    public static Machine here() {
        String system = System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
        String jdk = System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vm.vendor");
        return new Machine(model(), Runtime.getRuntime().availableProcessors(), system, jdk, bits(), smi());
    }

    /** As a file of results has it. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("cpu", cpu);
        map.put("cores", cores);
        map.put("system", system);
        map.put("jdk", jdk);
        map.put("vectorBits", vectorBits);
        if (!gpus.isEmpty()) {
            map.put("gpus", gpus);
        }
        return map;
    }

    /** NVIDIA's libraries that this process has loaded: their files bear the versions. */
    public static List<String> libraries() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.indexOf('/') >= 0)
                    .map(line -> line.substring(line.indexOf('/')))
                    .filter(file -> NVIDIA.matcher(file).matches())
                    .distinct()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<String> smi() {
        try {
            Process smi = new ProcessBuilder(
                            "nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")
                    .redirectErrorStream(true)
                    .start();
            if (!smi.waitFor(30, TimeUnit.SECONDS)) {
                smi.destroyForcibly();
                return List.of("nvidia-smi does not answer");
            }
            return new String(smi.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            return List.of(); // there is none
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code intel-xeon-processor-2-cores-jdk-25}: the name of the file of results. */
    public String fileName() {
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
