package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native libraries that are missing, stale or cannot be unpacked; each in a virtual machine of its own. */
class NativesTest {
    private static final String DRIVER = "libJCudaDriver-12.6.0-linux-x86_64.so";

    @TempDir
    private Path temporary;

    private Path libraries;

    @BeforeEach
    void needsTheEmulator() throws IOException {
        Present.emulator();
        libraries = Files.createDirectory(temporary.resolve("nvidia"));
    }

    /** JUnit warns of links in the folder that it deletes. */
    @AfterEach
    void deleteLinks() throws IOException {
        if (libraries != null) {
            try (Stream<Path> links = Files.list(libraries)) {
                links.forEach(link -> link.toFile().delete());
            }
        }
    }

    @Test
    void withoutADriverTheDeviceIsAbsentAndAutoPassesItOver() throws Exception {
        List<String> lines = list(null);
        assumeTrue(!lines.get(0).startsWith("opens"), "this machine has a driver");
        assertThat(lines.get(0)).startsWith("not: ").contains("no NVIDIA driver", "libcuda.so.1");
        assertThat(lines.get(1)).startsWith("auto: ").doesNotContain("cuda");
    }

    @Test
    void missingLibrariesAreALineEach() throws Exception {
        link("libcuda.so.1", "libcuda.so.1");
        assertThat(list(libraries))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("opens: Emulated CUDA device"),
                        cublas -> assertThat(cublas)
                                .startsWith("note: cuBLAS is not there")
                                .contains("libcublas.so.12"),
                        curand -> assertThat(curand)
                                .startsWith("note: cuRAND is not there")
                                .contains("libcurand.so.10"),
                        auto -> assertThat(auto).isEqualTo("auto: cuda"));
    }

    @Test
    void cublasOfCuda13Serves() throws Exception {
        link("libcuda.so.1", "libcuda.so.1");
        link("libcurand.so.10", "libcurand.so.10");
        link("libcublas.so.13", "cuda13/libcublas.so.13");
        assertThat(list(libraries)).hasSize(2).noneMatch(line -> line.startsWith("note"));
        List<String> product = run(libraries, ProductMain.class, List.of());
        assertThat(product).containsExactly("[19.0, 22.0, 43.0, 50.0]");
    }

    @Test
    void aStaleFileInTheTemporaryFolderIsNotTaken() throws Exception {
        Files.writeString(temporary.resolve(DRIVER), "an older version's library");
        assertThat(list(emulator()).get(0)).startsWith("opens");
    }

    @Test
    void halfAFileIsWrittenAgain() throws Exception {
        list(emulator());
        Path file = unpacked();
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertThat(list(emulator()).get(0)).startsWith("opens");
        assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    }

    @Test
    void aFolderThatOthersMayWriteToIsNotUsed() throws Exception {
        list(emulator());
        Path own = unpacked().getParent().getParent();
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path file = unpacked();
        Files.writeString(file, "somebody else's library");
        assertThat(list(emulator()).get(0)).startsWith("opens");
        assertThat(file).hasContent("somebody else's library");
        try (Stream<Path> folders = Files.list(temporary)) {
            assertThat(folders.filter(folder -> folder.getFileName().toString().startsWith("elbo4j-")))
                    .as("the other folder is deleted in the end")
                    .containsExactly(own);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenToIsNamedWithWhatToDo() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "");
        List<String> lines = list(emulator(), "-Delbo4j.natives=" + file);
        assertThat(lines.get(0))
                .startsWith("not: ")
                .contains(DRIVER, "cannot be unpacked to " + file, "-Delbo4j.natives=FOLDER");
        assertThat(lines.get(1)).startsWith("auto throws: ").contains("cannot be unpacked");
    }

    @Test
    void aFolderWhereNothingMayRunIsNamedWithWhatToDo() throws Exception {
        List<Path> noexec = new ArrayList<>();
        for (String mount : Files.readAllLines(Path.of("/proc/mounts"))) {
            String[] words = mount.split(" ");
            if (words[2].equals("tmpfs")
                    && words[3].matches("rw,(.*,)?noexec(,.*)?")
                    && Files.isWritable(Path.of(words[1]))) {
                noexec.add(Path.of(words[1]));
            }
        }
        assumeTrue(!noexec.isEmpty(), "no folder here is mounted noexec");
        Path folder = Files.createTempDirectory(noexec.get(0), "elbo4j-test");
        try {
            assertThat(list(emulator(), "-Delbo4j.natives=" + folder).get(0))
                    .startsWith("not: ")
                    .contains("may not be run", "noexec", "-Delbo4j.natives=FOLDER");
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static Path emulator() {
        return Path.of(System.getProperty("elbo4j.emulator"));
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(
                libraries.resolve(name), emulator().resolve(target).toAbsolutePath());
    }

    private Path unpacked() throws IOException {
        try (Stream<Path> files = Files.walk(temporary, 3)) {
            return files.filter(file -> file.endsWith(DRIVER)).findFirst().orElseThrow();
        }
    }

    private List<String> list(Path libraries, String... options) throws Exception {
        return run(libraries, ListMain.class, List.of(options));
    }

    private List<String> run(Path libraries, Class<?> main, List<String> options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Djava.io.tmpdir=" + temporary);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove("LD_LIBRARY_PATH");
        if (libraries != null) {
            builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        }
        Process process = builder.start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = output.lines().toList();
            assertThat(process.waitFor()).as("%s", lines).isZero();
            return lines;
        }
    }
}
