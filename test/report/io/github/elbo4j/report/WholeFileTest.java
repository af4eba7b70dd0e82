package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.report.files.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Results are files like any other that a person makes. */
class WholeFileTest {
    @TempDir
    Path folder;

    /** In a process of its own, since a umask belongs to a process. */
    public static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            Report.prepare(Path.of(args[0]));
            WholeFile.write(Path.of(args[0], "fit.json"), "{}");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "022, rw-r--r--, rwxr-xr-x",
        "077, rw-------, rwx------",
        "002, rw-rw-r--, rwxrwxr-x",
        "027, rw-r-----, rwxr-x---"
    })
    void theUmaskDecidesWhoMayRead(String umask, String file, String directory) throws Exception {
        Assumptions.assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        Path out = folder.resolve("o");
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "umask " + umask + " && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        out.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out.resolve("fit.json"))))
                .isEqualTo(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .isEqualTo(directory);
        assertThat(out).isDirectoryNotContaining("glob:**/.elbo4j-*");
    }
}
