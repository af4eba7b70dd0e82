package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.Devices;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JCuda, its natives or the driver missing, broken, or on the module path; each in a virtual machine of its own. */
class MissingPartsTest {
    private static final String MODULE = "io.github.elbo4j";
    private static final List<String> CLASS_PATH =
            List.of(System.getProperty("java.class.path").split(File.pathSeparator));
    private static final Path HOME = Path.of(
            Devices.class.getProtectionDomain().getCodeSource().getLocation().getPath());

    @TempDir
    private Path temporary;

    private Path noDriver;

    @BeforeEach
    void onlyWhereThereCouldBeADevice() throws IOException {
        assumeTrue(System.getProperty("os.name").startsWith("Linux"), "JCuda's natives are for Linux");
        assumeTrue(System.getProperty("os.arch").matches("amd64|x86_64"), "JCuda's natives are for x86-64");
        noDriver = Files.createDirectory(temporary.resolve("libraries"));
    }

    @Test
    void withoutJCudaCudaIsAbsent() throws Exception {
        List<String> lines = run(List.of("-cp", without("jcuda|jcublas|jcurand")));
        assertThat(lines.get(1))
                .isEqualTo("cuda: JCuda's class jcuda.driver.JCudaDriver is not on the class path or the module path;"
                        + " put the jars of org.jcuda there");
        absent(lines);
        assertThat(lines).hasSize(6);
        assertThat(lines.get(4)).startsWith("note: cuBLAS is not there").contains("jcuda.jcublas.JCublas2 is not on");
        assertThat(lines.get(5)).startsWith("note: cuRAND is not there").contains("jcuda.jcurand.JCurand is not on");
    }

    @Test
    void withoutItsNativesCudaIsAbsent() throws Exception {
        List<String> lines = run(List.of("-cp", without("jcuda-natives|jcublas-natives")));
        assertThat(lines.get(1))
                .startsWith(
                        "cuda: JCuda's native library /lib/libJCudaDriver-12.6.0-linux-x86_64.so is not on the class")
                .endsWith("put the jars of org.jcuda's natives there");
        absent(lines);
        assertThat(lines.get(4)).startsWith("note: cuBLAS is not there").contains("/lib/libJCublas2-");
    }

    /** A jar of elbo4j and those of JCuda as modules: the natives are found, and the driver looked for. */
    @Test
    void onTheModulePathItIsLikeOnTheClassPath() throws Exception {
        Path modules = modules();
        List<String> lines = run(onModulePath(modules, "--add-modules", "jcuda"));
        assertThat(lines.get(0)).isEqualTo("module: " + MODULE);
        assumeTrue(lines.get(1).contains("libcuda"), "this machine has a driver");
        assertThat(lines.get(1)).startsWith("cuda: there is no NVIDIA driver here");
        absent(lines);
        Path jcuda = Files.createDirectory(temporary.resolve("jcuda"));
        try (Stream<Path> jars = Files.list(modules)) {
            for (Path jar : jars.filter(each -> each.getFileName().toString().startsWith("jcu"))
                    .toList()) {
                Files.move(jar, jcuda.resolve(jar.getFileName()));
            }
        }
        List<String> onClassPath = run(onModulePath(modules, "-cp", jcuda + File.separator + "*"));
        assertThat(onClassPath).isEqualTo(lines);
        List<String> alone = run(onModulePath(modules));
        assertThat(alone.get(0)).isEqualTo("module: " + MODULE);
        assertThat(alone.get(1)).startsWith("cuda: JCuda's class jcuda.driver.JCudaDriver is not on");
        absent(alone);
    }

    /** A module that nobody requires is not loaded, though its jar is there: the reason says how to add it. */
    @Test
    void onTheModulePathJCudaMustBeAdded() throws Exception {
        List<String> lines = run(onModulePath(modules()));
        assertThat(lines.get(1))
                .isEqualTo("cuda: JCuda's class jcuda.driver.JCudaDriver is not on the class path or the module path;"
                        + " put the jars of org.jcuda there, and on a module path start java with --add-modules jcuda");
        absent(lines);
    }

