package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line where the CUDA driver is a file that no loader takes, and where there is none. */
class BrokenDriverTest {
    @TempDir
    private Path folder;

    private Path libraries;

    @BeforeEach
    void onlyWhereThereCouldBeADriver() throws IOException {
        assumeTrue(System.getProperty("os.name").startsWith("Linux"), "JCuda's natives are for Linux");
        assumeTrue(System.getProperty("os.arch").matches("amd64|x86_64"), "JCuda's natives are for x86-64");
        libraries = Files.createDirectory(folder.resolve("libraries"));
    }

    @Test
    void aBrokenDriverIsNoFaultOfTheCommandLine() throws Exception {
        Files.writeString(libraries.resolve("libcuda.so.1"), "not a library");
        for (String device : new String[] {"auto", "cuda"}) {
            Cli.Outcome broken = run("sample", "--n", "1", "--seed", "1", "--device", device);
            assertThat(broken.exit()).as(broken.err()).isEqualTo(Exit.BROKEN);
            assertThat(broken.err()).contains("JCuda's native library does not load", "libcuda.so.1", "elbo4j devices");
            assertThat(broken.out()).isEmpty();
        }
        assertThat(run("sample", "--n", "1", "--seed", "1", "--device", "cpu").exit())
                .isZero();
    }

    @Test
    void devicesTellsWhatAutoDoes() throws Exception {
        Cli.Outcome without = run("devices");
        assumeTrue(without.out().contains("no NVIDIA driver"), "this machine has a driver");
        assertThat(without.exit()).isZero();
        assertThat(words(without)).contains("auto is scalar.");
        Files.writeString(libraries.resolve("libcuda.so.1"), "not a library");
        Cli.Outcome broken = run("devices");
        assertThat(broken.exit()).isZero();
        assertThat(words(broken))
                .contains("auto fails, since a device is there but broken (cuda: JCuda's native library does not load:")
                .contains("--device cpu does not need it")
                .doesNotContain("auto is");
    }

    @Test
    void aDeviceThatIsNotThereIsForThePersonToSolve() throws Exception {
        Cli.Outcome absent = run("sample", "--n", "1", "--seed", "1", "--device", "cuda");
        assumeTrue(absent.err().contains("no NVIDIA driver"), "this machine has a driver");
        assertThat(absent.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(absent.err()).contains("device 'cuda' cannot open", "choose cpu or auto instead", "elbo4j devices");
    }

    /** Without line breaks: lines are as wide as the terminal. */
    private static String words(Cli.Outcome outcome) {
        return outcome.out().replaceAll("\\s+", " ");
    }

    private Cli.Outcome run(String... words) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Djava.io.tmpdir=" + folder, "-cp", System.getProperty("java.class.path")));
        command.add(Main.class.getName());
        command.addAll(List.of(words));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        int exit = builder.start().waitFor();
        return new Cli.Outcome(exit, Files.readString(out), Files.readString(err));
    }
}
