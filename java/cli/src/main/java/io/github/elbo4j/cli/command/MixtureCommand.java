package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.mixture.Covariances;
import io.github.elbo4j.mixture.GaussianMixtures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j fit mixture}: Gaussian mixtures. */
@Command(
        name = "mixture",
        description = {
            "Mixtures of Gaussians: for each number of components of a range the best of several starts, and of these the one"
                    + " with the least BIC. For clusters (--assign), for densities, to see what the rows are made of.",
            "EM raises the likelihood, with a weak penalty that keeps components from shrinking onto points (Fraley and"
                    + " Raftery 2007). Coordinate ascent (--method cavi) has that as a prior, raises the ELBO, and chooses by it."
        },
        footer = "elbo4j fit mixture --data test/data/faithful.csv --assign",
        sortOptions = false)
final class MixtureCommand implements Callable<Integer> {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,6})(?:(?:\\.\\.|-)(\\d{1,6}))?");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE.csv",
            description =
                    "The rows: a header row that names the columns, then numbers. Comma, semicolon, tab or bar; gzip too. Or a"
                            + " NumPy array in a .npy file; its columns are x1, x2, … Neither need fit into memory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path data;

    @Option(
            names = "--components",
            paramLabel = "K|K..L",
            description = "How many components: a number, or every number of a range. Default: 1..9.")
    private String components = "1..9";

    @Option(
            names = "--covariance",
            paramLabel = "NAME",
            description =
                    "full: any covariance, each component its own. diagonal: a variance for each column. Default: full.")
    private String covariance = "full";

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description =
                    "em: expectation-maximization. cavi: coordinate ascent on the ELBO, for a posterior of weights, means and"
                            + " covariances. Default: em.")
    private String method = "em";

    @Option(
            names = "--concentration",
            paramLabel = "A",
            description = "Of cavi, the Dirichlet prior of the weights: less empties more components. Default: 1/K.")
    private @Nullable Double concentration;

    @Option(names = "--restarts", paramLabel = "N", description = "Starts for each number of components. Default: 8.")
    private int restarts = 8;

    @Option(
            names = "--no-penalty",
            description = "The likelihood alone: a fit of which every start shrinks onto points is then refused.")
    private boolean noPenalty;

    @Option(
            names = "--assign",
            description = "Write assignments.csv, too: each row with its component and the probability of it.")
    boolean assign;

    @Option(
            names = "--picture",
            paramLabel = "COLUMN,COLUMN",
            split = ",",
            arity = "1",
            description = "The columns of the scatter. Default: those in which the components lie farthest apart.")
    List<String> picture = new ArrayList<>();

    @Option(
            names = "--ignore",
            paramLabel = "COLUMN[,…]",
            split = ",",
            description = "Columns to leave out. Without it every column counts.")
    List<String> ignore = new ArrayList<>();

    @Mixin
    final TableOptions cells = new TableOptions();

    @Option(
            names = "--tolerance",
            paramLabel = "T",
            description = "A start has settled when it has less than so many nats to gain. Default: 0.001.")
    private double tolerance = 0.001;

    @Option(names = "--steps", paramLabel = "N", description = "At most so many sweeps. Default: 1,000.")
    private int steps = 1000;

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            description =
                    "What rows and responsibilities may take on the device, in MiB; more rows come in waves. Default: 512.")
    int memory = 512;

    @Mixin
    final DeviceOptions run = new DeviceOptions();

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        OptionChecks.atLeastOne(command, "--restarts", restarts);
        OptionChecks.atLeastOne(command, "--steps", steps);
        OptionChecks.atLeastOne(command, "--memory", memory);
        OptionChecks.positive(command, "--tolerance", tolerance);
        OptionChecks.positive(command, "--concentration", concentration);
        if (method.equals("cavi") && noPenalty) {
            throw new ParameterException(command, "--no-penalty is for --method em: cavi has a prior");
        }
        if (!method.equals("cavi") && concentration != null) {
            throw new ParameterException(command, "--concentration is for --method cavi");
        }
        run.validate(command);
        if (!picture.isEmpty() && picture.size() != 2) {
            throw new ParameterException(
                    command, "--picture is " + String.join(",", picture) + ", but must be two columns: A,B");
        }
        cells.decimal(command);
        cells.dropMissing(command);
        GaussianMixtures.Builder settings = settings(command);
        return new MixtureRun(command, this, settings).call();
    }

    private GaussianMixtures.Builder settings(CommandLine command) {
        Matcher range = RANGE.matcher(components);
        if (!range.matches()) {
            throw new ParameterException(
                    command, "--components is " + components + ", but must be a number or a range such as 1..9");
        }
        int from = Integer.parseInt(range.group(1));
        int to = range.group(2) == null ? from : Integer.parseInt(range.group(2));
        if (from < 1 || to < from) {
            throw new ParameterException(
                    command, "--components is " + components + ", but must be 1 or more, and a range must increase");
        }
        Map<String, Covariances> covariances = new LinkedHashMap<>();
        covariances.put("full", Covariances.FULL);
        covariances.put("diagonal", Covariances.DIAGONAL);
        Map<String, GaussianMixtures.Builder> methods = new LinkedHashMap<>();
        methods.put("em", GaussianMixtures.em());
        methods.put("cavi", GaussianMixtures.cavi());
        GaussianMixtures.Builder settings = OptionChecks.oneOf(command, "--method", method, methods);
        if (concentration != null) {
            settings.concentration(concentration);
        }
        return settings.components(from, to)
                .covariances(OptionChecks.oneOf(command, "--covariance", covariance, covariances))
                .restarts(restarts)
                .penalty(!noPenalty)
                .tolerance(tolerance)
                .maxSweeps(steps)
                .memory((long) memory << 20)
                .seed(run.seed);
    }

    /** The settings with what stops the fit and what is told of it. */
    static GaussianMixtures observed(
            GaussianMixtures.Builder settings, BooleanSupplier cancelled, Progress.Listener listener) {
        return settings.cancelled(cancelled).listener(listener).build();
    }
}
