package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.data.TableGroups;
import io.github.elbo4j.cli.model.CoefficientPriors;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Problem;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.report.words.Words;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What all regressions have in common on the command line. */
public final class RegressionOptions implements ModelOptions {
    private final FitModel model;

    @Mixin
    private final ColumnOptions columns = new ColumnOptions();

    @Mixin
    final ScaleOptions scale = new ScaleOptions();

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

    /** @param model has its own options beside these */
    public RegressionOptions(FitModel model) {
        this.model = model;
    }

    @Override
    public void validate(CommandLine command) {
        model.validate(command);
        scale.validate(command);
        OptionChecks.positive(command, "--intercept-prior-sd", interceptPriorSd);
        OptionChecks.positive(command, "--group-prior-sd", groupPriorSd);
        if (groupPriorSd != null && group == null) {
            throw new ParameterException(command, "--group-prior-sd is for groups, but there is no --group");
        }
        columns.validate(command);
        if (interceptPriorSd != null && !scale.intercept()) {
            throw new ParameterException(
                    command, "--intercept-prior-sd is for an intercept, but --no-intercept leaves it out");
        }
    }

    @Override
    public Subject open(CommandLine command, long seed, Consumer<String> note) {
        return open(command, columns.table(command), null, note);
    }

    /** @param by the column that made the rows a group; null if they are all */
    private Subject open(CommandLine command, CsvTable table, @Nullable String by, Consumer<String> note) {
        RegressionInput input = input(command, table, by);
        NormalPrior prior = scale.prior();
        Problem problem = new Problem(
                model,
                input,
                scale.intercept(),
                scale.standardize(),
                new CoefficientPriors(
                        prior,
                        new NormalPrior(prior.mean(), interceptPriorSd == null ? prior.sd() : interceptPriorSd),
                        groupPriorSd == null ? prior.sd() : groupPriorSd));
        notes(input, problem, note);
        return new RegressionSubject(command, this, model, problem.input(), problem);
    }

    @Override
    public Groups groups(CommandLine command, String by, Consumer<String> note) {
        TableGroups groups = columns.groups(command, by, asides());
        groups.table().notes().forEach(text -> note.accept(groups.table().file() + ": " + text));
        return Groups.of(groups, table -> open(command, table, by, text -> {}));
    }

    @Override
    public String stem() {
        return columns.stem();
    }

    private Beside.Names asides() {
        return new Beside.Names(offset, model.offsetIsExposure(), weights, group);
    }

    private RegressionInput input(CommandLine command, CsvTable table, @Nullable String by) {
        RegressionInput input = columns.read(
                command,
                table,
                by,
                asides(),
                model.hasPredictors(),
                model::target,
                scale.intercept(),
                scale.standardize());
        if (input.predictors().isEmpty() && !scale.intercept()) {
            throw new InputException(
                    input.file() + ": with neither a predictor nor an intercept there is nothing to fit");
        }
        return input;
    }

    private static void notes(RegressionInput input, Problem problem, Consumer<String> note) {
        int parameters = problem.parameters().size();
        ColumnOptions.notes(input, note);
        Beside.Group group = input.beside().group();
        if (group != null && group.levels().size() == input.rows()) {
            note.accept(
                    "every row is a group of its own, so what is between groups and what is noise can hardly be told"
                            + " apart, if the target has noise of its own");
        }
        if (input.rows() < parameters && group == null) {
            note.accept(Words.count(input.rows(), "row") + " for " + Words.count(parameters, "parameter")
                    + ": the data cannot settle them all, and the prior (--prior-sd) decides the rest");
        }
    }
}
