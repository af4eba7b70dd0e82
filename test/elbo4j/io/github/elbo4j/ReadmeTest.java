package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example compiles, runs, and prints what the README says, to the last digit, on every device. */
class ReadmeTest {
    private static final String BEGIN = "```java\n";
    /** The first line of the library's example; the one before it is a model for the command. */
    private static final String FIRST = "import io.github.elbo4j.Devices;";

    @Test
    void theExamplePrintsWhatTheReadmeSays(@TempDir Path folder) throws Exception {
        String readme = Files.readString(House.root().resolve("README.md"));
        int from = readme.indexOf(BEGIN + FIRST) + BEGIN.length();
        Path source = folder.resolve("Schools.java");
        Files.writeString(source, readme.substring(from, readme.indexOf("```", from)));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        String classes = System.getProperty("java.class.path");
        int failed = compiler.run(null, null, null, "-cp", classes, "-d", folder.toString(), source.toString());
        assertThat(failed).isZero();

        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass("Schools").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        String[] lines = printed.toString(StandardCharsets.UTF_8).strip().split("\\R");
        assertThat(lines).hasSize(4);
        for (String line : lines) {
            assertThat(readme).contains("\n" + line + "\n");
        }
    }
}
