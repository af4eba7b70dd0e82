package io.github.elbo4j.cli;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.family.FamilyKind;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** One fit from the command line: reads, checks everything that can be checked beforehand, fits, writes, tells. */
final class FitRun {
    private final CommandLine command;
    private final RegressionOptions options;
    private final RegressionModel model;
    private final @Nullable Double noiseSd;
    private final PrintWriter out;
    private final PrintWriter err;

    /** @param noiseSd the known noise of a linear model; null if it is a parameter or there is none */
    FitRun(CommandSpec spec, RegressionOptions options, RegressionModel model, @Nullable Double noiseSd) {
        this.command = spec.commandLine();
        this.options = options;
        this.model = model;
        this.noiseSd = noiseSd;
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
                new NormalPrior(options.priorMean, interceptPriorSd()),
                noiseSd);
        notes(input, problem);
        noteThreads(Runtime.getRuntime().availableProcessors());
        Devices.Choice choice = choose(Devices.Request.of(options.device)
                .withThreads(options.threads == null ? Devices.defaultThreads() : options.threads)
                .withArithmetic(options.arithmetic(command))
                .withRng(options.rng(command))
                .withStepSize(stepSize(input, problem)));
        try (Device device = choice.device()) {
            OutputFolder folder = OutputFolder.open(folder());
            boolean silent = options.quiet || options.json;
            try (ProgressView view = new ProgressView(err, silent, silent ? 0 : Terminal.columns(), options.steps);
                    Interruption interruption = new Interruption(view::say)) {
                FitResult result = fit(device, problem, view, interruption);
                interruption.fitEnded();
                view.end();
                FitSummary summary = summary(result, problem, input, choice);
                List<Path> written = write(folder, summary);
                if (options.json) {
                    out.print(new FitJson(summary).line());
                } else {
                    new ResultView(summary, Terminal.width()).print(out, written);
                }
                out.flush();
                if (written.size() < 2 || summary.ending().status() == Status.FAILED) {
                    return Main.BROKEN;
                }
                if (interruption.exitCode() != 0) {
                    return interruption.exitCode();
                }
                return summary.good() ? Main.GOOD : Main.BAD_FIT;
            }
        }
    }

    private RegressionInput input() {
        CsvTable table = CsvTable.read(options.data, options.decimal(command));
        RegressionInput input = RegressionInput.of(
                table,
                new RegressionInput.Columns(
                        options.target, options.ignore, options.categorical, options.dropMissing(command)),
                model,
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
                            + Text.count(input.rows(), "row"));
        }
        return input;
    }

    private double interceptPriorSd() {
        return options.interceptPriorSd == null ? options.priorSd : options.interceptPriorSd;
    }

    private void notes(RegressionInput input, Problem problem) {
        int parameters = problem.parameters();
        input.notes().forEach(text -> note(input.file() + ": " + text));
        if (input.droppedRows() > 0) {
            note(input.file() + ": " + Numbers.grouped(input.droppedRows()) + " of "
                    + Text.count(input.rows() + input.droppedRows(), "row")
                    + " dropped, since a cell in a column that is used is missing");
        }
        input.codings().forEach(coding -> note(coding.words()));
        if (input.rows() < parameters) {
            note(Text.count(input.rows(), "row") + " for " + Text.count(parameters, "parameter")
                    + ": the data cannot settle them all, and the prior (--prior-sd) decides the rest");
        }
        if (options.family == null && options.familyKind(command, parameters) == FamilyKind.MEAN_FIELD) {
            note(Text.count(parameters, "parameter")
                    + ": a mean-field Gaussian is fitted, which knows no correlations between them; --family full-rank"
                    + " does, and takes longer");
        }
        if (options.familyKind(command, parameters) == FamilyKind.FULL_RANK && FullRankCost.isNotable(parameters)) {
            note(FullRankCost.words(
                    parameters, options.draws(), Runtime.getRuntime().maxMemory()));
        }
    }

    private void note(String text) {
        if (!options.quiet && !options.json) {
            err.println(Text.wrap("note: " + Text.plain(text), Terminal.width(), "      "));
        }
    }

    private void noteThreads(int processors) {
        if (options.threads != null && options.threads > processors && !options.quiet && !options.json) {
            note("--threads " + options.threads + ", but there "
                    + (processors == 1 ? "is 1 processor" : "are " + Numbers.grouped(processors) + " processors")
                    + ": more threads than that make it slower; the result is the same");
        }
    }

    /** Opens a device; that there is none is for the person to solve, that it is broken is not. */
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
        return options.draws() * (rows + problem.parameters());
    }

    private Path folder() {
        if (options.out != null) {
            return options.out;
        }
        return Path.of("elbo4j-fit-" + RegressionOptions.stem(options.data));
    }

    private FitResult fit(Device device, Problem problem, ProgressView view, Interruption interruption) {
        try (DataLogJoint joint = problem.joint(device)) {
            return Sgvi.builder()
                    .family(options.familyKind(command, problem.parameters()))
                    .gradient(options.gradient(command))
                    .baseline(options.baseline(command))
                    .optimizer(options.optimizer(command, problem.robbinsMonroRate()))
                    .draws(options.draws())
                    .maxSteps(options.steps)
                    .batch(options.batch == null ? 0 : options.batch)
                    .seed(options.seed)
                    .tolerance(options.tolerance)
                    .evaluationDraws(options.evaluationDraws)
                    .cancelled(interruption)
                    .listener(p -> view.progress(new Progress(
                            p.step(), p.maxSteps(), problem.elbo(p.elbo()), p.standardError(), p.drawsPerSecond())))
                    .build()
                    .fit(device, joint);
        }
    }

    private FitSummary summary(FitResult result, Problem problem, RegressionInput input, Devices.Choice choice) {
        Gaussian posterior = problem.posterior(result.posterior());
        return new FitSummary(
                model.label,
                result.family().label(),
                result.gradient().name().toLowerCase(Locale.ROOT),
                result.seed(),
                result.steps(),
                new FitSummary.Ending(result.status(), ending(result)),
                problem.elbo(result.elbo().value()),
                result.elbo().standardError(),
                result.assessment(),
                problem.marginals(posterior, result.parameterNames()),
                wantsCovariance(posterior.dimensions()) ? posterior.covariance() : null,
                problem.trace(result.trace()),
                used(result, problem),
                new FitSummary.Source(
                        input.file(),
                        input.sha256(),
                        input.rows(),
                        input.target(),
                        input.predictors(),
                        input.droppedRows(),
                        input.codings(),
                        input.notes()),
                new FitSummary.Run(
                        result.device(),
                        choice.device().description(),
                        choice.reason(),
                        result.seconds(),
                        result.drawsPerSecond()));
    }

    /** The report draws some of it, and fit.json holds it where it stays small or was asked for. */
    private boolean wantsCovariance(int parameters) {
        return options.covariance || parameters <= RegressionOptions.MOST_COVARIANCES;
    }

    /** How it ended, in a sentence; the library's words are a clause. */
    private static String ending(FitResult result) {
        String message = result.converged()
                ? "converged after " + Text.count(result.steps(), "step") + "; " + result.message()
                : result.message();
        return Text.sentence(message) + (result.start().isEmpty() ? "" : " " + Text.sentence("It " + result.start()));
    }

    /** What the fit used, whether it was asked for or chosen. */
    private Map<String, Object> used(FitResult result, Problem problem) {
        Map<String, Object> used = new LinkedHashMap<>();
        used.put("intercept", !options.noIntercept);
        used.put("standardize", options.standardize);
        used.put("priorMean", options.priorMean);
        used.put("priorSd", options.priorSd);
        if (options.interceptPriorSd != null) {
            used.put("interceptPriorSd", options.interceptPriorSd);
        }
        if (noiseSd != null) {
            used.put("noiseSd", noiseSd);
        }
        if (problem.noiseIsParameter()) {
            used.put("logNoisePriorMean", problem.logNoisePrior().mean());
            used.put("logNoisePriorSd", problem.logNoisePrior().sd());
        }
        if (result.gradient() == Gradient.SCORE) {
            used.put("baseline", RegressionOptions.name(options.baseline(command)));
        }
        if (result.arithmetic() != Arithmetic.EXACT) {
            used.put("arithmetic", RegressionOptions.name(result.arithmetic()));
        }
        if (result.rng() != Rng.PHILOX) {
            used.put("rng", RegressionOptions.name(result.rng())); // these draws are made on this device only
        }
        used.put("draws", options.draws());
        used.put("maxSteps", options.steps);
        used.put("optimizer", result.optimizer());
        used.put("tolerance", options.tolerance);
        used.put("evaluationDraws", options.evaluationDraws);
        if (options.batch != null) {
            used.put("batch", options.batch);
        }
        return used;
    }

    private List<Path> write(OutputFolder folder, FitSummary summary) {
        List<Path> written = new ArrayList<>();
        try {
            written.add(folder.write("fit.json", new FitJson(summary).document()));
            ZonedDateTime now = ZonedDateTime.now(ZoneId.systemDefault());
            HtmlReport report = new HtmlReport(summary, commandLine(), Main.Version.text(), now);
            written.add(folder.write("report.html", report.html()));
        } catch (IOException e) {
            // The fit is done: its result still goes to the terminal.
            err.println("elbo4j: " + Text.plain("cannot write the results: " + CsvTable.reason(e)));
        }
        return written;
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
