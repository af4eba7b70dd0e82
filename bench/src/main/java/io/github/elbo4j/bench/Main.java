package io.github.elbo4j.bench;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.works.Machine;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Runs the benchmarks one after another, each in JVMs of its own, and keeps one file of results, written anew after each:
 * one that crashes or hangs costs itself only.
 */
@SuppressWarnings("UnusedVariable") // picocli reads help
@Command(
        name = "bench/run",
        description = "Times elbo4j's operations and writes one JSON. Exit code 1: a benchmark failed.")
public final class Main implements Callable<Integer> {
    private static final VerboseMode VERBOSITY = VerboseMode.SILENT; // what fails is said here
    /** With less than this of the budget left, seconds, nothing more is begun. */
    private static final long LEAST = 5;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "One short fork: shows that all runs, not how fast.")
    private boolean quick;

    @Option(
            names = "--forks",
            description = "Virtual machines for each benchmark and device; default: ${DEFAULT-VALUE}.")
    private int forks = WorkBenchmark.FORKS;

    @Option(
            names = "--seconds",
            description = "Of warm-up, and as many of measurement, in each of them; default: ${DEFAULT-VALUE}.")
    private int seconds = WorkBenchmark.SECONDS;

    @Option(
            names = "--device",
            split = ",",
            description =
                    "Devices to time, such as simd, cuda, cuda+launches, cuda+fast or cuda+curand; default: all that open.")
    private List<String> devices = List.of();

    @Option(names = "--threads", description = "Threads of a CPU device; default: all processors.")
    private int threads = Devices.defaultThreads();

    @Option(
            names = "--size",
            split = ",",
            description = "normal, large (fills a GPU), or tiny (shows that all runs); default: normal.")
    private List<String> sizes = List.of("normal");

    @Option(names = "--limit", description = "Seconds after which a benchmark on a device is given up; default: 300.")
    private long limit = 300;

    @Option(
            names = "--budget",
            description = "Seconds for all; what there is no time for is listed as not run. Default: none.")
    private long budget = Long.MAX_VALUE / 2;

    @Option(names = "--continue", description = "Keep what the file has, and run only the rest.")
    private boolean further;

    @Option(names = "--out", description = "The file; default: named after the machine, in --results.")
    private @Nullable Path out;

    @Option(
            names = "--results",
            description = "Folder of the file; default: bench/results for a full run, else bench/target.")
    private @Nullable Path results;

    @Option(names = "--home", hidden = true, description = "The folder bench, which the script knows.")
    private Path home = Path.of("bench");

    @Parameters(
            description =
                    "Works, such as W1, or regular expressions; a benchmark runs if its class name holds one of them.")
    private List<String> patterns = new ArrayList<>();

    private final Map<String, String> opened = new LinkedHashMap<>(); // device, its description
    private final Map<String, String> notRun = new LinkedHashMap<>(); // device or benchmark, the reason
    private final List<Map<String, Object>> timings = new ArrayList<>();

    /** See the README of this module. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() {
        long end = System.nanoTime() / 1_000_000_000 + budget;
        Machine machine = Machine.here();
        System.out.println(machine.cpu() + ", " + machine.cores() + " cores, JDK " + machine.jdk());
        boolean absent = !tryDevices();
        Path file = file(machine, absent);
        if (further) {
            timings.addAll(Json.maps(Json.read(file).get("results")));
        }
        write(file, machine);
        boolean failed = false;
        for (String size : sizes) {
            for (String benchmark : benchmarks(size(size))) {
                for (String device : opened.keySet()) {
                    if (timings.stream().noneMatch(line -> is(line, benchmark, device, size))) {
                        long left = end - System.nanoTime() / 1_000_000_000;
                        failed |= !time(benchmark, device, size(size), left);
                        write(file, machine);
                    }
                }
            }
        }
        System.out.println("written to " + file);
        return failed || (absent && !devices.isEmpty()) ? 1 : 0;
    }

    private static boolean is(Map<String, Object> line, String benchmark, String device, String size) {
        return Objects.equals(line.get("benchmark"), shortName(benchmark))
                && Objects.equals(line.get("device"), device)
                && Objects.equals(line.get("size"), size);
    }

    private Work.Size size(String label) {
        try {
            return Work.Size.of(label);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "there is no size '" + label + "'; choose tiny, normal or large", e);
        }
    }

    private Path file(Machine machine, boolean absent) {
        if (out != null) {
            return out;
        }
        boolean full = !quick
                && forks >= WorkBenchmark.FORKS
                && seconds >= WorkBenchmark.SECONDS
                && patterns.isEmpty()
                && !absent
                && sizes.equals(List.of("normal"))
                && opened.containsKey("simd")
                && threads == Devices.defaultThreads();
        Path folder = results != null ? results : home.resolve(full ? "results" : "target");
        return folder.resolve((quick ? "quick-" : "") + machine.fileName() + ".json");
    }

    /** False if one that was asked for does not open. */
    private boolean tryDevices() {
        List<String> names =
                devices.isEmpty() ? Stream.of("cuda", "simd", "scalar").toList() : devices;
        for (String name : names) {
            try (Device device =
                    Devices.choose(WorkBenchmark.request(name, threads)).device()) {
                opened.put(name, device.description());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            } catch (DeviceException e) {
                String reason = String.valueOf(e.getMessage());
                notRun.put(name, reason);
                System.out.println(name + ": not run: " + reason);
            }
        }
        return devices.isEmpty() || opened.keySet().containsAll(devices);
    }

    /** Full names of the chosen benchmarks: the works first, in their order. */
    private List<String> benchmarks(Work.Size size) {
        var silent = OutputFormatFactory.createFormatInstance(System.out, VERBOSITY);
        return BenchmarkList.defaultList().getAll(silent, List.of()).stream()
                .map(BenchmarkListEntry::getUsername)
                .filter(this::isChosen)
                .filter(name -> Work.of(name).map(work -> work.has(size)).orElse(size == Work.Size.NORMAL))
                .sorted(Comparator.comparing((String name) -> workOf(name).isEmpty() ? "X" : workOf(name))
                        .thenComparing(name -> name))
                .toList();
    }

    private boolean isChosen(String name) {
        return patterns.isEmpty()
                || patterns.stream()
                        .anyMatch(pattern -> pattern.equals(workOf(name))
                                || Pattern.compile(pattern, Pattern.CASE_INSENSITIVE)
                                        .matcher(shortName(name))
                                        .find());
    }

    private boolean time(String benchmark, String device, Work.Size size, long left) {
        String name = shortName(benchmark);
        String key = name + " on " + device + ", " + size.label();
        if (left < LEAST) {
            notRun.put(key, "no time left");
            System.out.println(key + ": not run: no time left");
            return true;
        }
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(benchmark) + "$")
                .param("device", device)
                .param("threads", Integer.toString(threads))
                .param("size", size.label())
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VERBOSITY);
        options.forks(forks).warmupIterations(seconds).measurementIterations(seconds);
        if (quick) {
            TimeValue moment = TimeValue.milliseconds(300);
            options.forks(1).warmupIterations(2).warmupTime(moment);
            options.measurementIterations(2).measurementTime(moment);
        }
        long most = Math.min(limit, left);
        Watchdog watchdog = new Watchdog(most);
        try {
            Timing timing = Timing.of(name, device, size, threads, new Runner(options.build()).run());
            timings.add(timing.toMap(isEmulated(device)));
            System.out.println(timing.line(workOf(benchmark)));
            return true;
        } catch (RunnerException e) {
            boolean late = watchdog.expired;
            String reason = late ? "not done after " + most + " s" : reason(e);
            boolean cut = late && most < limit; // by the budget, which is not its fault
            notRun.put(key, cut ? "no time left: " + reason : reason);
            System.out.println(key + ": " + (cut ? "not run: no time left: " : "FAILED: ") + reason);
            return cut;
        } finally {
            watchdog.interrupt();
        }
    }

    /** Ends the forked JVM that takes too long, wherever it is. */
    private static final class Watchdog extends Thread {
        private final long seconds;
        private volatile boolean expired;

        Watchdog(long seconds) {
            super("watchdog");
            this.seconds = seconds;
            setDaemon(true);
            start();
        }

        @Override
        public void run() {
            try {
                Thread.sleep(seconds * 1000);
            } catch (InterruptedException e) {
                return; // done in time
            }
            expired = true;
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** The deepest message, which is the benchmark's own. */
    private static String reason(Throwable thrown) {
        Throwable deepest = thrown;
        while (true) {
            if (deepest.getCause() != null) {
                deepest = deepest.getCause();
            } else if (deepest.getSuppressed().length > 0) {
                deepest = deepest.getSuppressed()[0];
            } else {
                return deepest.toString();
            }
        }
    }

    /** No speed is taken from the emulated device: its times only show that it ran. */
    private boolean isEmulated(String device) {
        return opened.getOrDefault(device, "").startsWith("Emulated ");
    }

    private void write(Path file, Machine machine) {
        Map<String, Object> json = Json.head("elbo4j", quick, machine);
        json.put("devices", opened);
        if (!Machine.libraries().isEmpty()) {
            json.put("libraries", Machine.libraries());
        }
        json.put("notRun", notRun);
        if (!quick) {
            json.put("seconds", seconds);
        }
        json.put("unit", "ms");
        json.put("results", Collections.unmodifiableList(timings));
        Json.write(file, json);
    }

    private static String shortName(String benchmark) {
        return benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1);
    }

    private static String workOf(String benchmark) {
        return Work.of(benchmark).map(Work::name).orElse("");
    }
}
