package io.github.elbo4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.VariationalMixture;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of {@code test/scripts}, run in processes of their own as users run them, print the fit that is made here. */
class ScriptsTest {
    private static final Path ROOT = Path.of(System.getProperty("elbo4j.root"));
    private static final Path SCRIPTS = ROOT.resolve("test/scripts");
    private static final Path TOOLS = Path.of(System.getProperty("java.home"), "bin");
    /** Of these tests: Kotlin's compiler is among them. */
    private static final String ALL = System.getProperty("java.class.path");
    /** What users have: the library and what it depends on. */
    private static final String LIBRARY = Path.of(URI.create(Devices.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toString()))
            + File.pathSeparator
            + jars("jcu");

    private static String want = "";

    @TempDir
    Path folder;

    @BeforeAll
    static void fit() {
        try (Device device = Devices.open("cpu")) {
            want = anywhere(EightSchools.fit(device, new VariationalMixture()).toString());
        }
        assertThat(want).contains("verdict good");
    }

    /** Those of the class path whose names begin so. */
    private static String jars(String... beginnings) {
        return Arrays.stream(ALL.split(File.pathSeparator))
                .filter(each -> Arrays.stream(beginnings)
                        .anyMatch(Path.of(each).getFileName().toString()::startsWith))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Without the device's name. */
    private static String anywhere(String fit) {
        return fit.strip().replaceFirst(" fit on \\w+,", " fit,");
    }

    /** What it prints. */
    private String run(Stream<String> command) throws IOException, InterruptedException {
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(command.toList())
                .directory(folder.toFile())
                .redirectError(errors.toFile())
                .start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s%n%s", out, Files.readString(errors))
                .isZero();
        return anywhere(out);
    }

    private static String script(String name) {
        return SCRIPTS.resolve(name).toString();
    }

    @Test
    void aJavaFileByItself() throws IOException, InterruptedException {
        assertThat(run(Stream.of(TOOLS.resolve("java").toString(), "-cp", LIBRARY, script("Schools.java"))))
                .isEqualTo(want);
    }

    /** What jbang reads: the artefact as this build makes it. */
    @Test
    void itNamesTheLibrary() throws IOException {
        Matcher version = Pattern.compile("<artifactId>elbo4j-parent</artifactId>\\s*<version>(.*?)</version>")
                .matcher(Files.readString(ROOT.resolve("pom.xml")));
        assertThat(version.find()).isTrue();
        assertThat(Files.readAllLines(SCRIPTS.resolve("Schools.java")))
                .startsWith("///usr/bin/env jbang \"$0\" \"$@\" ; exit $?")
                .contains("//DEPS io.github.elbo4j:elbo4j:" + version.group(1));
    }

    @Test
    void linesAtJavasPrompt() throws IOException, InterruptedException {
        assertThat(run(Stream.of(
                        TOOLS.resolve("jshell").toString(),
                        "-J-Djava.util.prefs.userRoot=" + folder,
                        "--class-path",
                        LIBRARY,
                        script("schools.jsh"))))
                .isEqualTo(want);
    }

    /** By Kotlin's compiler, which the tests alone depend on. */
    @Test
    void aKotlinScript() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(TOOLS.resolve("java").toString(), "-cp", ALL));
        command.add("org.jetbrains.kotlin.cli.jvm.K2JVMCompiler");
        String own = LIBRARY + File.pathSeparator + jars("kotlin-stdlib", "kotlin-script-runtime");
        command.addAll(List.of("-no-stdlib", "-no-reflect", "-script", "-classpath", own, script("schools.kts")));
        assertThat(run(command.stream())).isEqualTo(want);
    }
}
