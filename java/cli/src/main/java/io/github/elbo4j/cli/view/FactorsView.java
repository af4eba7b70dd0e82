package io.github.elbo4j.cli.view;

import io.github.elbo4j.factors.FactorFit;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.FactorReport;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Binary factors as tables for the terminal. */
public final class FactorsView {
    private final FactorReport report;
    private final FactorFit fit;
    private final int width;

    /**
     * A view.
     *
     * @param width the columns of a line
     */
    public FactorsView(FactorReport report, int width) {
        this.report = report;
        this.fit = report.fit();
        this.width = width;
    }

    /** Prints it, and where it was written. */
    public void print(PrintWriter out, List<Path> written) {
        out.println(Text.wrap(
                report.heading() + ", " + Words.count(fit.factors().columns().size(), "column"), width, ""));
        out.println();
        table(out, report.factors());
        table(out, report.bounds());
        if (report.enumeration() != null) {
            table(out, report.enumerated());
            line(out, "exact", report.enumerationInWords());
        }
        line(
                out,
                "fit",
                fit.result().assessment().verdict().words() + "; ELBO "
                        + Numbers.withError(
                                fit.judged().elbo().value(), fit.judged().elbo().standardError(), 3)
                        + " a row after " + Words.count(fit.result().steps(), "step"));
        line(out, "device", report.device());
        line(out, "time", Numbers.seconds(fit.result().seconds()));
        for (Path path : written) {
            line(out, path.equals(written.get(0)) ? "wrote" : "", path.toString());
        }
        if (fit.result().assessment().verdict() != Verdict.GOOD) {
            out.println();
            out.println(Text.wrap(Words.plain(report.verdict()), width, ""));
            report.advice().forEach(advice -> out.println(Text.wrap("- " + Words.plain(advice), width, "  ")));
        }
    }

    private void table(PrintWriter out, List<List<String>> table) {
        new TextTable(width)
                .print(
                        out,
                        table.stream()
                                .map(row -> row.stream()
                                        .map(cell -> Text.cut(Words.plain(cell), 40))
                                        .toList())
                                .toList());
        out.println();
    }

    private void line(PrintWriter out, String name, String value) {
        out.println(Text.fact(name, value, width));
    }
}
