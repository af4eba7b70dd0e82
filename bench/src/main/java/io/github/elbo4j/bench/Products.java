package io.github.elbo4j.bench;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Machine;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.Matrices;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Resources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * GFLOP/s of products of matrices and of a triangle's solution, and of the same in NumPy and PyTorch, in turns. {@code bench/products} runs
 * it.
 */
public final class Products {
    private static final int ROUNDS = 9;
    private static final double SECONDS = 0.4; // of a turn
    /** Between turns, so that the threads that the last one left spinning go to sleep. */
    private static final long PAUSE_MILLISECONDS = 250;

    private static final List<Case> CASES = List.of(
            new Case("multiply", 1, 10_000, 64, 64),
            new Case("multiply", 1, 64, 64, 10_000),
            new Case("multiply", 1, 1024, 1024, 1024),
            new Case("multiply", 4096, 64, 64, 64),
            new Case("solve", 1, 1024, 1024, 1024));

    private final PeerFolder folder;
    private final Device device;

    private Products(PeerFolder folder, Device device) {
        this.folder = folder;
        this.device = device;
    }

    /** {@code count} products of m × k and k × n, or solutions of m × m triangles and m × n. */
    private record Case(String work, int count, int m, int n, int k) {
        double operations() {
            return (work.equals("solve") ? 1.0 : 2.0) * count * m * n * k;
        }

        Operation on(Buffer left, Buffer right, Buffer result) {
            return work.equals("solve")
                    ? new GemmOps.TriangularSolve(Matrix.of(left, m, m), false, Matrix.of(result, m, n))
                    : new GemmOps.BatchedGemm(
                            new Matrices(Matrix.of(left, m, k), count, (long) m * k),
                            new Matrices(Matrix.of(right, k, n), count, (long) k * n),
                            false,
                            new Matrices(Matrix.of(result, m, n), count, (long) m * n));
        }

        /** As a peer is told. */
        String words() {
            return work + " " + count + " " + m + " " + n + " " + k;
        }

        @Override
        public String toString() {
            return work + (count == 1 ? " " : " " + count + " of ") + m + " x " + n + " x " + k;
        }
    }

    /** Arguments: {@code --home DIR}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path home = Path.of(args[List.of(args).indexOf("--home") + 1]);
        try (PeerFolder folder = new PeerFolder("products");
                Device device = Devices.open("simd")) {
            new Products(folder, device).run(home);
        }
    }

    private void run(Path home) throws IOException, InterruptedException {
        try (Peer peer = new Peer(home, "products.py", folder)) {
            Map<String, Object> results = Json.head("products", false, Machine.here());
            results.put("device", device.description());
            results.put("peers", peer.ask("version"));
            Map<String, Object> figures = new LinkedHashMap<>();
            System.out.printf(
                    "%-32s %-8s %-26s %-26s %s%n", "", "peer", "GFLOP/s", "the peer's", "peer's time/elbo4j's");
            for (Case each : CASES) {
                for (String name : each.work.equals("solve") ? List.of("torch") : List.of("numpy", "torch")) {
                    figures.put(each + ", " + name, measure(each, name, peer));
                }
            }
            results.put("figures", figures);
            Path file =
                    home.resolve("results").resolve("products-" + Machine.here().fileName() + ".json");
            Json.write(file, results);
            System.out.println("wrote " + file);
        }
    }

    private Map<String, Object> measure(Case what, String name, Peer peer) throws IOException, InterruptedException {
        boolean solve = what.work.equals("solve");
        float[] left = Work.uniform((long) what.count * what.m * what.k, -1, 1, 1);
        float[] right = Work.uniform((long) what.count * what.k * what.n, -1, 1, 2);
        if (solve) { // in place again and again: neither large nor small
            for (int i = 0; i < left.length; i++) {
                int row = i / what.m;
                int column = i % what.m;
                left[i] = row == column ? 1 : row > column ? left[i] / what.m : 0;
            }
        }
        folder.write("left", left);
        folder.write("right", right);
        String words = name + " " + what.words();
        peer.ask("check " + words);
        try (Resources own = new Resources(device)) {
            Buffer result = solve ? own.copyOf(right) : own.allocate((long) what.count * what.m * what.n);
            Program program = device.bind(List.of(what.on(own.copyOf(left), own.copyOf(right), result)));
            own.add(program::close);
            program.run();
            same(what, result.toFloats());
            Turns.nanoseconds(program, 5 * SECONDS); // warm
            double[] ours = new double[ROUNDS];
            double[] theirs = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                Thread.sleep(PAUSE_MILLISECONDS);
                ours[round] = Turns.nanoseconds(program, SECONDS);
                Thread.sleep(PAUSE_MILLISECONDS);
                theirs[round] = Turns.median(peer.numbers("time " + words + " " + SECONDS));
            }
            return report(what, name, ours, theirs);
        }
    }

    private static Map<String, Object> report(Case what, String name, double[] ours, double[] theirs) {
        double[] ratios = Turns.ratios(ours, theirs);
        double[] our = rates(what, ours);
        double[] their = rates(what, theirs);
        System.out.printf(
                Locale.ROOT,
                "%-32s %-8s %-26s %-26s %s%n",
                what,
                name,
                Turns.words(our),
                Turns.words(their),
                Turns.words(ratios));
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("elbo4jGigaflops", our);
        figures.put("peerGigaflops", their);
        figures.put("ratios", ratios);
        return figures;
    }

    private static double[] rates(Case what, double[] nanoseconds) {
        double[] rates = new double[nanoseconds.length];
        Arrays.setAll(rates, i -> what.operations() / nanoseconds[i]);
        return rates;
    }

    /** Both are float32 sums of k terms of size 1: within 1e-6 a term. */
    private void same(Case what, float[] ours) throws IOException {
        double[] theirs = folder.read("result");
        for (int i = 0; i < ours.length; i++) {
            Expect.close(what + ", element " + i, ours[i], theirs[i], 1e-6 * what.k);
        }
    }
}
