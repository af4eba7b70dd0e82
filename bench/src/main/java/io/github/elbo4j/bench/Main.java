package io.github.elbo4j.bench;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
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
import tools.jackson.core.JsonGenerator;

/** Runs the benchmarks one after another, each in JVMs of its own, and writes one file of results. */
@SuppressWarnings("UnusedVariable") // picocli reads help
@Command(
        name = "bench/run",
        description = "Times elbo4j's operations and writes one JSON. Exit code 1: a benchmark failed.")
public final class Main implements Callable<Integer> {
    private static final VerboseMode VERBOSITY = VerboseMode.SILENT; // what fails is said here

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "One short fork: shows that all runs, not how fast.")
    private boolean quick;

    @Option(names = "--device", split = ",", description = "Devices to time; default: scalar,simd.")
    private List<String> devices = List.of("scalar", "simd");

    @Option(names = "--threads", description = "Threads of a CPU device; default: all processors.")
    private int threads = Devices.defaultThreads();

    @Option(
            names = "--results",
            description = "Folder of the file; default: bench/results for a full run, else bench/target.")
    private @Nullable Path results;

    @Option(names = "--home", hidden = true, description = "The folder bench, which the script knows.")
    private Path home = Path.of("bench");

    @Parameters(description = "Regular expressions; a benchmark runs if its class name holds one of them.")
    private List<String> patterns = new ArrayList<>();

    private final Map<String, String> opened = new LinkedHashMap<>(); // device, its description
    private final Map<String, String> notRun = new LinkedHashMap<>(); // device or benchmark, the reason
    private final List<Timing> timings = new ArrayList<>();

    /** See the README of this module. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() {
        Machine machine = Machine.here();
        System.out.println(machine.cpu() + ", " + machine.cores() + " cores, JDK " + machine.jdk());
        tryDevices();
        boolean failed = false;
        for (String benchmark : benchmarks()) {
            for (String device : opened.keySet()) {
                failed |= !time(benchmark, device);
            }
        }
        boolean full = !quick
                && patterns.isEmpty()
                && notRun.isEmpty()
                && devices.contains("simd")
                && threads == Devices.defaultThreads();
        Path folder = results != null ? results : home.resolve(full ? "results" : "target");
        Path file = folder.resolve((quick ? "quick-" : "") + machine.fileName() + ".json");
        Json.write(file, "elbo4j", quick, machine, this::write);
        System.out.println("written to " + file);
        return failed ? 1 : 0;
    }

    private void tryDevices() {
        for (String name : devices) {
            try (Device device = Devices.open(name, threads)) {
                opened.put(name, device.description());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            } catch (DeviceException e) {
                String reason = String.valueOf(e.getMessage());
                notRun.put(name, reason);
                System.out.println(name + ": not run: " + reason);
            }
        }
    }

    /** Full names of the chosen benchmarks: the works first, in their order. */
    private List<String> benchmarks() {
        var silent = OutputFormatFactory.createFormatInstance(System.out, VERBOSITY);
        return BenchmarkList.defaultList().getAll(silent, List.of()).stream()
                .map(BenchmarkListEntry::getUsername)
                .filter(name -> patterns.isEmpty()
                        || patterns.stream()
                                .anyMatch(pattern -> Pattern.compile(pattern, Pattern.CASE_INSENSITIVE)
                                        .matcher(name)
                                        .find()))
                .sorted(Comparator.comparing((String name) -> workOf(name).isEmpty() ? "X" : workOf(name))
                        .thenComparing(name -> name))
                .toList();
    }

    private boolean time(String benchmark, String device) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(benchmark) + "$")
                .param("device", device)
                .param("threads", Integer.toString(threads))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VERBOSITY);
        if (quick) {
            TimeValue moment = TimeValue.milliseconds(300);
            options.forks(1).warmupIterations(2).warmupTime(moment);
            options.measurementIterations(2).measurementTime(moment);
        }
        String name = benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1);
        try {
            Timing timing = Timing.of(name, device, threads, new Runner(options.build()).run());
            timings.add(timing);
            System.out.println(timing.line(workOf(benchmark)));
            return true;
        } catch (RunnerException e) {
            String reason = reason(e);
            notRun.put(name + " on " + device, reason);
            System.out.println(name + " on " + device + ": FAILED: " + reason);
            return false;
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

    private void write(JsonGenerator json) {
        json.writeObjectPropertyStart("devices");
        opened.forEach(json::writeStringProperty);
        json.writeEndObject();
        json.writeObjectPropertyStart("notRun");
        notRun.forEach(json::writeStringProperty);
        json.writeEndObject();
        json.writeStringProperty("unit", "ms");
        json.writeArrayPropertyStart("results");
        for (Timing timing : timings) {
            json.writeStartObject();
            Work.of(timing.benchmark()).ifPresent(work -> {
                json.writeStringProperty("work", work.name());
                json.writeStringProperty("words", work.words());
            });
            json.writeStringProperty("benchmark", timing.benchmark());
            json.writeStringProperty("device", timing.device());
            json.writeNumberProperty("threads", timing.threads());
            json.writeNumberProperty("median", digits(timing.median()));
            json.writeNumberProperty("min", digits(timing.min()));
            json.writeArrayPropertyStart("spread"); // lowest and highest median of an iteration
            json.writeNumber(digits(timing.low()));
            json.writeNumber(digits(timing.high()));
            json.writeEndArray();
            Work.of(timing.benchmark()).ifPresent(work -> {
                json.writeNumberProperty("perSecond", Math.round(work.count() / timing.median() * 1000));
                json.writeStringProperty("of", work.things());
            });
            json.writeNumberProperty("bytesPerExecution", Math.round(timing.bytes()));
            json.writeNumberProperty("executions", timing.executions());
            json.writeNumberProperty("forks", timing.forks());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String workOf(String benchmark) {
        return Work.of(benchmark).map(Work::name).orElse("");
    }

    /** Tenths of a microsecond. */
    private static double digits(double milliseconds) {
        return Math.round(milliseconds * 1e4) / 1e4;
    }
}
