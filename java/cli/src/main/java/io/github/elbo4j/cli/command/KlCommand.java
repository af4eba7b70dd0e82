package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.Probabilities;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.cli.view.TextTable;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Kl;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.PointEstimate;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.mixture.MixtureDensity;
import io.github.elbo4j.report.SavedFit;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** {@code elbo4j kl A B}: the divergences of two fits, or of two tables of probabilities, in both directions. */
@Command(
        name = "kl",
        description = {
            "The Kullback–Leibler divergence between two distributions, KL(A || B) = E_A[log A − log B], in both"
                    + " directions: how much is lost where B stands for A.",
            "A and B are two fits of one model (fit.json, or the folder it is in), of whose parameters they are"
                    + " distributions, or, of mixtures, of whose rows; or two tables of probabilities of the"
                    + " same cases in CSV files: one column of numbers, or two, of which the first names the cases."
        },
        footer = {"elbo4j kl elbo4j-fit-pima other-fit", "elbo4j kl before.csv after.csv --base 2"},
        exitCodeList = {"0:both were computed", "2:" + Exit.BAD_INPUT_MEANS, "3:" + Exit.BROKEN_MEANS},
        sortOptions = false)
public final class KlCommand implements Callable<Integer> {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A", description = "A fit or a table of probabilities.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path a;

    @Parameters(index = "1", paramLabel = "B", description = "What it is compared with, of the same kind.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path b;

    @Option(
            names = "--base",
            paramLabel = "B",
            description = "Of the logarithm: e for nats, 2 for bits, or any other number. Default: e.")
    private String base = "e";

    @Option(
            names = "--draws",
            paramLabel = "N",
            description = "Draws of the Monte Carlo value beside the closed form. Default: 10,000.")
    private int draws = 10_000;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = Seed.class,
            description = "The draws follow from it: 64 bits, from -2^63 to 2^64 - 1. Default: 0.")
    private long seed;

    @Option(names = "--json", description = "Print the result as one line of JSON and nothing else.")
    private boolean json;

    /** One direction, in nats; what rules out what, if the divergence is infinite. */
    private record Direction(double closed, Estimate drawn, String why) {}

