package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.cli.view.ComparisonView;
import io.github.elbo4j.cli.view.ProgressView;
import io.github.elbo4j.cli.view.ResultView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** One fit from the command line, whatever is fitted: opens a device, fits, writes and prints. */
final class Fitting {
    private final CommandLine command;
    private final MethodOptions options;
    private final Console console;

    /**
     * What is asked for besides the method.
     *
     * @param name of what is fitted; the folder of results is named after it
     * @param batch rows a step if they are drawn anew each time; 0 for all
     * @param first the fit to continue; null to begin anew
     * @param problem the number of its draws
     */
    record Task(String name, int batch, @Nullable FitResult first, int problem) {}

    /**
     * What is computed of the fitted distribution on the device besides. A request to stop interrupts it; it then returns what
     * there is.
     */
    interface Afterwards {
        Report of(Device device, Report report);
    }

    Fitting(CommandLine command, MethodOptions options) {
        this.command = command;
        this.options = options;
        this.console = new Console(command, options.run.isSilent());
    }

    /**
     * Fits.
     *
     * @return the exit code
     */
    int run(Subject subject, Task task, Afterwards afterwards) {
        List<String> methods = options.methods(command, subject);
        methods.forEach(method -> FitMethods.check(method, subject));
        notes(subject, methods.contains(MethodOptions.SGVI));
        Devices.Choice choice = choose(command, options, subject, task);
        try (Device device = choice.device()) {
            Path folder = options.run.folder("fit-" + task.name);
            boolean silent = options.run.isSilent();
            try (ProgressView view =
                            new ProgressView(console.err(), silent, silent ? 0 : Terminal.columns(), options.steps);
                    Interruption interruption = new Interruption(view::say)) {
                FitMethods fits = new FitMethods(command, options, task, interruption, view);
                List<Report> reports = new ArrayList<>();
                for (String method : methods) {
                    if (reports.isEmpty() || !interruption.getAsBoolean()) {
                        FitResult result = fits.fit(method, device, subject);
                        view.end();
                        reports.add(afterwards
                                .of(device, subject.report(result))
                                .device(choice.device().description(), choice.reason())
                                .command(console.commandLine(), Arguments.of(command))
                                .covariance(options.covariance));
                    }
                }
                interruption.fitEnded();
                List<Path> written = Ending.written(console, () -> write(folder, reports));
                print(reports, written);
                reports.stream()
                        .map(report -> subject.afterwards(report.fit()))
                        .filter(words -> !words.isEmpty())
                        .distinct()
                        .forEach(this::note);
                FitResult result = reports.get(0).fit();
                return result.status() == Status.FAILED
                        ? Exit.BROKEN
                        : Ending.exit(written, interruption, result.verdict());
            }
        }
    }

    /** Opens the device that suits a fit; the caller closes it. */
    static Devices.Choice choose(CommandLine command, MethodOptions options, Subject subject, Task task) {
        // The coordinates of the draws of a step, and what each is compared with.
        long stepSize = (long) options.draws()
                * ((task.batch == 0 ? subject.rows() : task.batch)
                        + subject.parameters().size());
        return ComputeOptions.choose(
                options.run.request(command).withStepSize(stepSize).withColdStart());
    }

    private void print(List<Report> reports, List<Path> written) {
        PrintWriter out = console.out();
        if (options.run.json) {
            reports.forEach(report -> out.print(report.line()));
        } else {
            new ResultView(reports.get(0), Terminal.width()).print(out, written);
            if (reports.size() > 1) {
                out.println();
                new ComparisonView(reports, Terminal.width()).print(out);
            }
        }
        out.flush();
    }

    private void notes(Subject subject, boolean sgvi) {
        int parameters = subject.parameters().size();
        Family family = options.q.chosen(command, subject);
        boolean isOne = options.q.family == null && !options.competition.tournament;
        if (sgvi && isOne && family == Family.meanField()) {
            note(Words.count(parameters, "parameter")
                    + ": a mean-field Gaussian is fitted, which knows no correlations between them; --family full-rank"
                    + " does, and takes longer");
        }
        if (sgvi && family == Family.fullRank() && FullRankCost.isNotable(parameters)) {
            note(FullRankCost.words(
                    parameters, options.draws(), Runtime.getRuntime().maxMemory()));
        }
        int processors = Runtime.getRuntime().availableProcessors();
        Integer threads = options.run.threads;
        if (threads != null && threads > processors) {
            note("--threads " + threads + ", but there "
                    + (processors == 1 ? "is 1 processor" : "are " + Numbers.grouped(processors) + " processors")
                    + ": more threads than that make it slower; the result is the same");
        }
    }

    /** Says something that is neither result nor error, unless nothing is to be said. */
    void note(String text) {
        console.note(text);
    }

    private static List<Path> write(Path folder, List<Report> reports) throws IOException {
        List<Path> written = new ArrayList<>(reports.get(0).write(folder));
        for (Report report : reports.subList(1, reports.size())) {
            written.add(report.writeJson(folder.resolve("fit-" + report.fit().method() + ".json")));
        }
        return written;
    }
}
