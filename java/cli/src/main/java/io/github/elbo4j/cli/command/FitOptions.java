package io.github.elbo4j.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What all regressions have in common on the command line. */
final class FitOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE.csv",
            description =
                    "The data: a header row that names the columns, then numbers. Comma, semicolon, tab or bar; gzip too.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path data;

    @Option(names = "--target", required = true, paramLabel = "COLUMN", description = "The column to predict.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String target;

    @Option(
            names = "--ignore",
            paramLabel = "COLUMN[,…]",
            description = "Columns to leave out. Without it, every column but the target predicts.")
    List<String> ignore = new ArrayList<>();

    @Option(
            names = "--categorical",
            paramLabel = "COLUMN[,…]",
            description = "Columns of which each value but the first, in order, becomes a 0/1 column COLUMN=VALUE; with"
                    + " --no-intercept, the first value of the first such column too. Columns of two words, such"
                    + " as yes and no, need it not.")
    List<String> categorical = new ArrayList<>();

    @Mixin
    private final TableOptions cells = new TableOptions();

    @Option(names = "--no-intercept", description = "No intercept. Columns are then scaled but not centred.")
    boolean noIntercept;

    @Option(
            names = "--standardize",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Fit the columns (and a target that is a quantity) as they are, or, by default, moved and scaled"
                            + " to mean 0 and sd 1. Results are on the scale of the data either way; priors are on the scale that"
                            + " is fitted.")
    boolean standardize = true;

    @Option(names = "--prior-mean", paramLabel = "M", description = "Prior mean of each coefficient. Default: 0.")
    double priorMean;

    @Option(names = "--prior-sd", paramLabel = "S", description = "Prior sd of each coefficient. Default: 2.5.")
    double priorSd = 2.5;

    @Option(
            names = "--intercept-prior-sd",
            paramLabel = "S",
            description = "Prior sd of the intercept. Default: that of the coefficients.")
    @Nullable
    Double interceptPriorSd;

    @Option(
            names = "--offset",
            paramLabel = "COLUMN",
            description =
                    "A column that is added to the linear predictor, with no coefficient; of a count it is the exposure,"
                            + " to which the mean is proportional, so that its log is added.")
    @Nullable
    String offset;

    @Option(
            names = "--weights",
            paramLabel = "COLUMN",
            description = "A column of weights: a row of weight 2 counts as two equal rows.")
    @Nullable
    String weights;

    @Option(
            names = "--group",
            paramLabel = "COLUMN",
            description =
                    "A column of groups: each has an intercept of its own, which deviates from the common one by a"
                            + " normal with an sd that is inferred.")
    @Nullable
    String group;

    @Option(
            names = "--group-prior-sd",
            paramLabel = "S",
            description = "The half-normal prior of the sd between groups has this scale. Default: prior sd of the"
                    + " coefficients.")
    @Nullable
    Double groupPriorSd;

    @Option(
            names = "--prior-predictive",
            paramLabel = "N",
            description =
                    "Besides, N draws of the parameters from their priors and of the target from these, in the table below"
                            + " the results, in fit.json and in the report. Of the target, all rows count together.")
    @Nullable
    Integer priorDraws;

    @Option(names = "--batch", paramLabel = "N", description = "Rows a step, drawn anew each time. Default: all.")
    @Nullable
    Integer batch;

    @Mixin
    final MethodOptions method = new MethodOptions();

    /** Refuses what no fit could use; each message names the option, what it was and what it must be. */
    void validate(CommandLine command) {
        MethodOptions.atLeastOne(command, "--batch", batch);
        MethodOptions.positive(command, "--prior-sd", priorSd);
        MethodOptions.positive(command, "--intercept-prior-sd", interceptPriorSd);
        MethodOptions.positive(command, "--group-prior-sd", groupPriorSd);
        if (groupPriorSd != null && group == null) {
            throw new ParameterException(command, "--group-prior-sd is for groups, but there is no --group");
        }
        PriorMarginals.validate(command, priorDraws);
        decimal(command);
        dropMissing(command);
        if (interceptPriorSd != null && noIntercept) {
            throw new ParameterException(
                    command, "--intercept-prior-sd is for an intercept, but --no-intercept leaves it out");
        }
        if (!Float.isFinite((float) priorMean)) {
            throw new ParameterException(command, "--prior-mean is " + priorMean + ", but must be a finite number");
        }
        method.validate(command);
    }

    char decimal(CommandLine command) {
        return cells.decimal(command);
    }

    boolean dropMissing(CommandLine command) {
        return cells.dropMissing(command);
    }
}
