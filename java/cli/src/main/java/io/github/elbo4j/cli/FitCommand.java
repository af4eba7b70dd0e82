package io.github.elbo4j.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j fit}: the parent of the models. */
@Command(
        name = "fit",
        description = "Fits a model to the rows of a CSV file.",
        synopsisSubcommandLabel = "MODEL",
        commandListHeading = "Models:",
        footer = "elbo4j fit logistic --data test/data/pima.csv --target type",
        subcommands = {FitCommand.Logistic.class, FitCommand.Linear.class})
final class FitCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "fit what? " + Main.commands(spec));
    }

    /** {@code elbo4j fit logistic}. */
    @Command(
            name = "logistic",
            description =
                    "Bayesian logistic regression: the target is 0 or 1, its log-odds are linear in the other columns.",
            footer = {
                "elbo4j fit logistic --data test/data/pima.csv --target type",
                "elbo4j fit logistic --data test/data/pima.csv --target type --ignore skin,bp --seed 1 --out pima-1"
            },
            sortOptions = false)
    static final class Logistic implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Mixin
        private final RegressionOptions options = new RegressionOptions();

        @Override
        public Integer call() {
            return new FitRun(spec, options, RegressionModel.LOGISTIC, null).call();
        }
    }

    /** {@code elbo4j fit linear}. */
    @Command(
            name = "linear",
            description = "Bayesian linear regression: the target is linear in the other columns, plus normal noise.",
            footer = {
                "elbo4j fit linear --data test/data/air.csv --target ozone",
                "elbo4j fit linear --data test/data/air.csv --target ozone --noise-sd 21 --family mean-field"
            },
            sortOptions = false)
    static final class Linear implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Mixin
        private final RegressionOptions options = new RegressionOptions();

        @Option(
                names = "--noise-sd",
                paramLabel = "S",
                description =
                        "Take the noise as known, with this standard deviation in units of the target. Without it, its"
                                + " logarithm is a parameter.")
        private @Nullable Double noiseSd;

        @Override
        public Integer call() {
            if (noiseSd != null && !(noiseSd > 0 && Double.isFinite(noiseSd))) {
                throw new ParameterException(
                        spec.commandLine(), "--noise-sd is " + noiseSd + ", but must be a positive number");
            }
            return new FitRun(spec, options, RegressionModel.LINEAR, noiseSd).call();
        }
    }
}
