package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.factors.BinaryFactorAnalysis;
import io.github.elbo4j.factors.Enumeration;
import io.github.elbo4j.factors.Estimator;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j fit factors}: binary factors of binary columns. */
@Command(
        name = "factors",
        description = {
            "Binary factors behind binary columns: what each row is made of, out of a number of things that are there or not. An"
                    + " encoder gives q(z | x), in which the factors of a row are independent; model and encoder are trained"
                    + " together on minibatches, with score-function gradients.",
            "sigmoid: each factor adds to a column's log-odds, up or down (a sigmoid belief network). noisy-or: each factor can"
                    + " only set columns."
        },
        footer = "elbo4j fit factors --data test/data/digits.csv.gz --ignore digit --threshold 7 --factors 30",
        sortOptions = false)
final class FactorsCommand implements Callable<Integer> {
    /** Rows that are enumerated where that costs little. */
    private static final int ENUMERATED = 10;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    final FactorsOptions rows = new FactorsOptions();

    @Option(
            names = "--estimator",
            paramLabel = "NAME",
            description =
                    "Gradients of q. leave-one-out: the score function, each draw against the others. disarm: antithetic pairs"
                            + " (DisARM). Default: leave-one-out.")
    private String estimator = "leave-one-out";

    @Option(
            names = "--draws",
            paramLabel = "N",
            description = "Draws of the factors of a row in a step; of disarm an even number. Default: 4.")
    private int draws = 4;

    @Option(
            names = "--holdout",
            paramLabel = "SHARE",
            description = "The share of rows that are held out to measure the fit. Default: 0.1.")
    private double holdout = 0.1;

    @Option(
            names = "--enumerate",
            paramLabel = "ROWS",
            description =
                    "Of so many rows, compute log p(x) and the posterior exactly, over all states of the factors; with more than 20"
                            + " factors of one row (30 factors take minutes). Default: 10 up to 20 factors, else none.")
    private @Nullable Integer enumerate;

    @Option(
            names = "--encode",
            description = "Write factors.csv, too: for each row of the file the probability that each factor is on.")
    boolean encode;

    @Mixin
    final DeviceOptions run = new DeviceOptions();

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        run.validate(command);
        BinaryFactorAnalysis.Builder settings = rows.settings(
                command,
                run.seed,
                builder -> builder.estimator(OptionChecks.oneOf(
                                command, "--estimator", estimator, OptionChecks.names(Estimator.values())))
                        .draws(draws)
                        .holdout(holdout));
        checkEnumerate(command);
        return new FactorsRun(command, this, settings).call();
    }

    private void checkEnumerate(CommandLine command) {
        if (enumerate == null || enumerate == 0) {
            return;
        }
        if (enumerate < 0) {
            throw new ParameterException(command, "--enumerate is " + enumerate + ", but must be 0 or more");
        }
        try {
            Enumeration.check(rows.factors, enumerate);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "--enumerate: " + e.getMessage(), e);
        }
    }

    /** Rows to enumerate; the data may have fewer. */
    int enumerated() {
        return enumerate != null ? enumerate : rows.factors <= Enumeration.MANY_ROWS ? ENUMERATED : 0;
    }

    /** Numbers that a step makes. */
    long stepSize(int columns) {
        return (long) rows.batch * draws * columns;
    }
}
