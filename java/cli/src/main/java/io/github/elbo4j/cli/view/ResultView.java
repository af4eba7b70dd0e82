package io.github.elbo4j.cli.view;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.AccountTable;
import io.github.elbo4j.report.ChainTable;
import io.github.elbo4j.report.CorrectionTable;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.Explanation;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The result of a fit as a table for the terminal. */
public final class ResultView {
    private static final List<String> HEAD = List.of("parameter", "mean", "sd", "5 %", "95 %");
    private static final List<String> POINT_HEAD = List.of("parameter", "value", "error", "5 %", "95 %");

    private final Report report;
    private final FitResult fit;
    private final int width;
    private final TextTable table;

    /**
     * A view.
     *
     * @param width the columns of a line
     */
    public ResultView(Report report, int width) {
        this.report = report;
        this.fit = report.fit();
        this.width = width;
        this.table = new TextTable(width);
    }

    /** Prints it, and where it was written. */
    public void print(PrintWriter out, List<Path> written) {
        Explanation explanation = report.explanation();
        DataSource data = report.data();
        String source = data == null ? "" : ", " + data.rowsInWords() + " of " + Words.plain(data.file());
        out.println(
                Text.wrap(Words.plain(report.model().heading()) + source + ", " + report.methodInWords(), width, ""));
        if (data != null) {
            data.codings().forEach(coding -> out.println(Text.wrap(Words.plain(coding.words()), width, "    ")));
        }
        out.println();
        table.print(out, rows());
        if (report.hasQuantities()) {
            meanErrors(out);
        } else {
            logarithms(out, explanation);
        }
        accounts(out);
        if (report.priorDraws() > 0) {
            out.println();
            table.print(out, priorRows());
        }
        out.println();
        if (fit.isPoint()) {
            line(out, "log p", Numbers.significant(report.largest(), 8) + " nats");
        } else {
            measured(out, explanation);
        }
        line(out, "fit", explanation.outcome());
        line(out, "device", report.deviceInWords());
        line(
                out,
                "time",
                Numbers.seconds(fit.seconds())
                        + (fit.draws() == 0 ? "" : ", " + Numbers.short3(fit.drawsPerSecond()) + " draws/s"));
        for (Path path : written) {
            line(out, path.equals(written.get(0)) ? "wrote" : "", Words.plain(path.toString()));
        }
        if (fit.verdict() != Verdict.GOOD) {
            out.println();
            out.println(Text.wrap(Words.plain(explanation.verdict()), width, ""));
            explanation.advice().forEach(advice -> out.println(Text.wrap("- " + Words.plain(advice), width, "  ")));
        }
    }

    private void measured(PrintWriter out, Explanation explanation) {
        line(
                out,
                "ELBO",
                Double.isNaN(fit.elbo().value())
                        ? "not measured"
                        : Numbers.withError(fit.elbo().value(), fit.elbo().standardError(), 4) + " nats");
        line(
                out,
                "weights",
                fit.assessment().draws() == 0
                        ? "not measured"
                        : "effective sample size "
                                + Numbers.fixed(100 * fit.assessment().efficiency(), 0) + " % of "
                                + Numbers.grouped(fit.assessment().draws()) + ", Pareto k-hat "
                                + Numbers.fixed(fit.kHat(), 2)
                                + explanation.kHatAside());
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(fit.isPoint() ? POINT_HEAD : HEAD);
        for (Marginal marginal : report.marginals()) {
            int decimals = Numbers.decimals(marginal.standardDeviation(), 3);
            List<Double> quantiles = marginal.quantiles();
            rows.add(List.of(
                    Words.plain(marginal.name()),
                    Numbers.fixed(marginal.mean(), decimals),
                    Numbers.fixed(marginal.standardDeviation(), decimals),
                    Numbers.fixed(quantiles.get(Marginal.PROBABILITIES.indexOf(0.05)), decimals),
                    Numbers.fixed(quantiles.get(Marginal.PROBABILITIES.indexOf(0.95)), decimals)));
        }
        return rows;
    }

    private void accounts(PrintWriter out) {
        AccountTable accounts = report.accounts();
        table(out, accounts.rows(), accounts.rows().isEmpty() ? "" : accounts.inWords());
        CorrectionTable corrections = report.correctionTable();
        table(out, corrections.isOff() ? corrections.rows() : List.of(), corrections.inWords());
        ChainTable chains = report.chainTable();
        table(out, chains.rows(), chains.inWords());
        table(out, report.tournament().rows(), report.tournament().inWords());
    }

    private void table(PrintWriter out, List<List<String>> rows, String words) {
        if (!rows.isEmpty()) {
            out.println();
            table.print(
                    out,
                    rows.stream()
                            .map(row -> row.stream().map(Words::plain).toList())
                            .toList());
        }
        if (!words.isEmpty()) {
            out.println();
            out.println(Text.wrap(Words.plain(words), width, ""));
        }
    }

    private List<List<String>> priorRows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(Report.PRIOR_HEAD);
        for (Marginal marginal : report.priorMarginals()) {
            List<String> row = new ArrayList<>(List.of(Words.plain(marginal.name())));
            for (int i = 0; i < Report.PRIOR_HEAD.size() - 1; i++) {
                row.add(Report.priorNumber(marginal, i));
            }
            rows.add(row);
        }
        return rows;
    }

    private void meanErrors(PrintWriter out) {
        String words = report.meansInWords();
        if (!words.isEmpty()) {
            out.println();
            out.println(Text.wrap(words, width, ""));
        }
    }

    /** What they are the logarithms of, which is easier to picture. */
    private void logarithms(PrintWriter out, Explanation explanation) {
        for (String parameter : fit.posterior().names()) {
            String what = report.model().logarithms().get(parameter);
            if (what != null) {
                out.println();
                out.println(Text.wrap(explanation.exponential(parameter, what), width, ""));
            }
        }
    }

    private void line(PrintWriter out, String name, String value) {
        out.println(Text.fact(name, value, width));
    }
}
