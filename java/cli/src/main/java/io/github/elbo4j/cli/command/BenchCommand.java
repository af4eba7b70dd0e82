package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.view.ComparisonTable;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.cli.works.Execution;
import io.github.elbo4j.cli.works.FitWork;
import io.github.elbo4j.cli.works.Machine;
import io.github.elbo4j.cli.works.Speed;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.report.SpeedReport;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j bench}: the works on each device of this machine, side by side. */
@Command(
        name = "bench",
        description = {
            "How fast the devices of this machine are, side by side: CPU against GPU.",
            "Times seven works, W1 to W7, and a whole fit on each device that opens. Each result is checked before it is"
                    + " timed. Writes bench.json, and bench.html with a picture. Use a machine with nothing else to do."
        },
        footer = {"elbo4j bench", "elbo4j bench --device simd,cuda --seconds 30"},
        exitCodeList = {"0:all was timed", "2:" + Exit.BAD_INPUT_MEANS, "3:" + Exit.BROKEN_MEANS},
        sortOptions = false)
public final class BenchCommand implements Callable<Integer> {
    private static final String FIT = "fit";
    /** Seconds that each is timed for, however little time there is. */
    private static final double LEAST = 0.5;

    /** What the largest of the works needs at the normal size, with room for the rest. */
    private static final long ROOM = 1L << 30;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME[,…]",
            split = ",",
            description = "Devices to time: scalar, simd, cuda (cuda:1 is the second GPU). Default: all that open.")
    private @Nullable List<String> names;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of a CPU device. Default: one a processor.")
    private @Nullable Integer threads;

    @Option(
            names = "--size",
            paramLabel = "NAME",
            description = "normal; large, which fills a GPU (W1, W2 and W4 to W6 alone); tiny, to see that all runs."
                    + " Default: normal, or tiny where memory is short.")
    private @Nullable String sizeName;

    @Option(names = "--seconds", paramLabel = "T", description = "About how long all of it may take. Default: 90.")
    private double seconds = 90;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for bench.json and bench.html, made if need be. Default: elbo4j-bench.")
    private Path out = Path.of("elbo4j-bench");

    @Option(names = "--json", description = "Print the result as one line of JSON and nothing else.")
    private boolean json;

    @Option(names = "--quiet", description = "No progress and no notes: the result only.")
    private boolean quiet;

    /** What is timed: a work, or the fit. */
    private record Task(
            String name,
            String words,
            String things,
            long count,
            @Nullable Work work,
            List<SpeedReport.Time> times) {
        Execution execution() {
            return work == null ? new FitWork() : Execution.of(work);
        }
    }

    @Override
    public Integer call() {
        OptionChecks.positive(spec.commandLine(), "--seconds", seconds);
        OptionChecks.atLeastOne(spec.commandLine(), "--threads", threads);
        Work.Size size = size();
        Console console = new Console(spec.commandLine(), quiet || json);
        List<String> notes = new ArrayList<>();
        if (sizeName == null && size == Work.Size.TINY) {
            notes.add("The sizes are tiny, since Java may use "
                    + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MiB here and the works take " + (ROOM >> 20)
                    + "; JAVA_TOOL_OPTIONS=-Xmx2g gives more. Such times are mostly what it costs to begin.");
        }
        List<Task> tasks = tasks(size);
        Map<String, String> devices = new LinkedHashMap<>();
        List<String> asked = devices();
        Path folder = OutputFolder.open(out);
        long begun = System.nanoTime();
        try (Interruption interruption = new Interruption(console.err()::println)) {
            Timer timer = new Timer(console, interruption, begun, asked.size() * tasks.size());
            for (String name : asked) {
                try (Device device = open(name)) {
                    devices.put(name, device.description());
                    if (device.description().toLowerCase(Locale.ROOT).contains("emulated")) {
                        notes.add("The CUDA device is emulated on the CPU: its times say nothing of a GPU.");
                    }
                    for (Task task : tasks) {
                        timer.time(task, size, name, device, notes);
                    }
                }
            }
            interruption.fitEnded();
            if (interruption.exitCode() != 0) {
                notes.add("It was stopped before all was timed.");
            }
            List<SpeedReport.Work> works = tasks.stream()
                    .map(task -> new SpeedReport.Work(task.name, task.words, task.things, task.count, task.times))
                    .toList();
            SpeedReport report = new SpeedReport(
                    new Version().getVersion()[0],
                    machine(),
                    devices,
                    works,
                    LocalDate.now(ZoneId.systemDefault()).toString(),
                    notes,
                    console.commandLine());
            List<Path> written = Ending.written(console, () -> report.write(folder));
            console.result(
                    json,
                    () -> report.line() + "\n",
                    to -> print(report, written, new ComparisonTable(to, Terminal.width())));
            return written.isEmpty() || timer.failed ? Exit.BROKEN : interruption.exitCode();
        }
    }

    private Work.Size size() {
        if (sizeName == null) {
            return Runtime.getRuntime().maxMemory() < ROOM ? Work.Size.TINY : Work.Size.NORMAL;
        }
        Map<String, Work.Size> sizes = new LinkedHashMap<>();
        Arrays.stream(Work.Size.values()).forEach(each -> sizes.put(each.label(), each));
        return OptionChecks.oneOf(spec.commandLine(), "--size", sizeName, sizes);
    }

    private static List<Task> tasks(Work.Size size) {
        List<Task> tasks = new ArrayList<>();
        for (Work work : Work.values()) {
            if (work.has(size)) {
                tasks.add(new Task(
                        work.name(), work.words(size), work.things(), work.count(size), work, new ArrayList<>()));
            }
        }
        if (size != Work.Size.LARGE) {
            tasks.add(new Task(FIT, FitWork.words(size), "", 0, null, new ArrayList<>()));
        }
        return tasks;
    }

    /** The slowest last, so that what is stopped early has the others. */
    private List<String> devices() {
        List<String> asked = names;
        if (asked != null) {
            for (String name : asked) {
                if (!name.matches("scalar|simd|cuda(:\\d{1,3})?")) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "--device has " + name
                                    + ", but must name scalar, simd, cuda or cuda:N, with commas between");
                }
            }
            return asked.stream().distinct().toList();
        }
        return Devices.list().stream()
                .filter(Devices.Status::opens)
                .map(Devices.Status::name)
                .toList();
    }

    private Device open(String name) {
        Devices.Request request = Devices.Request.of(name);
        return ComputeOptions.choose(threads == null ? request : request.withThreads(threads))
                .device();
    }

    private static Map<String, Object> machine() {
        Map<String, Object> machine = new LinkedHashMap<>(Machine.here().toMap());
        machine.computeIfPresent("gpus", (name, gpus) -> String.valueOf(gpus));
        return machine;
    }

    /** Times one after the other in the time that there is. */
    private final class Timer {
        private final Console console;
        private final Interruption interruption;
        private final long begun;
        private int left;
        private boolean failed;

        Timer(Console console, Interruption interruption, long begun, int tasks) {
            this.console = console;
            this.interruption = interruption;
            this.begun = begun;
            this.left = tasks;
        }

        void time(Task task, Work.Size size, String name, Device device, List<String> notes) {
            if (interruption.getAsBoolean()) {
                return;
            }
            double passed = (System.nanoTime() - begun) * 1e-9;
            double share = Math.max(0, seconds - passed) / left--;
            long start = System.nanoTime();
            try (Execution execution = task.execution()) {
                execution.open(device, size, false);
                double spent = (System.nanoTime() - start) * 1e-9;
                Speed speed = Speed.of(execution, Math.max(LEAST, share - spent), interruption);
                if (speed != null) {
                    task.times.add(
                            new SpeedReport.Time(name, speed.median(), speed.low(), speed.high(), speed.executions()));
                    if (!quiet && !json) {
                        console.err()
                                .println(task.name + " on " + name + ": " + Numbers.significant(speed.median(), 3)
                                        + " ms");
                        console.err().flush();
                    }
                }
            } catch (CancellationException e) {
                // the request to stop is told at the end
            } catch (DeviceException | IllegalStateException e) { // too little memory, or a wrong result
                failed = true;
                notes.add(task.name + " was not timed on " + name + ": " + Words.plain(String.valueOf(e.getMessage())));
            }
        }
    }

    private static void print(SpeedReport report, List<Path> written, ComparisonTable table) {
        table.rows(report.table());
        table.sentences(report.reading());
        for (List<String> line : report.legend()) {
            table.line(line.get(0), line.get(1) + (line.get(2).isEmpty() ? "" : ": " + line.get(2)));
        }
        report.devices().forEach(table::line);
        table.written(written);
    }
}
