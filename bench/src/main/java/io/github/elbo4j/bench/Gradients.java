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
import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Nanoseconds a draw of log p and gradient of four models that are written as expressions, and of the same models in JAX, in turns; and
 * what making a model takes.
 * {@code bench/gradients} runs it.
 */
public final class Gradients {
    private static final int ROUNDS = 9;
    private static final double SECONDS = 0.4; // of a turn
    private static final int GROUPS = 85;
    private static final int PARAMETERS = 50;
    private static final int BUILDS = 51;

    private final Path folder;
    private final Device device;

    private Gradients(Path folder, Device device) {
        this.folder = folder;
        this.device = device;
    }

    /** What is timed: a model, and how many draws at once. */
    private record Case(String name, Model model, int draws) {
        double[] perDraw(List<Double> nanoseconds) {
            return nanoseconds.stream().mapToDouble(t -> t / draws).sorted().toArray();
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
        String python = System.getenv().getOrDefault("PEERS_PYTHON", "python3");
        Path folder = Files.createTempDirectory("elbo4j-gradients");
        try (Device device = Devices.open(named < 0 ? "simd" : words.get(named + 1))) {
            new Gradients(folder, device).run(home, python);
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private void run(Path home, String python) throws IOException {
        Map<String, Object> building = building(); // before all else, in a JVM that knows nothing of models yet
        List<Case> cases = new ArrayList<>();
        for (int draws : new int[] {32, 64, 1024}) {
            cases.add(new Case("schools", schools(), draws));
        }
        for (int draws : new int[] {32, 64}) {
            cases.add(new Case("kids", kids(), draws));
        }
        for (int draws : new int[] {32, 64, 256}) {
            cases.add(new Case("groups", groups(), draws));
        }
        cases.add(new Case("logistic", logistic(), 64));
        Process peer = new ProcessBuilder(
                        python, home.resolve("peers/jax_gradients.py").toString(), folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (PrintWriter ask = new PrintWriter(peer.getOutputStream(), true, StandardCharsets.UTF_8);
                BufferedReader answers = peer.inputReader(StandardCharsets.UTF_8)) {
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
                figures.put(each.name + " " + each.draws, measure(each, ask, answers, results));
            }
            results.put("figures", figures);
            Path file = home.resolve("results")
                    .resolve("gradients-" + Machine.here().fileName() + ".json");
            Json.write(file, results);
            System.out.println("wrote " + file);
        } finally {
            peer.destroy();
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
                median(warm),
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

    private Map<String, Object> measure(Case what, PrintWriter ask, BufferedReader answers, Map<String, Object> results)
            throws IOException {
        int dimensions = what.model.dimensions();
        float[] z = Work.uniform((long) what.draws * dimensions, -0.5, 0.5, 5);
        write(what.name + "." + what.draws + ".z.f32", z);
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
            ask.println("check " + what.name + " " + what.draws);
            results.put("peer", answer(answers));
            compare(what, value.toDoubles(), gradient.toFloats());
            List<Double> ours = new ArrayList<>();
            List<Double> theirs = new ArrayList<>();
            turn(program, 3 * SECONDS); // warm
            for (int round = 0; round < ROUNDS; round++) {
                ours.add(turn(program, SECONDS));
                ask.println("time " + what.name + " " + what.draws + " " + SECONDS);
                theirs.add(median(Arrays.stream(answer(answers).split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray()));
            }
            return report(what, ours, theirs);
        }
    }

    private static Map<String, Object> report(Case what, List<Double> ours, List<Double> theirs) {
        double[] a = what.perDraw(ours);
        double[] b = what.perDraw(theirs);
        double[] ratios = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            ratios[i] = theirs.get(i) / ours.get(i);
        }
        Arrays.sort(ratios);
        System.out.printf(
                Locale.ROOT,
                "%-10s %5d  %8.1f (%.1f to %.1f)  %8.1f (%.1f to %.1f)  %.2f (%.2f to %.2f)%n",
                what.name,
                what.draws,
                median(a),
                a[0],
                a[ROUNDS - 1],
                median(b),
                b[0],
                b[ROUNDS - 1],
                median(ratios),
                ratios[0],
                ratios[ROUNDS - 1]);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("elbo4jNanosecondsPerDraw", a);
        figures.put("jaxNanosecondsPerDraw", b);
        figures.put("ratios", ratios);
        return figures;
    }

    /** The median time of an execution, in nanoseconds. */
    private static double turn(Program program, double seconds) {
        List<Long> times = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (times.size() < 15 || System.nanoTime() < end) {
            long begun = System.nanoTime();
            program.run();
            times.add(System.nanoTime() - begun);
        }
        return median(times.stream().mapToDouble(t -> t).toArray());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Both are float32: each is compared within 1e-4 of the largest. */
    private void compare(Case what, double[] value, float[] gradient) throws IOException {
        same(what + ", log p", value, read("value.f32", value.length));
        double[] wide = new double[gradient.length];
        Arrays.setAll(wide, i -> gradient[i]);
        same(what + ", gradient", wide, read("gradient.f32", gradient.length));
    }

    private static void same(String what, double[] ours, double[] theirs) {
        double largest = Arrays.stream(theirs).map(Math::abs).max().orElse(0);
        for (int i = 0; i < ours.length; i++) {
            Expect.close(what + ", element " + i, ours[i], theirs[i], 1e-4 * largest);
        }
    }

    private static String answer(BufferedReader answers) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(
                    "the peer has ended; it needs JAX, and bench/README.md says how $PEERS_PYTHON gets it");
        }
        return line;
    }

    // ---- models ----

    private Model schools() throws IOException {
        double[] y = {28, 8, -3, 7, -1, 1, 18, 12};
        double[] sigma = {15, 10, 16, 11, 9, 11, 10, 18};
        write("schools.y.f32", floats(y));
        write("schools.sigma.f32", floats(sigma));
        return Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(5));
            Expr theta = m.parameter("theta", Normal.of(mu, tau).nonCentered(), 8);
            m.observe(y, Normal.of(theta, Expr.data("sigma", sigma)));
        });
    }

