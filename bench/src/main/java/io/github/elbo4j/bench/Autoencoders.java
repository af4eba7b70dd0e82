package io.github.elbo4j.bench;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.works.Machine;
import io.github.elbo4j.deep.Autoencoder;
import io.github.elbo4j.deep.AutoencoderFit;
import io.github.elbo4j.deep.Training;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * Trains an autoencoder of the digits (64 pixels, 128 hidden units, 2 latent dimensions, batches of 128) here, in JAX and in PyTorch, in turns:
 * milliseconds a step, after the first fifth of the steps, and the mean ELBO of held-out rows. Each round has rows of its own that are
 * held out, and each program its own weights to begin with, on which the bound depends by some tenths of a nat. A step here counts the
 * looks at the held-out rows, one in fifty. {@code bench/autoencoders} runs it.
 */
public final class Autoencoders {
    private static final int ROUNDS = 3;
    private static final int STEPS = 5000;
    private static final int PIXELS = 64;
    private static final double WHITE = 16;
    private static final List<String> PEERS = List.of("jax", "torch", "torch-compile");

    private final Path home;
    private final Device device;
    private final String python;
    private final PeerFolder folder;

    private Autoencoders(Path home, Device device, String python, PeerFolder folder) {
        this.home = home;
        this.device = device;
        this.python = python;
        this.folder = folder;
    }

    /** Arguments: {@code --home DIR}, and {@code --device NAME}, simd without it. */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> words = List.of(args);
        Path home = Path.of(words.get(words.indexOf("--home") + 1));
        int named = words.indexOf("--device");
        String python = System.getenv().getOrDefault("PEERS_PYTHON", "python3");
        try (PeerFolder folder = new PeerFolder("autoencoders");
                Device device = Devices.open(named < 0 ? "simd" : words.get(named + 1))) {
            new Autoencoders(home, device, python, folder).run();
        }
    }

    private void run() throws IOException, InterruptedException {
        double[][] digits = digits();
        Map<String, List<double[]>> turns = new TreeMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            Training training = new Training().steps(STEPS).seed(round);
            int[] out = training.heldOutRows(digits.length);
            folder.write("heldout", rows(digits, Arrays.stream(out)));
            folder.write(
                    "train",
                    rows(digits, IntStream.range(0, digits.length).filter(n -> Arrays.binarySearch(out, n) < 0)));
            turn(turns, "elbo4j", train(training, digits));
            for (String peer : PEERS) {
                turn(turns, peer, peer(peer, round));
            }
        }
        Map<String, Object> results = Json.head("autoencoders", false, Machine.here());
        results.put("device", device.description());
        results.put("steps", STEPS);
        Map<String, Object> figures = new LinkedHashMap<>();
        turns.forEach((name, values) -> {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put(
                    "millisecondsPerStep",
                    values.stream().mapToDouble(v -> v[0]).sorted().toArray());
            each.put("bound", values.stream().mapToDouble(v -> v[1]).toArray());
            figures.put(name, each);
        });
        results.put("figures", figures);
        Path file =
                home.resolve("results").resolve("autoencoders-" + Machine.here().fileName() + ".json");
        Json.write(file, results);
        System.out.println("wrote " + file);
    }

    private static void turn(Map<String, List<double[]>> turns, String name, double[] result) {
        turns.computeIfAbsent(name, n -> new ArrayList<>()).add(result);
        System.out.printf(Locale.ROOT, "%-14s %7.3f ms a step, held out %.3f%n", name, result[0], result[1]);
    }

    private double[] train(Training training, double[][] digits) {
        long[] times = new long[2];
        int[] steps = new int[2];
        Progress.Listener listener = progress -> {
            int which = progress.step() <= STEPS / 5 ? 0 : 1;
            times[which] = System.nanoTime();
            steps[which] = progress.step();
        };
        AutoencoderFit fit = training.fit(device, Autoencoder.of(2), digits, () -> false, listener);
        double[] elbo = fit.diagnosis().heldOut().elbo();
        return new double[] {
            (times[1] - times[0]) / 1e6 / (steps[1] - steps[0]),
            Arrays.stream(elbo).average().orElse(Double.NaN)
        };
    }

    private double[] peer(String name, int seed) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        python,
                        home.resolve("peers/autoencoders.py").toString(),
                        name,
                        folder.path.toString(),
                        String.valueOf(STEPS),
                        String.valueOf(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader answers = process.inputReader(StandardCharsets.UTF_8)) {
            String line = answers.readLine();
            if (line == null || process.waitFor() != 0) {
                throw new IOException(
                        name + " has ended without a result; it needs JAX and PyTorch, and bench/README.md says how"
                                + " $PEERS_PYTHON gets them");
            }
            return Arrays.stream(line.split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        }
    }

    private double[][] digits() throws IOException {
        Path file = home.resolveSibling("test").resolve("data/digits.csv.gz");
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return reader.lines()
                    .skip(1)
                    .map(line -> Arrays.stream(line.split(","))
                            .limit(PIXELS)
                            .mapToDouble(cell -> Double.parseDouble(cell) / WHITE)
                            .toArray())
                    .toArray(double[][]::new);
        }
    }

    private static double[] rows(double[][] all, IntStream which) {
        return which.boxed().flatMapToDouble(n -> Arrays.stream(all[n])).toArray();
    }
}
