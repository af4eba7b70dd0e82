package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Problem;
import io.github.elbo4j.cli.view.ProgressView;
import io.github.elbo4j.cli.view.ResultView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** One fit from the command line: reads, checks everything that can be checked beforehand, fits, writes and prints. */
final class FitRun {
    private final CommandLine command;
    private final FitOptions options;
    private final FitModel model;
    private final PrintWriter out;
    private final PrintWriter err;

    FitRun(CommandSpec spec, FitOptions options, FitModel model) {
        this.command = spec.commandLine();
        this.options = options;
        this.model = model;
        this.out = command.getOut();
        this.err = command.getErr();
    }

    int call() {
        options.validate(command);
        RegressionInput input = input();
        Problem problem = new Problem(
                model,
                input,
                !options.noIntercept,
                options.standardize,
                new NormalPrior(options.priorMean, options.priorSd),
                new NormalPrior(options.priorMean, interceptPriorSd()));
        FitResult first =
                options.continued == null ? null : Continued.read(options.continued, model, input, problem, options);
        notes(input, problem);
        noteThreads(Runtime.getRuntime().availableProcessors());
        Devices.Choice choice = choose(Devices.Request.of(options.device)
                .withThreads(options.threads == null ? Devices.defaultThreads() : options.threads)
                .withArithmetic(options.arithmetic(command))
                .withRng(options.rng(command))
                .withStepSize(stepSize(input, problem)));
        try (Device device = choice.device()) {
            Path folder = OutputFolder.open(folder());
            boolean silent = options.quiet || options.json;
            try (ProgressView view = new ProgressView(err, silent, silent ? 0 : Terminal.columns(), options.steps);
                    Interruption interruption = new Interruption(view::say)) {
                FitResult result = fit(device, problem, first, view, interruption);
                interruption.fitEnded();
                view.end();
                Report report = report(problem.toOriginal(result), problem, input, choice);
                List<Path> written = write(folder, report);
                if (options.json) {
                    out.print(report.line());
                } else {
                    new ResultView(report, Terminal.width()).print(out, written);
                }
                out.flush();
                if (written.isEmpty() || result.status() == Status.FAILED) {
                    return Exit.BROKEN;
                }
                if (interruption.exitCode() != 0) {
                    return interruption.exitCode();
                }
                return result.verdict() == Verdict.DO_NOT_TRUST ? Exit.BAD_FIT : Exit.GOOD;
            }
        }
    }