    /** The vector module is read when the device is opened, as on the class path. */
    @Test
    void onTheModulePathVectorsAreFound() throws Exception {
        List<String> lines = run(onModulePath(modules(), "--add-modules", "jdk.incubator.vector"));
        assertThat(lines.get(0)).isEqualTo("module: " + MODULE);
        assertThat(lines.get(2)).isEqualTo("auto is simd");
    }

    /** What is there and broken is neither passed over nor called absent. */
    @Test
    void aBrokenDriverIsReported() throws Exception {
        Files.writeString(noDriver.resolve("libcuda.so.1"), "not a library");
        List<String> command = List.of("-cp", String.join(File.pathSeparator, CLASS_PATH));
        for (List<String> options : List.of(command, onModulePath(modules(), "--add-modules", "jcuda"))) {
            List<String> lines = run(options);
            assertThat(lines.get(1))
                    .startsWith("cuda: cuda: JCuda's native library does not load:")
                    .contains("libcuda");
            assertThat(lines.get(2)).startsWith("auto throws DeviceException: cuda: JCuda's native library");
            assertThat(lines.get(3)).startsWith("cuda throws DeviceException: cuda: JCuda's native library");
        }
    }

    /** What a program sees of a device that is not there: another one by auto, an exception of its own by name. */
    private static void absent(List<String> lines) {
        String reason = lines.get(1).substring("cuda: ".length());
        assertThat(lines.get(2)).isEqualTo("auto is scalar");
        assertThat(lines.get(3))
                .isEqualTo("cuda throws AbsentDeviceException: device 'cuda' cannot open: " + reason
                        + "; choose cpu or auto instead");
    }

    private static String without(String jars) {
        List<String> rest = CLASS_PATH.stream()
                .filter(entry -> !Path.of(entry).getFileName().toString().matches("(" + jars + ")-\\d.*"))
                .toList();
        assertThat(rest).as("the class path has these jars").hasSizeLessThan(CLASS_PATH.size());
        return String.join(File.pathSeparator, rest);
    }

    private Path modules() throws IOException {
        Path modules = Files.createDirectories(temporary.resolve("modules"));
        Path library = modules.resolve("elbo4j-0.1.0.jar");
        if (Files.isRegularFile(HOME)) {
            Files.copy(HOME, library);
        } else {
            try (OutputStream file = Files.newOutputStream(library);
                    JarOutputStream jar = new JarOutputStream(file);
                    Stream<Path> files = Files.walk(HOME)) {
                for (Path path : files.filter(Files::isRegularFile).toList()) {
                    jar.putNextEntry(new JarEntry(HOME.relativize(path).toString()));
                    Files.copy(path, jar);
                }
            }
        }
        for (String entry : CLASS_PATH) {
            Path jar = Path.of(entry);
            if (jar.getFileName().toString().startsWith("jcu")) {
                Files.copy(jar, modules.resolve(jar.getFileName()));
            }
        }
        return modules;
    }

    /** Main stands in a package that the module has, so it is patched into the module. */
    private static List<String> onModulePath(Path modules, String... more) {
        String tests = Path.of(PartsMain.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
        List<String> options =
                new ArrayList<>(List.of("-p", modules.toString(), "--patch-module", MODULE + "=" + tests));
        options.addAll(List.of(more));
        options.addAll(List.of("-m", MODULE + "/" + PartsMain.class.getName()));
        return options;
    }

    private List<String> run(List<String> options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Djava.io.tmpdir=" + temporary);
        command.addAll(options);
        if (!options.contains("-m")) {
            command.add(PartsMain.class.getName());
        }
        Path errors = temporary.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("LD_LIBRARY_PATH", noDriver.toString());
        Process process = builder.start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = output.lines().toList();
            assertThat(process.waitFor())
                    .as("%s %s", lines, Files.readString(errors))
                    .isZero();
            return lines;
        }
    }
}
