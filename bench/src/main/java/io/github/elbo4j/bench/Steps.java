package io.github.elbo4j.bench;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.works.Machine;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.infer.Adam;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Optimizer;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Microseconds a step of small fits takes, a full-rank q by Adam at one rate, 32 draws a step: {@link Sgvi} as a user runs it, with its looks at the
 * course and its comparisons of blocks, against a compiled loop of steps in JAX that keeps the ELBO and the average as well, in turns.
 * {@code bench/steps} runs it.
 */
public final class Steps {
    private static final int ROUNDS = 9;
    private static final int STEPS = 20_000;
    private static final int DRAWS = 32;
    private static final double RATE = 0.01;
    private static final double CLOSE = 0.1; // of a standard deviation

    private final PeerFolder folder;
    private final Device device;
    private final int rounds;
    private final int steps;

    private Steps(PeerFolder folder, Device device, boolean quick) {
        this.folder = folder;
        this.device = device;
        rounds = quick ? 1 : ROUNDS;
        steps = quick ? STEPS / 10 : STEPS;
    }

    private record Case(String name, Function<Device, LogJoint> model) {}

    /** Arguments: {@code --home DIR}, and {@code --device NAME}, simd without it; {@code --quick} shows that it runs. */
    public static void main(String[] args) throws IOException {
        List<String> words = List.of(args);
        Path home = Path.of(words.get(words.indexOf("--home") + 1));
        int named = words.indexOf("--device");
        boolean quick = words.contains("--quick");
        try (PeerFolder folder = new PeerFolder("steps");
                Device device = Devices.open(named < 0 ? "simd" : words.get(named + 1));
                Peer jax = new Peer(home, "jax_steps.py", folder)) {
            Map<String, Object> results = new Steps(folder, device, quick).run(jax);
            Path file = home.resolve(quick ? "target" : "results")
                    .resolve("steps-" + Machine.here().fileName() + ".json");
            Json.write(file, results);
            System.out.println("wrote " + file);
        }
    }

    private Map<String, Object> run(Peer jax) throws IOException {
        List<Case> cases = List.of(logistic(), gaussian());
        Map<String, Object> results = Json.head("steps", rounds < ROUNDS, Machine.here());
        results.put("device", device.description());
        results.put("draws", DRAWS);
        results.put("steps", steps);
        System.out.printf(
                Locale.ROOT, "%-10s  %-26s  %-26s  %s%n", "model", "elbo4j µs a step", "JAX µs a step", "ratio");
        Map<String, Object> figures = new LinkedHashMap<>();
        for (Case each : cases) {
            figures.put(each.name, measure(each, jax));
        }
        results.put("peer", jax.ask("version"));
        results.put("figures", figures);
        return results;
    }

    /** 200 rows, 8 columns, prior N(0, 1). */
    private Case logistic() throws IOException {
        int rows = 200;
        int columns = 8;
        double[] x = PeerFolder.wide(Work.uniform((long) rows * columns, -1, 1, 2));
        double[] y = PeerFolder.wide(Work.uniform(rows, 0, 1, 3));
        for (int n = 0; n < rows; n++) {
            y[n] = y[n] < 1 / (1 + StrictMath.exp(-2 * x[n * columns] + x[n * columns + 1])) ? 1 : 0;
        }
        folder.write("logistic.x", x);
        folder.write("logistic.y", y);
        List<String> names = IntStream.range(0, columns).mapToObj(d -> "x" + d).toList();
        RegressionData data = new RegressionData(names, x, y);
        return new Case("logistic", on -> new BayesianLogisticRegression(on, data, NormalPrior.STANDARD).logJoint());
    }

    /** 20 dimensions, {@code Cov_ij = 0.7^|i−j|}. */
    private Case gaussian() throws IOException {
        int dimensions = 20;
        double[][] covariance = new double[dimensions][dimensions];
        double[] flat = new double[dimensions * dimensions];
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j < dimensions; j++) {
                covariance[i][j] = StrictMath.pow(0.7, Math.abs(i - j));
                flat[i * dimensions + j] = covariance[i][j];
            }
        }
        folder.write("gaussian.covariance", flat);
        double[] mean = new double[dimensions];
        Arrays.fill(mean, 1);
        return new Case("gaussian", on -> GaussianTarget.full(on, mean, covariance));
    }

    private Map<String, Object> measure(Case what, Peer jax) throws IOException {
        double[] ours = new double[rounds];
        double[] theirs = new double[rounds];
        try (LogJoint joint = what.model.apply(device)) {
            microseconds(joint, null); // warm
            jax.numbers("time " + what.name + " " + DRAWS + " " + steps + " " + RATE);
            for (int round = 0; round < rounds; round++) {
                double[][] answer = new double[1][];
                ours[round] = microseconds(joint, answer);
                double[] peer = jax.numbers("time " + what.name + " " + DRAWS + " " + steps + " " + RATE);
                theirs[round] = peer[0];
                compare(what, answer[0], Arrays.copyOfRange(peer, 1, peer.length));
            }
        }
        return report(what, ours, theirs);
    }

    /** What one of all steps takes longer than one of a fifth of them, which stands for all but the steps. */
    private double microseconds(LogJoint joint, double @Nullable [] @Nullable [] answer) {
        long begun = System.nanoTime();
        fit(joint, steps / 5);
        long between = System.nanoTime();
        FitResult fit = fit(joint, steps);
        long end = System.nanoTime();
        if (answer != null) {
            answer[0] = fit.gaussian().mean();
        }
        return (end - between - (between - begun)) / 1e3 / (steps - steps / 5);
    }

    private FitResult fit(LogJoint joint, int length) {
        FitResult fit = Sgvi.builder()
                .optimizer(new OneRate())
                .gradient(Gradient.REPARAM)
                .draws(DRAWS)
                .maxSteps(length)
                .tolerance(Double.MIN_VALUE) // no comparison of blocks ends it
                .build()
                .fit(device, joint);
        if (fit.steps() != length) {
            throw new IllegalStateException("the fit ended after " + fit.steps() + " steps, not after " + length);
        }
        return fit;
    }

    /** Adam of one rate that is the user's, so that every step is its own. */
    private static final class OneRate implements Optimizer {
        private final Adam adam = new Adam(RATE, Math.nextDown(1.0), 0.9, 0.99);

        @Override
        public String describe() {
            return adam.describe();
        }

        @Override
        public boolean adapts() {
            return false;
        }

        @Override
        public Rule open(Resources own, int parameters) {
            return adam.open(own, parameters);
        }
    }

    /** Both averages are near the optimum, each within the noise of its own steps. */
    private static void compare(Case what, double[] ours, double[] theirs) {
        for (int d = 0; d < ours.length; d++) {
            if (!(Math.abs(ours[d] - theirs[d]) < CLOSE)) {
                throw new IllegalStateException(
                        what.name + ": mean " + d + " is " + ours[d] + ", in JAX " + theirs[d] + ": not the same fit");
            }
        }
    }

    private static Map<String, Object> report(Case what, double[] ours, double[] theirs) {
        double[] ratios = Turns.ratios(ours, theirs);
        System.out.printf(
                Locale.ROOT,
                "%-10s  %-26s  %-26s  %s%n",
                what.name,
                Turns.words(ours),
                Turns.words(theirs),
                Turns.words(ratios));
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("elbo4jMicrosecondsPerStep", ours);
        figures.put("jaxMicrosecondsPerStep", theirs);
        figures.put("ratios", ratios);
        return figures;
    }
}