    private RegressionInput input() {
        CsvTable table = CsvTable.read(options.data, options.decimal(command));
        RegressionInput input = RegressionInput.of(
                table,
                new RegressionInput.Columns(
                        options.target, options.ignore, options.categorical, options.dropMissing(command)),
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
        input.notes().forEach(text -> note(input.file() + ": " + text));
        if (input.droppedRows() > 0) {
            note(input.file() + ": " + Numbers.grouped(input.droppedRows()) + " of "
                    + Words.count(input.rows() + input.droppedRows(), "row")
                    + " dropped, since a cell in a column that is used is missing");
        }
        input.codings().forEach(coding -> note(coding.words()));
        if (input.rows() < parameters) {
            note(Words.count(input.rows(), "row") + " for " + Words.count(parameters, "parameter")
                    + ": the data cannot settle them all, and the prior (--prior-sd) decides the rest");
        }
        if (options.family == null && options.chosenFamily(command, parameters) == Family.meanField()) {
            note(Words.count(parameters, "parameter")
                    + ": a mean-field Gaussian is fitted, which knows no correlations between them; --family full-rank"
                    + " does, and takes longer");
        }
        if (options.chosenFamily(command, parameters) == Family.fullRank() && FullRankCost.isNotable(parameters)) {
            note(FullRankCost.words(
                    parameters, options.draws(), Runtime.getRuntime().maxMemory()));
        }
    }

    private void note(String text) {
        if (!options.quiet && !options.json) {
            err.println(Text.wrap("note: " + Words.plain(text), Terminal.width(), "      "));
        }
    }

    private void noteThreads(int processors) {
        if (options.threads != null && options.threads > processors && !options.quiet && !options.json) {
            note("--threads " + options.threads + ", but there "
                    + (processors == 1 ? "is 1 processor" : "are " + Numbers.grouped(processors) + " processors")
                    + ": more threads than that make it slower; the result is the same");
        }
    }

    /** Opens a device. That there is none is an error of the command line (exit code 2); that it is broken is not. */
    static Devices.Choice choose(Devices.Request request) {
        try {
            return Devices.choose(request);
        } catch (AbsentDeviceException | IllegalArgumentException e) {
            throw new InputException(e.getMessage() + ". What there is: elbo4j devices", e);
        } catch (DeviceException e) {
            throw new DeviceException(e.getMessage() + ". What there is: elbo4j devices", e);
        }
    }

    /** The linear predictors and the coordinates of the draws of a step. */
    private long stepSize(RegressionInput input, Problem problem) {
        long rows = options.batch == null ? input.rows() : options.batch;
        return options.draws() * (rows + problem.parameters().size());
    }

    private Path folder() {
        if (options.out != null) {
            return options.out;
        }
        return Path.of("elbo4j-fit-" + FitOptions.stem(options.data));
    }

    private FitResult fit(
            Device device, Problem problem, @Nullable FitResult first, ProgressView view, Interruption interruption) {
        try (DataLogJoint joint = model.joint(device, problem)) {
            Sgvi.Builder settings = Sgvi.builder()
                    .family(options.chosenFamily(command, problem.parameters().size()))
                    .gradient(options.gradient(command))
                    .baseline(options.baseline(command))
                    .optimizer(options.optimizer(command, model.robbinsMonroRate(problem)))
                    .draws(options.draws())
                    .maxSteps(options.steps)
                    .batch(options.batch == null ? 0 : options.batch)
                    .seed(options.seed)
                    .tolerance(options.tolerance)
                    .evaluationDraws(options.evaluationDraws)
                    .cancelled(interruption)
                    .listener(p -> view.progress(new Progress(
                            p.step(), p.maxSteps(), problem.elbo(p.elbo()), p.standardError(), p.drawsPerSecond())));
            if (first == null) {
                return settings.build().fit(device, joint);
            }
            try {
                return settings.continueFrom(first).build().fit(device, joint);
            } catch (IllegalArgumentException e) {
                throw new InputException("--continue: " + e.getMessage(), e);
            }
        }
    }

    private Report report(FitResult result, Problem problem, RegressionInput input, Devices.Choice choice) {
        ModelDescription description = new ModelDescription(
                model.name(),
                "Bayesian " + model.name() + " regression of " + input.target(),
                model.effect(input.target()),
                model.note(),
                model.logarithms(),
                used(problem));
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
        return Report.of(result)
                .model(description)
                .about(source)
                .device(choice.device().description(), choice.reason())
                .command(commandLine())
                .covariance(options.covariance);
    }

    /** What was used of the model, whether it was asked for or chosen. */
    private Map<String, Object> used(Problem problem) {
        Map<String, Object> used = new LinkedHashMap<>();
        used.put("intercept", !options.noIntercept);
        used.put("standardize", options.standardize);
        used.put("priorMean", options.priorMean);
        used.put("priorSd", options.priorSd);
        if (options.interceptPriorSd != null) {
            used.put("interceptPriorSd", options.interceptPriorSd);
        }
        used.putAll(model.options(problem));
        return used;
    }

    /** Where the results are; nowhere if they could not be written. */
    private List<Path> write(Path folder, Report report) {
        try {
            return report.write(folder);
        } catch (IOException e) {
            // The fit is done: its result still goes to the terminal.
            err.println("elbo4j: " + Words.plain("cannot write the results: " + CsvTable.reason(e)));
            return List.of();
        }
    }

    /** The command line as it was given, fit to be pasted into a shell. */
    private String commandLine() {
        StringBuilder line = new StringBuilder("elbo4j");
        for (String word :
                command.getCommandSpec().root().commandLine().getParseResult().originalArgs()) {
            line.append(' ').append(Text.shellQuote(word));
        }
        return line.toString();
    }
}