    @Override
    public Integer call() {
        double unit = unit();
        if (draws < 2) {
            throw new ParameterException(spec.commandLine(), "--draws is " + draws + ", but must be 2 or more");
        }
        boolean fits = isFit(a);
        if (fits != isFit(b)) {
            throw new InputException(
                    (fits ? a : b) + " is a fit, but " + (fits ? b : a) + " is a table; both must be of one kind");
        }
        List<Direction> both = fits ? ofFits() : ofTables();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(line(both, unit));
        } else {
            print(out, both, unit);
        }
        out.flush();
        return Exit.GOOD;
    }

    /** What a nat is in the unit that was asked for. */
    private double unit() {
        try {
            return base.equals("e") ? 1 : Kl.inBase(1, Double.parseDouble(base));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--base is " + Text.quote(base) + ", but must be e, 2, 10 or another positive number but 1");
        }
    }

    private static boolean isFit(Path path) {
        return Files.isDirectory(path) || path.toString().endsWith(".json");
    }

    private List<Direction> ofFits() {
        SavedFit one = Saved.open("A", a).fit();
        SavedFit other = Saved.open("B", b).fit();
        if (one.density() != null && other.density() != null) {
            return ofRows(one.density(), other.density());
        }
        if (one.density() != null || other.density() != null) {
            throw new InputException((one.density() != null ? a : b) + " is a fit of a mixture, but "
                    + (one.density() != null ? b : a) + " is not");
        }
        refusePoints(a, one);
        refusePoints(b, other);
        Posterior of = one.fit().posterior();
        Posterior to = other.fit().posterior();
        sameNames("parameter", of.names(), to.names());
        try {
            return List.of(direction(of, to, "A"), direction(to, of, "B"));
        } catch (IllegalStateException e) {
            throw new InputException("no divergence can be computed of these fits: " + e.getMessage(), e);
        }
    }

    private static void refusePoints(Path path, SavedFit fit) {
        if (fit.fit().posterior() instanceof PointEstimate) {
            throw new InputException(path + " is a fit of the model " + fit.model()
                    + ", whose weights are points: only distributions can be compared");
        }
    }

    /** Of densities of rows; of no pair of mixtures is it known in closed form. */
    private List<Direction> ofRows(MixtureDensity of, MixtureDensity to) {
        sameNames("column", of.columns(), to.columns());
        return List.of(direction(of, to, "A"), direction(to, of, "B"));
    }

    private Direction direction(MixtureDensity q, MixtureDensity p, String name) {
        double[] f = q.sample(new Key(seed).fork("divergence from " + name), draws).stream()
                .mapToDouble(draw -> q.logDensity(draw.x()) - p.logDensity(draw.x()))
                .toArray();
        return new Direction(Double.NaN, LogWeights.mean(f), "");
    }

    private void sameNames(String what, List<String> of, List<String> to) {
        lacks(what, of, a, to, b);
        lacks(what, to, b, of, a);
        if (!of.equals(to)) {
            throw new InputException("the " + what + "s of " + a + " are in another order than those of " + b
                    + "; fit both with the columns in one order");
        }
    }

    private static void lacks(String what, List<String> has, Path file, List<String> other, Path otherFile) {
        List<String> missing = new ArrayList<>(has);
        missing.removeAll(other);
        if (!missing.isEmpty()) {
            throw new InputException(file + " has the " + what + " " + Text.quote(missing.get(0)) + ", which "
                    + otherFile + " does not have; only distributions of the same " + what + "s can be compared");
        }
    }

    private Direction direction(Posterior q, Posterior p, String name) {
        double[] f = new double[draws];
        double[][] z = q.draws(new Key(seed).fork("divergence from " + name), draws);
        for (int s = 0; s < draws; s++) {
            f[s] = q.logDensity(z[s]) - p.logDensity(z[s]);
        }
        double closed = q instanceof GaussianPosterior from && p instanceof GaussianPosterior to
                ? Kl.closed(from.gaussian(), to.gaussian())
                : Double.NaN;
        return new Direction(closed, LogWeights.mean(f), "");
    }

    private List<Direction> ofTables() {
        Probabilities of = Probabilities.read(a);
        Probabilities to = Probabilities.read(b);
        double[] q = of.values();
        double[] p = to.inOrderOf(of);
        Probabilities names = of.cases().isEmpty() && !to.cases().isEmpty() ? to : of;
        return List.of(direction(q, p, names, "A", "B"), direction(p, q, names, "B", "A"));
    }

    private Direction direction(double[] q, double[] p, Probabilities names, String name, String other) {
        String why = "";
        for (int i = 0; i < q.length && why.isEmpty(); i++) {
            if (q[i] > 0 && p[i] == 0) {
                why = "KL(" + name + " || " + other + ") is infinite: " + other + " rules out " + names.name(i)
                        + ", to which " + name + " gives the probability " + Numbers.significant(q[i], 3) + ".";
            }
        }
        Key key = new Key(seed).fork("divergence from " + name);
        return new Direction(Kl.discrete(q, p), Kl.discreteMonteCarlo(q, p, key, draws), why);
    }

    private void print(PrintWriter out, List<Direction> both, double unit) {
        int width = Terminal.width();
        out.println(Text.wrap("Kullback–Leibler divergence in " + unitInWords(), width, ""));
        out.println();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "closed form", "from " + Numbers.grouped(draws) + " draws"));
        for (int i = 0; i < 2; i++) {
            Direction each = both.get(i);
            Estimate drawn = each.drawn;
            rows.add(List.of(
                    i == 0 ? "KL(A || B)" : "KL(B || A)",
                    Double.isNaN(each.closed) ? "not known" : Numbers.significant(unit * each.closed, 6),
                    Numbers.withError(unit * drawn.value(), unit * drawn.standardError())));
        }
        new TextTable(width).print(out, rows);
        out.println();
        out.println(Text.wrap("A       " + Words.plain(a.toString()), width, "        "));
        out.println(Text.wrap("B       " + Words.plain(b.toString()), width, "        "));
        for (Direction each : both) {
            if (!each.why.isEmpty()) {
                out.println();
                out.println(Text.wrap(Words.plain(each.why), width, ""));
            }
        }
    }

    private String unitInWords() {
        return switch (base) {
            case "e" -> "nats";
            case "2" -> "bits";
            default -> "units of base " + base;
        };
    }

    private String line(List<Direction> both, double unit) {
        StringWriter text = new StringWriter();
        try (JsonGenerator to = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            to.writeStartObject();
            to.writeStringProperty("a", a.toString());
            to.writeStringProperty("b", b.toString());
            to.writeStringProperty("base", base);
            to.writeNumberProperty("draws", draws);
            for (int i = 0; i < 2; i++) {
                to.writeName(i == 0 ? "aToB" : "bToA");
                to.writeStartObject();
                number(to, "closedForm", unit * both.get(i).closed);
                number(to, "monteCarlo", unit * both.get(i).drawn.value());
                number(to, "standardError", unit * both.get(i).drawn.standardError());
                to.writeEndObject();
            }
            to.writeEndObject();
        }
        return Words.plainJson(text.toString());
    }

    /** As fit.json has it: null where there is none, and the sign of an infinity beside it. */
    private static void number(JsonGenerator to, String name, double value) {
        if (Double.isFinite(value)) {
            to.writeNumberProperty(name, value);
            return;
        }
        to.writeNullProperty(name);
        if (Double.isInfinite(value)) {
            to.writeNumberProperty(name + "Sign", value > 0 ? 1 : -1);
        }
    }
}
