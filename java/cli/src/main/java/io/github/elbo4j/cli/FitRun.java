package io.github.elbo4j.cli;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.estimate.Gradient;
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
                noiseSd);
        note(input, problem.parameters());
        Devices.Choice choice = choose(Devices.Request.of(options.device)
                .withThreads(options.threads == null ? Devices.defaultThreads() : options.threads)
                .withArithmetic(options.arithmetic(command))
                .withRng(options.rng(command))
                .withStepSize(stepSize(input, problem)));
        try (Device device = choice.device()) {
            OutputFolder folder = OutputFolder.open(folder());
            try (Interruption interruption = new Interruption()) {
                FitSummary summary = summary(fit(device, problem, interruption), problem, input, choice);
                List<Path> written = write(folder, summary);
                if (options.json) {
                    out.print(new FitJson(summary).line());
                } else {
                    new ResultView(summary).print(out, written);
                }
                out.flush();
                if (written.size() < 2 || summary.ending().status() == Status.FAILED) {
                    return Main.BROKEN;
                }
                return summary.good() ? Main.GOOD : Main.BAD_FIT;
            }
        }
    }

    private RegressionInput input() {
        CsvTable table = CsvTable.read(options.data);
        boolean constantAllowed = options.noIntercept && !options.standardize;
        RegressionInput input = RegressionInput.of(table, options.target, options.ignore, model, constantAllowed);
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

    private void note(RegressionInput input, int parameters) {
        if (input.rows() < parameters && !options.quiet && !options.json) {
            err.println("note: " + Text.count(input.rows(), "row") + " for " + Text.count(parameters, "parameter")
                    + ": the data cannot settle them all, and the prior (--prior-sd) decides the rest");
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
        String name = String.valueOf(options.data.getFileName()).replaceFirst("\\.[^.]*$", "");
        return Path.of("elbo4j-fit-" + name);
    }

    private FitResult fit(Device device, Problem problem, Interruption interruption) {
        boolean silent = options.quiet || options.json;
        try (ProgressView view = new ProgressView(err, silent, silent ? 0 : Terminal.columns(), options.steps);
                DataLogJoint joint = problem.joint(device)) {
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
                    .evaluationDraws(evaluationDraws(problem))
                    .cancelled(interruption)
                    .listener(p -> view.progress(new Progress(
                            p.step(), p.maxSteps(), problem.elbo(p.elbo()), p.standardError(), p.drawsPerSecond())))
                    .build()
                    .fit(device, joint);
        }
    }

    private int evaluationDraws(Problem problem) {
        return options.evaluationDraws == null ? problem.evaluationDraws() : options.evaluationDraws;
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
                result.kHat(),
                problem.marginals(posterior, result.parameterNames()),
                posterior.covariance(),
                problem.trace(result.trace()),
                used(result, problem),
                new FitSummary.Source(input.file(), input.sha256(), input.rows(), input.target(), input.predictors()),
                new FitSummary.Run(
                        result.device(),
                        choice.device().description(),
                        choice.reason(),
                        result.seconds(),
                        result.drawsPerSecond()));
    }

    /** How it ended, in a sentence; the library's words are a clause. */
    private static String ending(FitResult result) {
        String message = result.converged()
                ? "converged after " + Text.count(result.steps(), "step") + "; " + result.message()
                : result.message();
        return Text.sentence(message);
    }

    /** What the fit used, whether it was asked for or chosen. */
    private Map<String, Object> used(FitResult result, Problem problem) {
        Map<String, Object> used = new LinkedHashMap<>();
        used.put("intercept", !options.noIntercept);
        used.put("standardize", options.standardize);
        used.put("priorMean", options.priorMean);
        used.put("priorSd", options.priorSd);
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
        used.put("evaluationDraws", evaluationDraws(problem));
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
            err.println("elbo4j: cannot write the results: " + CsvTable.reason(e));
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
