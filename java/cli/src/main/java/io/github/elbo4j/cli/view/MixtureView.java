package io.github.elbo4j.cli.view;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.mixture.MixtureFit;
import io.github.elbo4j.report.MixtureReport;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A mixture as tables for the terminal: the numbers of components that were compared, and the components of the best. */
public final class MixtureView {
    private final MixtureReport report;
    private final FitResult fit;
    private final GaussianMixture mixture;
    private final int width;

    /**
     * A view.
     *
     * @param width the columns of a line
     */
    public MixtureView(MixtureReport report, int width) {
        this.report = report;
        this.fit = report.result();
        this.mixture = report.best().mixture();
        this.width = width;
    }

    /** Prints it, and where it was written. */
    public void print(PrintWriter out, List<Path> written) {
        out.println(Text.wrap(
                "Mixture of " + Words.count(mixture.components(), "Gaussian") + " with "
                        + fit.settings().get("covariance") + " covariances, "
                        + Words.count(mixture.dimensions(), "column"),
                width,
                ""));
        out.println();
        if (report.fits().size() > 1) {
            new TextTable(width).print(out, selection());
            out.println();
        }
        new TextTable(width).print(out, components());
        out.println();
        double seconds = report.fits().stream()
                .mapToDouble(each -> each.result().seconds())
                .sum();
        line(
                out,
                "fit",
                fit.verdict().words() + "; " + report.objective() + " "
                        + Numbers.fixed(report.best().scores().objective(), 2) + " after "
                        + Words.count(fit.steps(), "sweep") + ": " + fit.message());
        line(out, "device", report.deviceInWords());
        line(out, "time", Numbers.seconds(seconds));
        for (Path path : written) {
            line(out, path.equals(written.get(0)) ? "wrote" : "", path.toString());
        }
        if (fit.verdict() != Verdict.GOOD) {
            out.println();
            out.println(Text.wrap(Words.plain(report.verdict()), width, ""));
            report.advice().forEach(advice -> out.println(Text.wrap("- " + Words.plain(advice), width, "  ")));
        }
    }

    private List<List<String>> selection() {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("components"));
        head.addAll(report.scoreNames());
        head.add("verdict");
        rows.add(head);
        for (MixtureFit each : report.fits()) {
            List<String> row = new ArrayList<>(List.of(
                    (each == report.best() ? "* " : "  ") + each.mixture().components()));
            row.addAll(report.scores(each));
            row.add(each.result().verdict().words());
            rows.add(row);
        }
        return rows;
    }

    /** Means and standard deviations, a line for each column of a component. */
    private List<List<String>> components() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("component", "weight", "column", "mean", "sd"));
        for (int k = 0; k < mixture.components(); k++) {
            double[][] covariance = mixture.covariance(k);
            for (int i = 0; i < mixture.dimensions(); i++) {
                double sd = Math.sqrt(covariance[i][i]);
                int decimals = Numbers.decimals(sd, 3);
                rows.add(List.of(
                        i == 0 ? String.valueOf(k + 1) : "",
                        i == 0 ? Numbers.fixed(mixture.weight(k), 4) : "",
                        Text.cut(Words.plain(mixture.columns().get(i)), 32),
                        Numbers.fixed(mixture.mean(k)[i], decimals),
                        Numbers.fixed(sd, decimals)));
            }
        }
        return rows;
    }

    private void line(PrintWriter out, String name, String value) {
        out.println(Text.fact(name, value, width));
    }
}
