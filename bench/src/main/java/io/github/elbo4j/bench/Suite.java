package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Runs test classes where there is only a Java virtual machine, and keeps one file of outcomes, written anew after each class.
 * The classes run in a process of their own ({@link SuiteWorker}): one that hangs or takes the process down costs itself
 * only, and after a failure the rest begins afresh.
 */
@SuppressWarnings("UnusedVariable") // picocli reads help
@Command(
        name = "run.sh test",
        description =
                "Runs test classes and writes one JSON. Exit code 1: a class failed, or a required device is not there.")
public final class Suite implements Callable<Integer> {
    private static final Set<String> DONE = Set.of("passed", "failed", "hung", "crashed", "skipped");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Option(names = "--out", required = true, description = "The file; what the tests print goes to a .log beside it.")
    private Path out = Path.of("");

    @Option(names = "--tests", description = "Folder of the compiled tests.")
    private @Nullable Path tests;

    @Option(names = "--limit", description = "Seconds after which a class is given up; default: 240.")
    private long limit = 240;

    @Option(
            names = "--budget",
            description = "Seconds for all; what there is no time for is listed as not run. Default: none.")
    private long budget = Long.MAX_VALUE / 2;

    @Option(names = "--jobs", description = "Classes that run at a time, each in a process of its own; default: 1.")
    private int jobs = 1;

    @Option(names = "--continue", description = "Keep what the file has, and run only the rest.")
    private boolean further;

    @Option(names = "--require", split = ",", description = "Devices without which nothing runs: exit code 1.")
    private List<String> required = List.of();

    @Option(
            names = "--under",
            description = "A command that each class runs under, in a process of its own whose exit code counts.")
    private String under = "";

    @Parameters(description = "Parts of class names, or full class names; default: all.")
    private List<String> words = new ArrayList<>();

    private final Map<String, Map<String, Object>> classes = new LinkedHashMap<>();
    private Map<String, Object> devices = new LinkedHashMap<>();
    private @Nullable Object libraries;
    private long begun;

    /** See {@code --help}. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Suite()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        begun = SuiteLane.seconds();
        Machine machine = Machine.here();
        List<String> names = names();
        if (names.isEmpty()) {
            System.err.println("no test class is named so: " + words);
            return 2;
        }
        if (further) {
            for (Map<String, Object> old : Json.maps(Json.read(out).get("classes"))) {
                if (DONE.contains(outcome(old))) {
                    classes.put(String.valueOf(old.get("class")), old);
                }
            }
        }
        String missing = "";
        Files.createDirectories(out.toAbsolutePath().getParent());
        Path logged = out.resolveSibling(out.getFileName().toString().replaceAll("\\.json$", "") + ".log");
        try (PrintWriter log = new PrintWriter(Files.newBufferedWriter(logged))) {
            SuiteLane first = lane(log);
            try {
                missing = askDevices(first);
                if (missing.isEmpty()) {
                    List<String> todo = names.stream()
                            .filter(name -> !classes.containsKey(name))
                            .toList();
                    runAll(todo, first, log, () -> write(machine, "", names));
                }
            } finally {
                first.kill();
                write(machine, missing, names);
            }
        }
        devices.forEach((name, status) -> System.out.println(name + ": " + words(status)));
        long bad = count(SuiteLane.BAD);
        System.out.println("classes: " + count(Set.of("passed")) + " passed, " + count(Set.of("skipped")) + " skipped, "
                + bad + " failed, hung or crashed, " + rest(names).size() + " not run; written to " + out);
        if (!missing.isEmpty()) {
            System.out.println(missing);
        }
        return bad > 0 || !missing.isEmpty() ? 1 : 0;
    }

    private static String words(Object status) {
        Map<String, Object> map = Json.map(status);
        return (Boolean.TRUE.equals(map.get("opens")) ? "" : "its tests did not run: ") + map.get("words");
    }

    private long count(Set<String> outcomes) {
        return classes.values().stream()
                .filter(line -> outcomes.contains(outcome(line)))
                .count();
    }

    static String outcome(Map<String, Object> result) {
        return String.valueOf(result.get("outcome"));
    }

    /** The chosen classes, in the order of their names. */
    private List<String> names() throws IOException {
        List<String> all = new ArrayList<>();
        if (tests != null) {
            Path folder = tests;
            try (Stream<Path> files = Files.walk(folder)) {
                files.map(file -> folder.relativize(file).toString())
                        .filter(file -> file.endsWith("Test.class") && !file.contains("$"))
                        .map(file -> file.replace(".class", "").replace('/', '.'))
                        .sorted()
                        .filter(name -> words.isEmpty() || words.stream().anyMatch(name::contains))
                        .forEach(all::add);
            }
        }
        // A class that is named in full need not be in the folder.
        words.stream().filter(word -> isClass(word) && !all.contains(word)).forEach(all::add);
        return all;
    }

