package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.factors.BinaryFactorAnalysis;
import io.github.elbo4j.factors.Enumeration;
import io.github.elbo4j.factors.Estimator;
import io.github.elbo4j.factors.FactorModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE.csv",
            description =
                    "The rows: a header row that names the columns, then 0 or 1. Comma, semicolon, tab or bar; gzip too.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path data;

    @Option(names = "--factors", paramLabel = "D", description = "How many factors. Default: 10.")
    private int factors = 10;

    @Option(names = "--model", paramLabel = "NAME", description = "sigmoid or noisy-or. Default: sigmoid.")
    private String model = "sigmoid";

    @Option(
            names = "--threshold",
            paramLabel = "T",
            description = "Makes columns binary: 1 above T, else 0. Without it every value must be 0 or 1.")
    @Nullable
    Double threshold;

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
            names = "--hidden",
            paramLabel = "N",
            description = "Units of the encoder's hidden layer; 0 for a linear encoder. Default: 0.")
    private int hidden;

    @Option(names = "--batch", paramLabel = "N", description = "Rows of a step. Default: 100.")
    private int batch = 100;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of Adam. Default: 3,000.")
    private int steps = 3000;

    @Option(names = "--rate", paramLabel = "R", description = "The learning rate at the start. Default: 0.03.")
    private double rate = 0.03;

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

    @Option(
            names = "--ignore",
            paramLabel = "COLUMN[,…]",
            split = ",",
            description = "Columns to leave out. Without it every column counts.")
    List<String> ignore = new ArrayList<>();

    @Mixin
    final TableOptions cells = new TableOptions();

    @Mixin
    final DeviceOptions run = new DeviceOptions();

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        OptionChecks.atLeastOne(command, "--factors", factors);
        OptionChecks.atLeastOne(command, "--batch", batch);
        OptionChecks.atLeastOne(command, "--steps", steps);
        OptionChecks.positive(command, "--rate", rate);
        run.validate(command);
        BinaryFactorAnalysis.Builder settings = BinaryFactorAnalysis.of(
                        OptionChecks.oneOf(command, "--model", model, OptionChecks.names(FactorModel.values())),
                        factors)
                .estimator(
                        OptionChecks.oneOf(command, "--estimator", estimator, OptionChecks.names(Estimator.values())));
        try {
            settings.draws(draws)
                    .hidden(hidden)
                    .batch(batch)
                    .steps(steps)
                    .rate(rate)
                    .holdout(holdout)
                    .seed(run.seed)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "--" + e.getMessage(), e);
        }
        checkEnumerate(command);
        cells.decimal(command);
        cells.dropMissing(command);
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
            Enumeration.check(factors, enumerate);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "--enumerate: " + e.getMessage(), e);
        }
    }

    /** Rows to enumerate; the data may have fewer. */
    int enumerated() {
        return enumerate != null ? enumerate : factors <= Enumeration.MANY_ROWS ? ENUMERATED : 0;
    }

    /** Numbers that a step makes. */
    long stepSize(int columns) {
        return (long) batch * draws * columns;
    }
}
