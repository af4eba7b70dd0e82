package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.ObservedFit;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.cli.view.ComparisonTable;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.LeaveOneOut;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.LooReport;
import java.io.IOException;
import java.io.PrintWriter;
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

/** {@code elbo4j loo}. */
@Command(
        name = "loo",
        description = {
            "How well a fit predicts each observation from all others (PSIS-LOO), without fitting anew: the sum of their log"
                    + " densities, with its errors, the k-hat of each, which of them cannot be left out so, and the WAIC.",
            "With --against, a second fit of the same data, which of two models predicts better: the difference with the standard"
                    + " error of the pairs."
        },
        footer = "elbo4j loo --fit elbo4j-fit-air --data test/data/air.csv",
        sortOptions = false)
public final class LooCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private final FitFolder fit = new FitFolder();

    @Option(names = "--against", paramLabel = "DIR", description = "Another fit of the same target in the same data.")
    private @Nullable Path against;

    @Option(
            names = "--data",
            paramLabel = "FILE.csv",
            description =
                    "The very data that was fitted. Default: the file of that name here, or beside the folder of the fit.")
    private @Nullable Path data;

    @Option(names = "--model", paramLabel = "Model.java", description = "Of a fit of a model of your own: its file.")
    private @Nullable Path model;

    @Option(names = "--against-model", paramLabel = "Model.java", description = "The same for --against.")
    private @Nullable Path againstModel;

    @Option(
            names = "--draws",
            paramLabel = "N",
            description = "Draws of the fitted distribution, 32 or more. Default: ${DEFAULT-VALUE}.")
    private int draws = LeaveOneOut.DRAWS;

    @Mixin
    private final TableOptions cells = new TableOptions();

    @Mixin
    private final ComputeOptions run = new ComputeOptions();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for loo.csv (a line an observation), loo.json and loo.html, made if need be. Default: elbo4j-loo-NAME"
                            + " after the data.")
    private @Nullable Path out;

    @Option(names = "--json", description = "Print one line of JSON and nothing else.")
    private boolean json;

    @Option(names = "--quiet", description = "No notes: the result only.")
    private boolean quiet;

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        Console console = new Console(command, quiet || json);
        cells.decimal(command);
        boolean dropMissing = cells.dropMissing(command);
        run.validate(command);
        if (draws < 32) {
            throw new ParameterException(command, "--draws is " + draws + ", but must be 32 or more");
        }
        if (againstModel != null && against == null) {
            throw new ParameterException(command, "--against-model is of --against, but there is none");
        }
        Saved saved = fit.open();
        Saved other = against == null ? null : Saved.open("--against", against);
        ObservedFit.check(saved);
        if (other != null) {
            ObservedFit.check(other);
        }
        note(console, saved);
        Path file = data == null ? fit.data(saved) : data;
        CsvTable table = cells.read(command, file);
        ObservedFit here = ObservedFit.of(saved, model, table, dropMissing);
        ObservedFit there = other == null ? null : ObservedFit.of(other, againstModel, table, dropMissing);
        if (other != null && there != null) {
            note(console, other);
            sameObservations(saved, here, other, there);
        }
        Path folder = OutputFolder.open(out == null ? Path.of("elbo4j-loo-" + OptionChecks.stem(file)) : out);
        Devices.Choice choice = run.open(command, here.size(draws));
        try (Device device = choice.device()) {
            LeaveOneOut loo = here.leaveOneOut(device, draws);
            LooReport.Against compared = against == null || there == null || other == null
                    ? null
                    : new LooReport.Against(
                            String.valueOf(against.getFileName()), other.fit(), there.leaveOneOut(device, draws));
            String where = device.name() + " (" + device.description() + "): " + choice.reason();
            LooReport report = new LooReport(saved.fit(), loo, compared, where, console.commandLine());
            List<Path> written = write(folder, report);
            console.result(json, report::line, to -> print(to, report, written));
            return report.isTrusted() ? Exit.GOOD : Exit.BAD_FIT;
        }
    }

    private static void note(Console console, Saved saved) {
        if (saved.fit().fit().verdict() == Verdict.DO_NOT_TRUST) {
            console.note(saved.option()
                    + ": the verdict on the fit is \"do not trust\"; k-hat tells what its draws are good for");
        }
    }

    private static void sameObservations(Saved saved, ObservedFit here, Saved other, ObservedFit there) {
        DataSource one = saved.fit().data();
        DataSource two = other.fit().data();
        String target = one == null ? "" : one.target();
        String otherTarget = two == null ? "" : two.target();
        if (!target.equals(otherTarget) || !here.labels().equals(there.labels())) {
            throw new InputException("--against: " + other.file() + " has other observations than --fit ("
                    + words(otherTarget, there) + ", not " + words(target, here)
                    + "), so that they cannot be compared one by one");
        }
    }

    private static String words(String target, ObservedFit of) {
        return of.labels().size() + (target.isEmpty() ? " values" : " of " + target);
    }

    private List<Path> write(Path folder, LooReport report) {
        try (WholeCsv csv = new WholeCsv(folder, "loo.csv")) {
            LooReport.Against other = report.against();
            List<String> head = new ArrayList<>(
                    List.of("observation", "elpd", "elpdError", "kHat", "efficiency", "lpd", "pLoo", "pWaic"));
            if (other != null) {
                head.add("elpdAgainst");
            }
            csv.row(head);
            for (int i = 0; i < report.loo().observations().size(); i++) {
                LeaveOneOut.Observation each = report.loo().observations().get(i);
                List<String> row = new ArrayList<>(List.of(each.name()));
                double[] numbers = {
                    each.elpd().value(),
                    each.elpd().standardError(),
                    each.kHat(),
                    each.efficiency(),
                    each.lpd(),
                    each.pLoo(),
                    each.pWaic()
                };
                for (double number : numbers) {
                    row.add(WholeCsv.cell(number));
                }
                if (other != null) {
                    row.add(WholeCsv.cell(
                            other.loo().observations().get(i).elpd().value()));
                }
                csv.row(row);
            }
            List<Path> written = new ArrayList<>(List.of(csv.finish()));
            written.addAll(report.write(folder));
            return written;
        } catch (IOException e) {
            throw OutputFolder.unwritable(folder, e);
        }
    }

    private static void print(PrintWriter out, LooReport report, List<Path> written) {
        ComparisonTable table = new ComparisonTable(out, Terminal.width());
        table.heading(report.heading(), report.fit().data());
        table.rows(report.table());
        table.sentences(report.remarks());
        table.line("device", report.device());
        table.written(written);
    }
}