    private static boolean isClass(String name) {
        try {
            Class.forName(name, false, Suite.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private SuiteLane lane(PrintWriter log) {
        return new SuiteLane(under, required, out, log, limit, begun + budget);
    }

    /** What is required and not there, in words; empty if nothing. */
    private String askDevices(SuiteLane lane) throws IOException, InterruptedException {
        Optional<Map<String, Object>> ready = lane.begin();
        if (ready.isEmpty()) {
            devices.put("none", Map.of("opens", false, "words", "the process that lists the devices " + lane.end()));
        } else {
            devices = ready.orElseThrow();
            libraries = devices.remove("libraries");
        }
        List<String> missing = new ArrayList<>();
        for (String name : required) {
            if (!Boolean.TRUE.equals(Json.map(devices.get(name)).get("opens"))) {
                Object words = Json.map(devices.get(name)).get("words");
                missing.add(name + " is required, but not there: " + (words == null ? "no such device" : words));
            }
        }
        return String.join("; ", missing);
    }

    /** Each lane takes the next class when it is done with one; the first is this thread's. */
    private void runAll(List<String> names, SuiteLane first, PrintWriter log, Runnable write)
            throws IOException, InterruptedException {
        Queue<String> queue = new ConcurrentLinkedQueue<>(names);
        ExecutorService others = Executors.newCachedThreadPool();
        List<Future<?>> ends = new ArrayList<>();
        for (int j = 1; j < Math.min(jobs, names.size()); j++) {
            ends.add(others.submit(() -> {
                SuiteLane lane = lane(log);
                try {
                    runFrom(queue, lane, write);
                } finally {
                    lane.kill();
                }
                return null;
            }));
        }
        others.shutdown();
        try {
            runFrom(queue, first, write);
            for (Future<?> end : ends) {
                end.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a lane of the tests broke: " + e.getCause(), e);
        } finally {
            others.shutdownNow();
        }
    }

    private void runFrom(Queue<String> queue, SuiteLane lane, Runnable write) throws IOException, InterruptedException {
        for (String name = queue.poll(); name != null; name = queue.poll()) {
            Map<String, Object> result = lane.run(name);
            synchronized (classes) {
                classes.put(name, result);
                System.out.println(line(result));
                write.run();
            }
        }
    }

    private String line(Map<String, Object> result) {
        StringBuilder text = new StringBuilder(String.format("%-8s", outcome(result)));
        text.append(String.valueOf(result.get("class")).replace("io.github.elbo4j.", ""));
        if (result.containsKey("passed")) {
            text.append(": ").append(result.get("passed")).append(" passed");
            for (String kind : List.of("failed", "skipped")) {
                if (result.get(kind) instanceof Number number && number.intValue() > 0) {
                    text.append(", ").append(result.get(kind)).append(' ').append(kind);
                }
            }
            text.append(", ").append(result.get("seconds")).append(" s");
        }
        if (result.get("failures") instanceof List<?> failures) {
            failures.forEach(failure -> text.append("\n    ").append(failure));
        }
        return text.toString();
    }

    private void write(Machine machine, String missing, List<String> names) {
        Map<String, Object> json = Json.head("tests", false, machine);
        json.remove("quick");
        json.put("seconds", SuiteLane.seconds() - begun);
        json.put("devices", devices);
        if (libraries != null) {
            json.put("libraries", libraries);
        }
        if (!under.isEmpty()) {
            json.put("under", under);
        }
        if (!missing.isEmpty()) {
            json.put("missing", missing);
        }
        Map<String, Object> counts = new LinkedHashMap<>();
        classes.values().forEach(line -> counts.merge(outcome(line), 1, (a, b) -> (int) a + (int) b));
        json.put("counts", counts);
        json.put("notRun", rest(names));
        json.put("classes", new ArrayList<>(classes.values()));
        Json.write(out, json);
    }

    private List<String> rest(List<String> names) {
        return names.stream()
                .filter(name -> !classes.containsKey(name) || !DONE.contains(outcome(classes.get(name))))
                .toList();
    }
}
