package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
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
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** One fit from the command line, whatever is fitted: opens a device, fits, writes and prints. */
final class Fitting {
    private final CommandLine command;
    private final MethodOptions options;
    private final PrintWriter out;
    private final PrintWriter err;

    /** What is fitted; all that could be checked beforehand has been. */
    interface Subject {
        /** What the parameters are called. */
        List<String> parameters();

        /** Rows that a step looks at; 0 where there are none. */
        int rows();

        /** Rows a step if they are drawn anew each time; 0 for all. */
        default int batch() {
            return 0;
        }

        /** The log-joint on a device; it is closed after the fit. */
        LogJoint joint(Device device);

        /** The factor a of Robbins–Monro steps if none was given; of no use where one must be given. */
        default double robbinsMonroRate() {
            return 1;
        }

        /** The fit to continue; null to begin anew. */
        @Nullable
        FitResult first();

        /** An ELBO of what is fitted, on the scale of the data. */
        default double elbo(double fitted) {
            return fitted;
        }

        /** The report, on the scale of the data, with the model and what it was fitted to. */
        Report report(FitResult fitted);

        /**
         * The report with what is computed of the fitted distribution on the device besides. A request to stop interrupts it; it
         * then returns what there is.
         */
        default Report computed(Device device, Report report) {
            return report;
        }

        /** What is to be said of the model once the fit has ended; empty if nothing. */
        default String afterwards(FitResult fitted) {
            return "";
        }
    }

    Fitting(CommandLine command, MethodOptions options) {
        this.command = command;
        this.options = options;
        this.out = command.getOut();
        this.err = command.getErr();
    }

    /**
     * Fits.
     *
     * @param name of what is fitted; the folder of results is named after it
     * @return the exit code
     */
    int run(Subject subject, String name) {
        notes(subject.parameters().size());
        Devices.Choice choice = choose(Devices.Request.of(options.device)
                .withThreads(options.threads == null ? Devices.defaultThreads() : options.threads)
                .withArithmetic(options.arithmetic(command))
                .withRng(options.rng(command))
                // The coordinates of the draws of a step, and what each is compared with.
                .withStepSize((long) options.draws()
                        * (subject.rows() + subject.parameters().size())));
        try (Device device = choice.device()) {
            Path folder = OutputFolder.open(options.out == null ? Path.of("elbo4j-fit-" + name) : options.out);
            boolean silent = options.quiet || options.json;
            try (ProgressView view = new ProgressView(err, silent, silent ? 0 : Terminal.columns(), options.steps);
                    Interruption interruption = new Interruption(view::say)) {
                FitResult result = fit(device, subject, view, interruption);
                view.end();
                Report computed = subject.computed(device, subject.report(result));
                interruption.fitEnded();
                Report report = computed.device(choice.device().description(), choice.reason())
                        .command(commandLine())
                        .covariance(options.covariance);
                List<Path> written = write(folder, report);
                if (options.json) {
                    out.print(report.line());
                } else {
                    new ResultView(report, Terminal.width()).print(out, written);
                }
                out.flush();
                String afterwards = subject.afterwards(result);
                if (!afterwards.isEmpty()) {
                    note(afterwards);
                }
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

    private void notes(int parameters) {
        Family family = options.chosenFamily(command, parameters);
        if (options.family == null && family == Family.meanField()) {
            note(Words.count(parameters, "parameter")
                    + ": a mean-field Gaussian is fitted, which knows no correlations between them; --family full-rank"
                    + " does, and takes longer");
        }
        if (family == Family.fullRank() && FullRankCost.isNotable(parameters)) {
            note(FullRankCost.words(
                    parameters, options.draws(), Runtime.getRuntime().maxMemory()));
        }
        int processors = Runtime.getRuntime().availableProcessors();
        if (options.threads != null && options.threads > processors) {
            note("--threads " + options.threads + ", but there "
                    + (processors == 1 ? "is 1 processor" : "are " + Numbers.grouped(processors) + " processors")
                    + ": more threads than that make it slower; the result is the same");
        }
    }

    /** Says something that is neither result nor error, unless nothing is to be said. */
    void note(String text) {
        if (!options.quiet && !options.json) {
            err.println(Text.wrap("note: " + Words.plain(text), Terminal.width(), "      "));
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

    private FitResult fit(Device device, Subject subject, ProgressView view, Interruption interruption) {
        FitResult first = subject.first();
        try (LogJoint joint = subject.joint(device)) {
            Sgvi.Builder settings = Sgvi.builder()
                    .family(options.chosenFamily(command, subject.parameters().size()))
                    .gradient(options.gradient(command))
                    .baseline(options.baseline(command))
                    .optimizer(options.optimizer(command, subject.robbinsMonroRate()))
                    .draws(options.draws())
                    .maxSteps(options.steps)
                    .batch(subject.batch())
                    .seed(options.seed)
                    .tolerance(options.tolerance)
                    .evaluationDraws(options.evaluationDraws)
                    .cancelled(interruption)
                    .listener(p -> view.progress(new Progress(
                            p.step(), p.maxSteps(), subject.elbo(p.elbo()), p.standardError(), p.drawsPerSecond())));
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
