package io.github.elbo4j.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder with the launcher as a user has it after the first build. Its jar leads to the classes of this test, and in the
 * place of Java there may stand a script.
 */
final class Checkout {
    private static final long LIMIT_SECONDS = 120;

    private final Path home;
    private String java = System.getProperty("java.home");

    record Outcome(int exit, String out, String err) {}

    Checkout(Path home) throws IOException {
        this.home = Files.createDirectories(home);
        Path launcher = home.resolve("elbo4j");
        Files.copy(Path.of(System.getProperty("elbo4j.root"), "elbo4j"), launcher);
        executable(launcher);
        Files.writeString(home.resolve("pom.xml"), "");
        Files.createDirectories(target().resolve("lib"));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        try (OutputStream jar = new JarOutputStream(Files.newOutputStream(jar()), manifest)) {
            jar.flush();
        }
        built();
    }

    Path home() {
        return home;
    }

    Path launcher() {
        return home.resolve("elbo4j");
    }

    Path target() {
        return home.resolve("java/cli/target");
    }

    Path jar() {
        return target().resolve("elbo4j-cli-0.1.0.jar");
    }

    /** The stamp of a build that is newer than everything. */
    void built() throws IOException {
        Files.writeString(target().resolve("built"), "");
        Files.setLastModifiedTime(
                target().resolve("built"), FileTime.from(Instant.now().plusSeconds(60)));
    }

    /** A bash script in the place of Java 17. */
    void java(String script) throws IOException {
        Path folder = Files.createDirectories(home.resolve("jdk/bin"));
        Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
        for (String name : List.of("java", "javac")) {
            executable(Files.writeString(folder.resolve(name), "#!/usr/bin/env bash\n" + script + "\n"));
        }
        java = home.resolve("jdk").toString();
    }

    void maven(String script) throws IOException {
        executable(Files.writeString(home.resolve("mvnw"), "#!/usr/bin/env bash\n" + script + "\n"));
    }

    static void executable(Path file) {
        if (!file.toFile().setExecutable(true)) {
            throw new IllegalStateException(file + " cannot be made executable");
        }
    }

    /** Runs a line of bash in which {@code elbo4j} is the launcher. */
    Outcome bash(String line, String... environment) throws IOException, InterruptedException {
        Process process = start(line, environment);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Outcome(process.waitFor(), read("out"), read("err"));
    }

    Process start(String line, String... environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", line)
                .directory(home.toFile())
                .redirectOutput(home.resolve("out").toFile())
                .redirectError(home.resolve("err").toFile());
        Map<String, String> variables = builder.environment();
        List.of("ELBO4J_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "CDPATH").forEach(variables::remove);
        variables.put("JAVA_HOME", java);
        variables.put("PATH", home + File.pathSeparator + System.getenv("PATH"));
        for (int i = 0; i < environment.length; i += 2) {
            variables.put(environment[i], environment[i + 1]);
        }
        return builder.start();
    }

    String read(String name) throws IOException {
        return Files.readString(home.resolve(name), StandardCharsets.UTF_8);
    }

    /** Waits until a file of this folder holds these words. */
    void await(String name, String words) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!read(name).contains(words)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("no \"" + words + "\" in " + name + ":\n" + read(name));
            }
            Thread.sleep(50);
        }
    }

    static void send(String signal, Process process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + signal + " failed");
        }
    }

    /**
     * Whether whoever runs these tests wants a signal not to be heard: a shell wants no INT for what it puts beside itself,
     * nohup no HUP.
     */
    boolean ignores(String signal) throws IOException, InterruptedException {
        return !bash("trap 'echo heard' " + signal + "; kill -" + signal + " $$")
                .out()
                .contains("heard");
    }
}
