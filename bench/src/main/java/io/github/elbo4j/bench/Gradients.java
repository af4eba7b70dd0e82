package io.github.elbo4j.bench;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Machine;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Nanoseconds a draw of log p and gradient of four models that are written as expressions, and of the same models in JAX, in turns; and
 * what making a model takes.
 * {@code bench/gradients} runs it.
 */
public final class Gradients {
    private static final int ROUNDS = 9;
    private static final double SECONDS = 0.4; // of a turn
    private static final int PARAMETERS = 50;
    private static final int BUILDS = 51;

    private final PeerFolder folder;
    private final GradientModels models;
    private final Device device;

    private Gradients(PeerFolder folder, Device device) {
        this.folder = folder;
        this.models = new GradientModels(folder);
        this.device = device;
    }

    /** What is timed: a model, and how many draws at once. */
    private record Case(String name, Model model, int draws) {
        double[] perDraw(double[] nanoseconds) {
            return Arrays.stream(nanoseconds).map(t -> t / draws).sorted().toArray();
        }

        @Override
        public String toString() {
            return name + " of " + draws + " draws";
        }
    }

    /** Arguments: {@code --home DIR}, and {@code --device NAME}, simd without it. */
    public static void main(String[] args) throws IOException {
        List<String> words = List.of(args);
        Path home = Path.of(words.get(words.indexOf("--home") + 1));
        int named = words.indexOf("--device");
        try (PeerFolder folder = new PeerFolder("gradients");
                Device device = Devices.open(named < 0 ? "simd" : words.get(named + 1))) {
            new Gradients(folder, device).run(home);
        }
    }

    private void run(Path home) throws IOException {
        Map<String, Object> building = building(); // before all else, in a JVM that knows nothing of models yet
        List<Case> cases = new ArrayList<>();
        for (int draws : new int[] {32, 64, 1024}) {
            cases.add(new Case("schools", models.schools(), draws));
        }
        for (int draws : new int[] {32, 64}) {
            cases.add(new Case("kids", models.kids(), draws));
        }
        for (int draws : new int[] {32, 64, 256}) {
            cases.add(new Case("groups", models.groups(), draws));
        }
        cases.add(new Case("logistic", models.logistic(), 64));
        try (Peer jax = new Peer(home, "jax_gradients.py", folder)) {
            Map<String, Object> results = Json.head("gradients", false, Machine.here());
            results.put("device", device.description());
            results.put("building", building);
            Map<String, Object> figures = new LinkedHashMap<>();
            System.out.printf(
                    Locale.ROOT,
                    "%-10s %5s  %22s  %22s  %s%n",
                    "model",
                    "draws",
                    "elbo4j ns a draw",
                    "JAX ns a draw",
                    "ratio");
            for (Case each : cases) {
                figures.put(each.name + " " + each.draws, measure(each, jax, results));
            }
            results.put("figures", figures);
            Path file = home.resolve("results")
                    .resolve("gradients-" + Machine.here().fileName() + ".json");
            Json.write(file, results);
            System.out.println("wrote " + file);
        }
    }

    /** Milliseconds that a model of {@value #PARAMETERS} parameters and its program take to make. */
    private Map<String, Object> building() {
        double first = millisecondsToBuild();
        double[] warm = new double[BUILDS];
        for (int i = 0; i < 2 * BUILDS; i++) {
            warm[i % BUILDS] = millisecondsToBuild();
        }
        Arrays.sort(warm);
        System.out.printf(
                Locale.ROOT,
                "a model of %d parameters and its program: %.0f ms the first time, %.1f ms (%.1f to %.1f) when warm%n%n",
                PARAMETERS,
                first,
                Turns.median(warm),
                warm[0],
                warm[BUILDS - 1]);
        return Map.of("parameters", PARAMETERS, "firstMilliseconds", first, "warmMilliseconds", warm);
    }

