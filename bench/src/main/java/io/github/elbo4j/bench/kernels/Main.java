package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.Devices;
import io.github.elbo4j.bench.Json;
import io.github.elbo4j.cli.works.Machine;
import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * Times every kernel family's operations on one device, in one process: a table, and a file of JSON that {@link Table} takes.
 * Each is first compared with the scalar device, bit by bit, at a tiny size.
 */
@SuppressWarnings("UnusedVariable") // picocli reads help
@Command(
        name = "run.sh kernels",
        description = "Times the operations of every kernel on a device. Exit code 1: one failed or gave other bits.")
public final class Main implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--device", description = "cuda, simd or scalar; default: cuda, as far as there is one.")
    private @Nullable String device;

    @Option(
            names = "--size",
            description = "full, which fills a GPU, or tiny, once each: shows that all runs; default: full.")
    private String size = "full";

    @Option(names = "--budget", description = "Seconds for all; what there is no time for is listed. Default: none.")
    private long budget = Integer.MAX_VALUE;

    @Option(names = "--out", description = "The file; default: bench/target/kernels.json.")
    private @Nullable Path out;

    @Option(names = "--home", hidden = true, description = "The folder bench, which the script knows.")
    private Path home = Path.of("bench");

    @Parameters(
            description = "Regular expressions; an operation is timed if its name, or a kernel's, holds one of them.")
    private List<String> names = new ArrayList<>();

    private final Map<String, String> notRun = new LinkedHashMap<>();
    private final List<Map<String, Object>> results = new ArrayList<>();
    private @Nullable Map<String, Double> launches;

    /** See the README of the benchmarks. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    /** Every operation that is timed. */
    static List<Case> cases() {
        return Stream.of(
                        DrawCases.all(),
                        EstimateCases.all(),
                        FusedCases.all(),
                        LinearCases.all(),
                        LowRankCases.all(),
                        RowCases.all())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public Integer call() {
        if (!size.equals("full") && !size.equals("tiny")) {
            throw new ParameterException(spec.commandLine(), "there is no size '" + size + "'; choose full or tiny");
        }
        long begun = System.nanoTime();
        String name = device == null ? "cuda" : device;
        try (Device on = Devices.open(name);
                Device scalar = Devices.open("scalar")) {
            System.out.println(on.description());
            System.out.printf(Locale.ROOT, "%-52s %11s %9s %10s  %s%n", "operation", "us", "GB/s", "GFLOP/s", "size");
            boolean failed = false;
            for (Case what : cases()) {
                if (isChosen(what)) {
                    failed |= !time(on, scalar, what, begun);
                }
            }
            if (names.isEmpty() || names.contains("launches")) {
                launches = left(begun) > 0 ? new Steps(on, isTiny()).all() : null;
                if (launches == null) {
                    notRun.put("launches", "no time left");
                } else {
                    launches.forEach((what, us) -> System.out.printf(Locale.ROOT, "%-52s %11.2f%n", what, us));
                }
            }
            Path file = out != null ? out : home.resolve("target/kernels.json");
            write(file, on, begun);
            notRun.forEach((what, reason) -> System.out.println(what + ": not run: " + reason));
            System.out.println("written to " + file);
            return failed ? 1 : 0;
        } catch (AbsentDeviceException e) {
            System.out.println(name + ": not run: " + e.getMessage());
            return device == null ? 0 : 1;
        } catch (DeviceException e) {
            System.out.println(name + ": FAILED: " + e.getMessage());
            return 1;
        }
    }

    private boolean isTiny() {
        return size.equals("tiny");
    }

    private double left(long begun) {
        return budget - (System.nanoTime() - begun) / 1e9;
    }

    private boolean isChosen(Case what) {
        return names.isEmpty()
                || names.stream()
                        .anyMatch(name -> Pattern.compile(name)
                                .matcher(what.name() + " " + what.kernels())
                                .find());
    }

    /** False if it failed. */
    private boolean time(Device on, Device scalar, Case what, long begun) {
        if (left(begun) < 1) {
            notRun.put(what.name(), "no time left");
            return true;
        }
        try {
            Check.sameBits(on, scalar, what);
            try (Inputs in = new Inputs(on)) {
                Case.Work work = what.setup().of(in, isTiny());
                try (Program program = on.bind(List.of(work.operation()))) {
                    add(what, work, new Clock(on, isTiny()).time(program::run));
                }
            }
            return true;
        } catch (DeviceException | IllegalStateException | IllegalArgumentException e) {
            notRun.put(what.name(), "FAILED: " + e.getMessage());
            return false;
        }
    }

    private void add(Case what, Case.Work work, Clock.Time time) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("operation", what.name());
        line.put("kernels", what.kernels());
        line.put("size", work.shape());
        line.put("elements", work.elements());
        line.put("bytes", work.bytes());
        line.put("flops", work.flops());
        line.put("us", time.median());
        line.put("least", time.least());
        line.put("greatest", time.greatest());
        line.put("executions", time.executions());
        line.put("bitsOfScalar", true);
        results.add(line);
        System.out.printf(
                Locale.ROOT,
                "%-52s %11.2f %9.1f %10.1f  %s%n",
                what.name(),
                time.median(),
                work.bytes() / time.median() / 1e3,
                work.flops() / time.median() / 1e3,
                work.shape());
    }

    private void write(Path file, Device on, long begun) {
        Map<String, Object> json = Json.head("kernels", isTiny(), Machine.here());
        json.put("device", on.description());
        json.put("emulated", on.description().startsWith("Emulated "));
        json.put("size", size);
        json.put("seconds", (System.nanoTime() - begun) / 1e9);
        json.put("notRun", notRun);
        json.put("results", results);
        if (launches != null) {
            json.put("launches", launches);
        }
        Json.write(file, json);
    }
}
