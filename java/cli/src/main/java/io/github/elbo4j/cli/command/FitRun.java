package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.model.CoefficientPriors;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Problem;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A regression from the command line: reads the table and checks everything that can be checked before the fit. */
final class FitRun {
    private final CommandLine command;
    private final FitOptions options;
    private final FitModel model;
    private final Fitting fitting;

    FitRun(CommandSpec spec, FitOptions options, FitModel model) {
        this.command = spec.commandLine();
        this.options = options;
        this.model = model;
        this.fitting = new Fitting(command, options.method);
    }

    int call() {
        options.validate(command);
        RegressionInput input = input();
        Problem problem = new Problem(
                model,
                input,
                !options.noIntercept,
                options.standardize,
                new CoefficientPriors(
                        new NormalPrior(options.priorMean, options.priorSd),
                        new NormalPrior(options.priorMean, interceptPriorSd()),
                        options.groupPriorSd == null ? options.priorSd : options.groupPriorSd));
        FitResult first = options.method.continued == null
                ? null
                : Continued.read(options.method.continued, model, input, problem, options);
        notes(input, problem);
        return fitting.run(new Regression(input, problem, first), MethodOptions.stem(options.data));
    }

    private RegressionInput input() {
        CsvTable table = CsvTable.read(options.data, options.decimal(command));
        RegressionInput input = RegressionInput.of(
                table,
                new RegressionInput.Columns(
                        options.target,
                        options.ignore,
                        options.categorical,
                        options.dropMissing(command),
                        new Beside.Names(options.offset, model.offsetIsExposure(), options.weights, options.group)),
                model::target,
                !options.noIntercept,
                options.standardize);
        if (input.predictors().isEmpty() && options.noIntercept) {
            throw new InputException(
                    input.file() + ": with neither a predictor nor an intercept there is nothing to fit");
        }
        if (options.batch != null && options.batch > input.rows()) {
            throw new ParameterException(
                    command,
                    "--batch is " + options.batch + ", but " + input.file() + " has only "
                            + Words.count(input.rows(), "row"));
        }
        return input;
    }

    private double interceptPriorSd() {
        return options.interceptPriorSd == null ? options.priorSd : options.interceptPriorSd;
    }

    private void notes(RegressionInput input, Problem problem) {
        int parameters = problem.parameters().size();
        input.notes().forEach(text -> fitting.note(input.file() + ": " + text));
        if (input.droppedRows() > 0) {
            fitting.note(input.file() + ": " + Numbers.grouped(input.droppedRows()) + " of "
                    + Words.count(input.rows() + input.droppedRows(), "row")
                    + " dropped, since a cell in a column that is used is missing");
        }
        input.codings().forEach(coding -> fitting.note(coding.words()));
        Beside.Group group = input.beside().group();
        if (group != null && group.levels().size() == input.rows()) {
            fitting.note(
                    "every row is a group of its own, so what is between groups and what is noise can hardly be told"
                            + " apart, if the target has noise of its own");
        }
        if (input.rows() < parameters && group == null) {
            fitting.note(Words.count(input.rows(), "row") + " for " + Words.count(parameters, "parameter")
                    + ": the data cannot settle them all, and the prior (--prior-sd) decides the rest");
        }
    }

    /** A regression of what was read. */
    private final class Regression implements Fitting.Subject {
        private final RegressionInput input;
        private final Problem problem;
        private final @Nullable FitResult first;

        Regression(RegressionInput input, Problem problem, @Nullable FitResult first) {
            this.input = input;
            this.problem = problem;
            this.first = first;
        }

        @Override
        public List<String> parameters() {
            return problem.parameters();
        }

        @Override
        public int rows() {
            return options.batch == null ? input.rows() : options.batch;
        }

        @Override
        public int batch() {
            return options.batch == null ? 0 : options.batch;
        }

        @Override
        public LogJoint joint(Device device) {
            return model.joint(device, problem);
        }

        @Override
        public double robbinsMonroRate() {
            return model.robbinsMonroRate(problem);
        }

        @Override
        public @Nullable FitResult first() {
            return first;
        }

        @Override
        public double elbo(double fitted) {
            return problem.elbo(fitted);
        }

        @Override
        public Report report(FitResult fitted) {
            ModelDescription description = new ModelDescription(
                    model.name(),
                    "Bayesian " + model.title() + " regression of " + input.target(),
                    model.effect(input.target()),
                    model.note(),
                    model.logarithms(),
                    used(input, problem));
            DataSource source = new DataSource(
                    input.file(),
                    input.sha256(),
                    input.rows(),
                    input.target(),
                    input.predictors(),
                    input.droppedRows(),
                    input.codings(),
                    input.notes(),
                    problem.units());
            FitResult original = problem.toOriginal(fitted);
            Report report = Report.of(original).model(description).about(source);
            if (input.beside().group() != null) {
                report = report.quantities(Quantities.of(problem.model(), original));
            }
            if (options.priorDraws == null) {
                return report;
            }
            return report.prior(
                    options.priorDraws,
                    PriorMarginals.of(
                            problem.model(),
                            options.priorDraws,
                            fitted.seed(),
                            problem::toOriginal,
                            problem::observed));
        }
    }

    /** What was used of the model, whether it was asked for or chosen. */
    private Map<String, Object> used(RegressionInput input, Problem problem) {
        Map<String, Object> used = new LinkedHashMap<>();
        used.put("intercept", !options.noIntercept);
        used.put("standardize", options.standardize);
        used.put("priorMean", options.priorMean);
        used.put("priorSd", options.priorSd);
        if (options.interceptPriorSd != null) {
            used.put("interceptPriorSd", options.interceptPriorSd);
        }
        Beside beside = input.beside();
        if (beside.offset() != null) {
            used.put(
                    model.offsetIsExposure() ? "exposure" : "offset",
                    beside.offset().column());
        }
        if (beside.weights() != null) {
            used.put("weights", beside.weights().column());
        }
        if (beside.group() != null) {
            used.put("group", beside.group().column());
            used.put("groupPriorSd", problem.priors().groupSd());
        }
        used.putAll(model.options(problem));
        return used;
    }
}
