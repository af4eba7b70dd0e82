package io.github.elbo4j.spark;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.command.Exit;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Scaling;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One fit of all rows, written as {@code fit.json} and {@code report.html}. */
final class FitOfRows {
    private final FitTask task;
    private final CodedTable coded;
    private final List<String> columns; // of X

    /** @throws IllegalArgumentException if a column cannot be fitted, in words for the user */
    FitOfRows(FitTask task) {
        this.task = task;
        coded = CodedTable.of(task.input(), task.regression());
        columns = new ArrayList<>(coded.predictors());
        if (task.regression().intercept()) {
            columns.add(0, RegressionData.INTERCEPT);
        }
    }

    /**
     * Fits and writes.
     *
     * @return the exit code
     */
    int run() throws IOException {
        Regression regression = task.regression();
        Path out = task.origin().out();
        Path journal = out.resolve("journal");
        List<String> classes = coded.classes();
        RowModel on = (device, rows) -> regression.model(device, rows, classes);
        try (Device device = Devices.open("cpu");
                SparkRows rows = SparkRows.of(
                        coded.table(), columns, task.input().source().target(), task.tasks())) {
            Scaling found = regression.intercept() || regression.standardize()
                    ? rows.scaling(regression.standardizesTarget())
                    : null; // refuses columns that are constant, which are told from no intercept
            Scaling scaling = regression.standardize() ? found : null;
            FitResult fit;
            int[] replayed = {0};
            try (SparkRows fitted = scaling == null ? rows : rows.scaled(scaling)) {
                fit = SparkFit.of(fitted, on)
                        .journal(journal)
                        .fit(device, Regression.method(task.method(), task.seed(), 0), n -> replayed[0] = n);
            }
            FitResult back = scaling == null
                    ? fit
                    : fit.mapped(scaling.toOriginal(regression.block(columns.size())), scaling::elboToOriginal);
            report(back, units(back, rows.deviations())).write(out);
            if (fit.status() == Status.FAILED) {
                throw new DeviceException("the fit ended early: " + fit.message());
            }
            Files.deleteIfExists(journal);
            task.said().println(back);
            task.said()
                    .println((replayed[0] > 0 ? "passes made before: " + replayed[0] + "; " : "") + "written: "
                            + out.resolve("fit.json") + ", " + out.resolve("report.html"));
            return back.verdict() == Verdict.DO_NOT_TRUST ? Exit.BAD_FIT : Exit.GOOD;
        }
    }

    /** The sd of the column that each coefficient multiplies: a class has all columns, and what else there is follows. */
    private Map<String, Double> units(FitResult fit, double[] deviations) {
        Map<String, Double> units = new LinkedHashMap<>();
        List<String> names = fit.parameterNames();
        for (int i = 0; i < Math.max(1, coded.classes().size()) * columns.size(); i++) {
            int column = i % columns.size();
            if (!columns.get(column).equals(RegressionData.INTERCEPT)) {
                units.put(names.get(i), deviations[column]);
            }
        }
        return units;
    }

    private Report report(FitResult fit, Map<String, Double> units) {
        Regression regression = task.regression();
        InputTable input = task.input();
        String target = input.source().target();
        FitModel words = CellGroups.command(regression.name());
        Map<String, Object> used = new LinkedHashMap<>();
        used.put("intercept", regression.intercept());
        used.put("standardize", regression.standardize());
        used.put("priorMean", regression.prior().mean());
        used.put("priorSd", regression.prior().sd());
        if (regression.name().equals(Regression.LINEAR)) {
            used.put("logNoisePriorMean", regression.logNoisePrior().mean());
            used.put("logNoisePriorSd", regression.logNoisePrior().sd());
        }
        return Report.of(fit)
                .model(new ModelDescription(
                        words.name(),
                        Words.sentence("Bayesian " + words.heading(target)).replaceFirst("\\.$", ""),
                        words.effect(target),
                        words.note(),
                        words.logarithms(),
                        used))
                .about(new DataSource(
                        input.source().name(),
                        input.digest().sha256(),
                        (int) Math.min(input.rows(), Integer.MAX_VALUE),
                        target,
                        coded.predictors(),
                        (int) Math.min(input.dropped(), Integer.MAX_VALUE),
                        coded.codings(),
                        input.digest().note().isEmpty()
                                ? List.of()
                                : List.of(input.digest().note()),
                        units))
                .command(task.origin().command(), task.origin().arguments());
    }
}