    /** The sizes of Gelman and Hill's test scores of children: 434 of them, by two properties of their mothers. */
    private Model kids() throws IOException {
        int rows = 434;
        SplittableRandom random = new SplittableRandom(2);
        double[] school = new double[rows];
        double[] iq = new double[rows];
        double[] y = new double[rows];
        for (int n = 0; n < rows; n++) {
            school[n] = random.nextInt(2);
            iq[n] = random.nextDouble(-2, 2);
            y[n] = random.nextDouble(-2, 2);
        }
        write("kids.school.f32", floats(school));
        write("kids.iq.f32", floats(iq));
        write("kids.y.f32", floats(y));
        return Model.define(m -> {
            Table table =
                    m.rows(Table.empty().with("school", school).with("iq", iq).with("y", y));
            Expr level = m.parameter("level", Normal.of(0, 10));
            Expr ofSchool = m.parameter("school", Normal.of(0, 10));
            Expr ofIq = m.parameter("iq", Normal.of(0, 10));
            Expr eta = level.plus(ofSchool.times(table.column("school"))).plus(ofIq.times(table.column("iq")));
            m.observe(table.column("y"), Normal.of(eta, m.parameter("noise", HalfCauchy.of(2.5))));
        });
    }

    /** The sizes of Gelman and Hill's radon data: 919 houses in 85 counties. */
    private Model groups() throws IOException {
        int rows = 919;
        SplittableRandom random = new SplittableRandom(1);
        double[] floor = new double[rows];
        double[] y = new double[rows];
        double[] group = new double[rows];
        ByteBuffer indexes = ByteBuffer.allocate(4 * rows).order(ByteOrder.LITTLE_ENDIAN);
        for (int n = 0; n < rows; n++) {
            floor[n] = random.nextInt(2);
            y[n] = 2 * random.nextDouble();
            int own = n < GROUPS ? n : random.nextInt(GROUPS);
            group[n] = own;
            indexes.putInt(own);
        }
        write("groups.floor.f32", floats(floor));
        write("groups.y.f32", floats(y));
        Files.write(folder.resolve("groups.group.i32"), indexes.array());
        return Model.define(m -> {
            Table table = m.rows(Table.empty().with("floor", floor).with("y", y).with("group", group));
            Expr level = m.parameter("level", Normal.of(0, 10));
            Expr between = m.parameter("between", HalfNormal.of(1));
            Expr alpha = m.parameter("alpha", Normal.of(level, between), table.levels("group"));
            Expr slope = m.parameter("slope", Normal.of(0, 10));
            Expr eta = alpha.at(table.index("group")).plus(slope.times(table.column("floor")));
            m.observe(table.column("y"), Normal.of(eta, m.parameter("noise", HalfCauchy.of(5))));
        });
    }

    private Model logistic() throws IOException {
        int rows = 10_000;
        int columns = 64;
        float[] x = Work.uniform((long) rows * columns, -0.5, 0.5, 2);
        float[] y = Work.uniform(rows, 0, 1, 3);
        double[] classes = new double[rows];
        for (int n = 0; n < rows; n++) {
            y[n] = Math.round(y[n]);
            classes[n] = y[n];
        }
        write("logistic.x.f32", x);
        write("logistic.y.f32", y);
        double[] predictors = new double[x.length];
        Arrays.setAll(predictors, i -> x[i]);
        return Model.define(m -> {
            Table table = m.rows(Table.empty().with("y", classes));
            Expr beta = m.parameter("beta", Normal.of(0, 1), columns);
            Expr eta = table.matrix("x", columns, predictors).matmul(beta);
            m.observe(table.column("y"), Bernoulli.ofLogit(eta));
        });
    }

    // ---- files ----

    private static float[] floats(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    private void write(String name, float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        Files.write(folder.resolve(name), bytes.array());
    }

    private double[] read(String name, int length) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name))).order(ByteOrder.LITTLE_ENDIAN);
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = bytes.getFloat(4 * i);
        }
        return values;
    }
}
