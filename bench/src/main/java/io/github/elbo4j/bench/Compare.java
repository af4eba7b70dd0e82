package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Machine;
import io.github.elbo4j.cli.works.Work;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The ratio of a peer's time to elbo4j's for the same work. Both run in processes of their own, warm, and take turns, A B
 * A B, so that whatever else the machine does meets both alike.
 */
@SuppressWarnings("UnusedVariable") // picocli reads help
@Command(
        name = "bench/compare",
        description = "Times elbo4j and a peer in turns and prints how many times faster elbo4j is.")
public final class Compare implements Callable<Integer> {
    /** Between turns, so that the threads that the last one left spinning go to sleep. */
    private static final long PAUSE_MILLISECONDS = 250;

    /** Each work with the peer that is the fastest at it. */
    private static final List<String> CLAIMED =
            List.of("W1=torch", "W2=torch", "W3=torch", "W4=jax", "W5=torch", "W6=torch", "W7=jax");

    /** Rounds of W7 at most, an execution of which takes seconds. */
    private static final int LONG_ROUNDS = 5;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--python",
            description = "The Python that has the peers installed; default: $PEERS_PYTHON, else python3.")
    private String python = System.getenv().getOrDefault("PEERS_PYTHON", "python3");

    @Option(names = "--device", description = "elbo4j's device; default: simd.")
    private String device = "simd";

    @Option(names = "--rounds", description = "Turns of each; default: 20.")
    private int rounds = 20;

    @Option(names = "--quick", description = "Short turns and warm-up: shows that all runs, not how fast.")
    private boolean quick;

    @Option(
            names = "--results",
            description = "Folder of the file; default: bench/results for a full run, else bench/target.")
    private @Nullable Path results;

    @Option(names = "--home", hidden = true, description = "The folder bench, which the script knows.")
    private Path home = Path.of("bench");

    @Parameters(description = "What to compare, as WORK=PEER; default: all, each with its fastest peer.")
    private List<String> pairs = CLAIMED;

    private final List<Comparison> comparisons = new ArrayList<>();
    private final Map<String, String> notRun = new LinkedHashMap<>();

    /**
     * Milliseconds of elbo4j and of the peer; {@code ratio[i]} is that of their medians in round i.
     *
     * @param ours all executions, sorted
     * @param theirs all executions, sorted
     * @param ratio sorted
     */
    private record Comparison(Work work, String peer, double[] ours, double[] theirs, double[] ratio) {}

    /** See the README of this module. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Compare()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Machine machine = Machine.here();
        System.out.println(machine.cpu() + ", " + machine.cores() + " cores, JDK " + machine.jdk());
        for (String pair : pairs) {
            Comparison made;
            try {
                made = compare(work(pair), pair.substring(pair.indexOf('=') + 1));
            } catch (IOException e) {
                System.err.println(pair + ": not compared: " + e.getMessage());
                notRun.put(pair, String.valueOf(e.getMessage()));
                continue;
            }
            comparisons.add(made);
            System.out.printf(
                    Locale.ROOT,
                    "%s elbo4j %s: median %.3f ms, min %.3f; %s: median %.3f ms, min %.3f; ratio %.2f (rounds %.2f to %.2f; of the minima %.2f)%n",
                    made.work,
                    device,
                    median(made.ours),
                    made.ours[0],
                    made.peer,
                    median(made.theirs),
                    made.theirs[0],
                    median(made.ratio),
                    made.ratio[0],
                    made.ratio[made.ratio.length - 1],
                    made.theirs[0] / made.ours[0]);
        }
        boolean full = !quick && pairs.equals(CLAIMED) && device.equals("simd") && notRun.isEmpty();
        Path folder = results != null ? results : home.resolve(full ? "results" : "target");
        Path file = folder.resolve((quick ? "quick-" : "") + machine.fileName() + "-compare.json");
        write(file, machine);
        System.out.println("written to " + file);
        return notRun.isEmpty() ? 0 : 1;
    }

    private Work work(String pair) {
        for (Work work : Work.values()) {
            if (pair.startsWith(work.name() + "=")) {
                return work;
            }
        }
        throw new ParameterException(
                spec.commandLine(), "'" + pair + "' is no pair; say, for example, W1=torch. Works are W1 to W7");
    }

    private Comparison compare(Work work, String peer) throws IOException, InterruptedException {
        String warm = quick ? "0.5" : "8";
        double turn = quick ? 0.1 : 0.4;
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> ours = new ArrayList<>(List.of(java));
        ours.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments()); // as this one was started
        ours.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), Serve.class.getName(), work.name(), device, warm));
        String script = home.resolve(Path.of("peers", "peers.py")).toString();
        List<String> theirs = List.of(python, script, "serve", work.name(), peer, warm);
        List<Double> allOurs = new ArrayList<>();
        List<Double> allTheirs = new ArrayList<>();
        double[] ratio = new double[quick ? 2 : work == Work.W7 ? Math.min(rounds, LONG_ROUNDS) : rounds];
        try (Server a = new Server(ours, work);
                Server b = new Server(theirs, work)) {
            for (int round = 0; round < ratio.length; round++) {
                double[] first = a.turn(turn);
                double[] second = b.turn(turn);
                ratio[round] = median(second) / median(first);
                Arrays.stream(first).forEach(allOurs::add);
                Arrays.stream(second).forEach(allTheirs::add);
            }
        }
        Arrays.sort(ratio);
        return new Comparison(work, peer, sorted(allOurs), sorted(allTheirs), ratio);
    }

    private void write(Path file, Machine machine) {
        List<Map<String, Object>> results = new ArrayList<>();
        for (Comparison made : comparisons) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("work", made.work.name());
            line.put("words", made.work.words(Work.Size.NORMAL));
            line.put("device", device);
            line.put("median", median(made.ours));
            line.put("min", made.ours[0]);
            line.put("peer", made.peer);
            line.put("peerMedian", median(made.theirs));
            line.put("peerMin", made.theirs[0]);
            line.put("ratio", hundredths(median(made.ratio)));
            // lowest and highest ratio of a round
            line.put("spread", List.of(hundredths(made.ratio[0]), hundredths(made.ratio[made.ratio.length - 1])));
            line.put("rounds", made.ratio.length);
            results.add(line);
        }
        Map<String, Object> head = Json.head("elbo4j and peers in turns", quick, machine);
        head.put("notRun", notRun);
        head.put("unit", "ms");
        head.put("results", results);
        Json.write(file, head);
    }

    private static double hundredths(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static double[] sorted(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** A process that works when told to; see {@link Serve}. */
    private static final class Server implements AutoCloseable {
        private final String name;
        private final Process process;
        private final BufferedReader out;
        private final Writer in;

        Server(List<String> command, Work work) throws IOException {
            name = String.join(" ", command);
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
            String ready = line();
            if (!ready.equals("ready " + work.sizes())) {
                process.destroy();
                throw new IOException(
                        "'" + name + "' said '" + ready + "' where 'ready " + work.sizes() + "' was due: other sizes?");
            }
        }

        double[] turn(double seconds) throws IOException, InterruptedException {
            Thread.sleep(PAUSE_MILLISECONDS);
            in.write(seconds + "\n");
            in.flush();
            return Arrays.stream(line().trim().split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        }

        private String line() throws IOException {
            String line = out.readLine();
            if (line == null) {
                throw new IOException("'" + name + "' ended; what it said is above");
            }
            return line;
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
