package io.github.elbo4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script that calls CMake; a script stands in for CMake itself. */
@DisabledOnOs(OS.WINDOWS)
class CmakeBuildTest {
    private static final String NO_BOOST = "emulated CUDA device not built: no Boost.Context found";

    @TempDir
    Path folder;

    private Path calls;

    @BeforeEach
    void makeFolders() throws IOException {
        Files.createDirectories(folder.resolve("cmake"));
        Files.createDirectories(folder.resolve("bin"));
        Files.copy(Path.of(System.getProperty("elbo4j.root"), "cmake", "build"), folder.resolve("cmake/build"));
        calls = Files.createFile(folder.resolve("calls"));
    }

    /** A CMake that finds what this file names as missing. */
    private void cmake(String missing) throws IOException {
        Checkout.executable(Files.writeString(folder.resolve("bin/cmake"), """
                #!/usr/bin/env bash
                echo "$1" >>%s
                if [ "$1" = -S ]; then touch "$4/build.ninja" "$4/CMakeCache.txt"; echo '%s'; fi
                """.formatted(calls, missing)));
    }

    private String build() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "cmake/build")
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("PATH", folder.resolve("bin") + File.pathSeparator + System.getenv("PATH"));
        builder.environment().put("CDPATH", "/");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void whatIsInstalledAfterwardsIsFound() throws Exception {
        cmake(NO_BOOST);
        assertThat(build()).contains(NO_BOOST);
        assertThat(build()).contains(NO_BOOST);
        cmake("");
        assertThat(build()).isEmpty();
        assertThat(build()).isEmpty();
        // Nothing is missing any more, so the last one does not look again.
        assertThat(Files.readAllLines(calls))
                .containsExactly("-S", "--build", "-S", "--build", "-S", "--build", "--build");
    }
}
