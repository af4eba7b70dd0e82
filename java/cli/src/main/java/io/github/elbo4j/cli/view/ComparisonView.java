package io.github.elbo4j.cli.view;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Fits of one model by several methods, side by side. */
public final class ComparisonView {
    private final List<Report> reports;
    private final int width;

    /**
     * A view.
     *
     * @param reports with the same parameters
     * @param width the columns of a line
     */
    public ComparisonView(List<Report> reports, int width) {
        this.reports = List.copyOf(reports);
        this.width = width;
    }

    /** Prints it. */
    public void print(PrintWriter out) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("parameter", report -> report.fit().method()));
        List<Marginal> first = reports.get(0).marginals();
        for (int i = 0; i < first.size(); i++) {
            int at = i;
            rows.add(row(
                    Words.plain(first.get(i).name()),
                    report -> number(report.marginals().get(at))));
        }
        rows.add(row(
                "ELBO",
                report -> estimate(
                        report.fit().elbo().value(), report.fit().elbo().standardError())));
        rows.add(row(
                "log evidence",
                report -> estimate(
                        report.fit().logEvidence().value(),
                        report.fit().logEvidence().standardError())));
        rows.add(row("verdict", report -> report.fit().verdict().words()));
        rows.add(row("time", report -> Numbers.seconds(report.fit().seconds())));
        new TextTable(width).print(out, rows);
        if (reports.stream().map(Report::fit).anyMatch(FitResult::isPoint)) {
            out.println();
            out.println(Text.wrap(
                    "Of map and mle the second number is the standard error of the curvature, of the others the posterior's"
                            + " standard deviation.",
                    width,
                    ""));
        }
    }

    private List<String> row(String name, Function<Report, String> cell) {
        List<String> row = new ArrayList<>(List.of(name));
        reports.forEach(report -> row.add(cell.apply(report)));
        return row;
    }

    private static String number(Marginal marginal) {
        return Numbers.withError(marginal.mean(), marginal.standardDeviation());
    }

    private static String estimate(double value, double error) {
        return Double.isNaN(value) ? "" : Numbers.withError(value, error, 4);
    }
}
