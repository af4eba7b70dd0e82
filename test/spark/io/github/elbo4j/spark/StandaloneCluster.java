package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.sql.SparkSession;

/**
 * A cluster of Spark's own on this machine: a master and workers as virtual machines of their own, on loopback, with the class path of the
 * tests. Whatever does not come up in time fails with the last lines of its log.
 */
final class StandaloneCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(300);
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");

    private final Path folder;
    private final List<Process> workers = new CopyOnWriteArrayList<>();
    private final List<Process> drivers = new CopyOnWriteArrayList<>();
    private final Process master;
    private final String address;
    private final boolean gpus;

    /** Each worker has two cores and, if the emulated CUDA device was built, its two GPUs. */
    StandaloneCluster(Path folder, int count) {
        this.folder = folder;
        try {
            Files.createDirectories(
                    folder.resolve("home/jars")); // a worker looks for Spark's own there; ours are on the class path
            gpus = Files.exists(Path.of(System.getProperty("elbo4j.emulator", ""), "libcuda.so.1"));
            List<String> resources = gpus ? resources(folder.resolve("gpus")) : List.of();
            master = daemon("master", List.of(), "org.apache.spark.deploy.master.Master", "--port", "0");
            Runtime.getRuntime().addShutdownHook(new Thread(this::close)); // where a signal ends the tests
            String[] found = {""};
            try {
                await(master, "master", () -> {
                    Matcher matcher = MASTER.matcher(log("master"));
                    boolean there = matcher.find();
                    found[0] = there ? matcher.group(1) : "";
                    return there;
                });
                address = found[0];
                for (int w = 0; w < count; w++) {
                    String name = "worker-" + w;
                    Path work = folder.resolve(name);
                    workers.add(daemon(
                            name,
                            resources,
                            "org.apache.spark.deploy.worker.Worker",
                            "--port",
                            "0",
                            "--cores",
                            "2", // so that an application that is to be killed has room beside the session of the tests
                            "--memory",
                            "1G",
                            "--work-dir",
                            work.toString(),
                            address));
                }
                for (int w = 0; w < count; w++) {
                    String name = "worker-" + w;
                    await(workers.get(w), name, () -> log(name).contains("Successfully registered with master"));
                }
            } catch (IOException | RuntimeException | Error e) {
                close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a worker is told of its GPUs, and a script that finds them, as Spark asks for one. */
    private static List<String> resources(Path script) throws IOException {
        Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return List.of("-Dspark.worker.resource.gpu.amount=2", "-Dspark.worker.resource.gpu.discoveryScript=" + script);
    }

    /** Whether the workers have some. */
    boolean hasGpus() {
        return gpus;
    }

    /** What a session takes as its master. */
    String address() {
        return address;
    }

    /** Virtual machines that have an executor; a worker has no other children. */
    List<ProcessHandle> executors() {
        return workers.stream().flatMap(Process::children).toList();
    }

    /** Waits until so many take tasks of a session. */
    void awaitRegistered(SparkSession spark, int count) {
        // The driver is among them.
        await(master, "master", () -> spark.sparkContext().statusTracker().getExecutorInfos().length == count + 1);
    }

    /** Waits until there are so many; those of an application that was killed end by themselves. */
    void awaitExecutors(int count) {
        await(master, "master", () -> executors().size() == count);
    }

    /**
     * Starts the application as {@code spark-submit} does where the driver is on this machine, in plain Java.
     *
     * @param name of its log
     * @param settings of Spark, besides those of all sessions on a cluster
     */
    Process submit(String name, Map<String, String> settings, String... arguments) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(Sessions.settings(this));
        all.putAll(settings);
        List<String> options = all.entrySet().stream()
                .map(each -> "-D" + each.getKey() + "=" + each.getValue())
                .toList();
        Process driver = start(name, options, FitApplication.class.getName(), arguments);
        drivers.add(driver);
        return driver;
    }

    /** Waits for the end of a driver, which fails if there is none in time. */
    int codeOf(Process driver, String name) throws InterruptedException {
        boolean ended = driver.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(ended)
                .as("%s has not ended after %d s. %s", name, PATIENCE.toSeconds(), end(name))
                .isTrue();
        return driver.exitValue();
    }

    /** The last lines of the log of a process. */
    String end(String name) {
        List<String> lines = log(name).lines().toList();
        return "The end of its log:\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    private Process daemon(String name, List<String> options, String main, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("--host", "127.0.0.1", "--webui-port", "0"));
        words.addAll(List.of(arguments));
        return start(name, options, main, words.toArray(String[]::new));
    }

    private Process start(String name, List<String> options, String main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        Stream.of(JavaModuleOptions.defaultModuleOptionArray())
                .filter(option -> !option.contains("jdk.incubator.vector")) // slow where the JIT does so little
                .forEach(command::add);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .directory(folder.toFile());
        builder.environment().put("SPARK_HOME", folder.resolve("home").toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("SPARK_LOCAL_DIRS", folder.resolve("local").toString());
        return builder.start();
    }

    /** What a process has said. */
    String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until something has happened that a process is to do; fails if it has ended, or does not do it in time. */
    void await(Process process, String name, BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!done.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new AssertionError("Spark's " + name
                        + (process.isAlive() ? " is not ready after " + PATIENCE.toSeconds() + " s" : " has ended")
                        + ". " + end(name));
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Ends all of them, executors included, and waits for that; again, it does nothing. */
    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>();
        workers.forEach(worker -> worker.descendants().forEach(all::add));
        workers.forEach(worker -> all.add(worker.toHandle()));
        drivers.forEach(driver -> all.add(driver.toHandle()));
        all.add(master.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(process -> process.onExit()
                .orTimeout(60, TimeUnit.SECONDS)
                .exceptionally(late -> process)
                .join());
    }
}
