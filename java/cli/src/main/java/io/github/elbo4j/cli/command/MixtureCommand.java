package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.mixture.GaussianMixtures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    final MixtureOptions rows = new MixtureOptions();

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

    @Mixin
    final DeviceOptions run = new DeviceOptions();

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        rows.validate(command);
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
        GaussianMixtures.Builder settings = settings(command);
        return new MixtureRun(command, this, settings).call();
    }

    private GaussianMixtures.Builder settings(CommandLine command) {
        Map<String, GaussianMixtures.Builder> methods = new LinkedHashMap<>();
        methods.put("em", GaussianMixtures.em());
        methods.put("cavi", GaussianMixtures.cavi());
        GaussianMixtures.Builder settings = OptionChecks.oneOf(command, "--method", method, methods);
        if (concentration != null) {
            settings.concentration(concentration);
        }
        return rows.settings(command, settings, run.seed).penalty(!noPenalty);
    }
}