    private double millisecondsToBuild() {
        double[] x = {-1, 0, 1};
        long begun = System.nanoTime();
        Model model = Model.define(m -> {
            Expr sum = Expr.of(0);
            for (int i = 0; i < PARAMETERS - 1; i++) {
                Expr each = m.parameter("beta" + i, Normal.of(0, 1 + i));
                sum = sum.plus(each.times(Expr.data("x" + i, x)));
            }
            m.observe(x, Normal.of(sum, m.parameter("sigma", HalfNormal.of(1))));
        });
        try (Resources own = new Resources(device)) {
            LogJoint joint = model.logJoint(device);
            own.add(joint::close);
            Workspace workspace = new Workspace(device);
            own.add(workspace::close);
            Buffer z = own.allocate(64L * PARAMETERS);
            Recorder to = new Recorder(workspace);
            joint.record(
                    to,
                    DrawBlock.of(1, 64, PARAMETERS),
                    z,
                    own.allocate(ElementType.FLOAT64, 64),
                    own.allocate(64L * PARAMETERS));
            own.add(to.bind()::close);
            return (System.nanoTime() - begun) / 1e6;
        }
    }

    private Map<String, Object> measure(Case what, Peer jax, Map<String, Object> results) throws IOException {
        int dimensions = what.model.dimensions();
        float[] z = Work.uniform((long) what.draws * dimensions, -0.5, 0.5, 5);
        folder.write(what.name + "." + what.draws + ".z", z);
        try (Resources own = new Resources(device)) {
            LogJoint joint = what.model.logJoint(device);
            own.add(joint::close);
            Workspace workspace = new Workspace(device);
            own.add(workspace::close);
            Buffer at = own.copyOf(z);
            Buffer value = own.allocate(ElementType.FLOAT64, what.draws);
            Buffer gradient = own.allocate(z.length);
            Recorder to = new Recorder(workspace);
            joint.record(to, DrawBlock.of(1, what.draws, dimensions), at, value, gradient);
            Program program = to.bind();
            own.add(program::close);
            program.run();
            results.put("peer", jax.ask("check " + what.name + " " + what.draws));
            compare(what, value.toDoubles(), gradient.toFloats());
            double[] ours = new double[ROUNDS];
            double[] theirs = new double[ROUNDS];
            Turns.nanoseconds(program, 3 * SECONDS); // warm
            for (int round = 0; round < ROUNDS; round++) {
                ours[round] = Turns.nanoseconds(program, SECONDS);
                theirs[round] = Turns.median(jax.numbers("time " + what.name + " " + what.draws + " " + SECONDS));
            }
            return report(what, ours, theirs);
        }
    }

    private static Map<String, Object> report(Case what, double[] ours, double[] theirs) {
        double[] a = what.perDraw(ours);
        double[] b = what.perDraw(theirs);
        double[] ratios = Turns.ratios(ours, theirs);
        Arrays.sort(ratios);
        System.out.printf(
                Locale.ROOT,
                "%-10s %5d  %8.1f (%.1f to %.1f)  %8.1f (%.1f to %.1f)  %.2f (%.2f to %.2f)%n",
                what.name,
                what.draws,
                Turns.median(a),
                a[0],
                a[ROUNDS - 1],
                Turns.median(b),
                b[0],
                b[ROUNDS - 1],
                Turns.median(ratios),
                ratios[0],
                ratios[ROUNDS - 1]);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("elbo4jNanosecondsPerDraw", a);
        figures.put("jaxNanosecondsPerDraw", b);
        figures.put("ratios", ratios);
        return figures;
    }

    /** Both are float32: each is compared within 1e-4 of the largest. */
    private void compare(Case what, double[] value, float[] gradient) throws IOException {
        same(what + ", log p", value, folder.read("value"));
        same(what + ", gradient", PeerFolder.wide(gradient), folder.read("gradient"));
    }

    private static void same(String what, double[] ours, double[] theirs) {
        double largest = Arrays.stream(theirs).map(Math::abs).max().orElse(0);
        for (int i = 0; i < ours.length; i++) {
            Expect.close(what + ", element " + i, ours[i], theirs[i], 1e-4 * largest);
        }
    }
}
