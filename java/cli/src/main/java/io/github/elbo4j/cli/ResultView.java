package io.github.elbo4j.cli;

import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.BayesianLinearRegression;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The result of a fit as a table for the terminal. */
final class ResultView {
    private static final List<String> HEAD = List.of("parameter", "mean", "sd", "5 %", "95 %");
    /** A longer name is cut, so that one long name does not push the numbers off the screen. */
    private static final int LONGEST_NAME = 32;
    /** With fewer columns than that left for it, a name stands above its numbers. */
    private static final int SHORTEST_NAME = 10;

    private final FitSummary fit;
    private final int width;

    /** @param width the columns of a line */
    ResultView(FitSummary fit, int width) {
        this.fit = fit;
        this.width = width;
    }

    void print(PrintWriter out, List<Path> written) {
        Explanation explanation = new Explanation(fit);
        FitSummary.Source data = fit.data();
        out.println(Text.wrap(
                "Bayesian " + fit.model() + " regression of " + Text.plain(data.target()) + ", " + data.rowsInWords()
                        + " of " + Text.plain(data.file()) + ", " + fit.family() + " Gaussian",
                width,
                ""));
        data.codings().forEach(coding -> out.println(Text.wrap(Text.plain(coding.words()), width, "    ")));
        out.println();
        table(out);
        noise(out);
        out.println();
        line(
                out,
                "ELBO",
                Double.isNaN(fit.elbo())
                        ? "not measured"
                        : Numbers.withError(fit.elbo(), fit.elboError(), 4) + " nats");
        line(
                out,
                "weights",
                fit.assessment().draws() == 0
                        ? "not measured"
                        : "effective sample size "
                                + Numbers.fixed(100 * fit.assessment().efficiency(), 0) + " % of "
                                + Numbers.grouped(fit.assessment().draws()) + ", Pareto k-hat "
                                + Numbers.fixed(fit.kHat(), 2)
                                + new Explanation(fit).kHatAside());
        line(out, "fit", explanation.outcome());
        line(
                out,
                "device",
                fit.run().device() + " (" + fit.run().description() + "): "
                        + fit.run().reason());
        line(
                out,
                "time",
                Numbers.seconds(fit.run().seconds()) + ", "
                        + Numbers.short3(fit.run().drawsPerSecond()) + " draws/s");
        for (Path path : written) {
            line(out, path.equals(written.get(0)) ? "wrote" : "", Text.plain(path.toString()));
        }
        if (fit.verdict() != Verdict.GOOD) {
            out.println();
            out.println(Text.wrap(Text.plain(explanation.verdict()), width, ""));
            explanation.advice().forEach(advice -> out.println(Text.wrap("- " + Text.plain(advice), width, "  ")));
        }
    }

    private void table(PrintWriter out) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        for (FitSummary.Parameter p : fit.parameters()) {
            int decimals = Numbers.decimals(p.sd(), 3);
            rows.add(List.of(
                    Text.plain(p.name()),
                    Numbers.fixed(p.mean(), decimals),
                    Numbers.fixed(p.sd(), decimals),
                    Numbers.fixed(p.q05(), decimals),
                    Numbers.fixed(p.q95(), decimals)));
        }
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows) {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], Text.width(row.get(c)));
            }
        }
        int numbers = Arrays.stream(widths, 1, widths.length).map(w -> 2 + w).sum();
        int names = Math.min(Math.min(widths[0], LONGEST_NAME), width - numbers);
        boolean beside = names >= Math.min(widths[0], SHORTEST_NAME);
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            if (beside) {
                String name = Text.cut(row.get(0), names);
                line.append(name).append(" ".repeat(names - Text.width(name)));
            } else {
                out.println(Text.cut(row.get(0), width));
            }
            for (int c = 1; c < widths.length; c++) {
                line.append(" ".repeat(2 + widths[c] - row.get(c).length())).append(row.get(c));
            }
            out.println(line);
        }
    }

    /** The noise itself, which is easier to picture than its logarithm. */
    private void noise(PrintWriter out) {
        for (FitSummary.Parameter p : fit.parameters()) {
            if (p.name().equals(BayesianLinearRegression.LOG_NOISE)) {
                out.println();
                out.println(Text.wrap(new Explanation(fit).noise(p), width, ""));
            }
        }
    }

    private void line(PrintWriter out, String name, String value) {
        out.println(Text.wrap(Text.pad(name, 8) + Text.plain(value), width, " ".repeat(8)));
    }
}
