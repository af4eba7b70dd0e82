package io.github.elbo4j.cli.view;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.AutoencoderReport;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** A trained autoencoder for the terminal. */
public final class AutoencoderView {
    private final AutoencoderReport report;
    private final int width;

    /**
     * A view.
     *
     * @param width the columns of a line
     */
    public AutoencoderView(AutoencoderReport report, int width) {
        this.report = report;
        this.width = width;
    }

    /** Prints it, and where it was written. */
    public void print(PrintWriter out, List<Path> written) {
        FitResult fit = report.fit().result();
        out.println(Text.wrap(report.heading(), width, ""));
        out.println();
        new TextTable(width).print(out, report.table());
        out.println();
        line(out, "fit", fit.verdict().words() + " after " + Words.count(fit.steps(), "step") + ": " + fit.message());
        if (!report.unused().isEmpty()) {
            line(out, "", report.unused());
        }
        line(out, "device", report.device());
        line(out, "time", Numbers.seconds(fit.seconds()));
        for (Path path : written) {
            line(out, path.equals(written.get(0)) ? "wrote" : "", path.toString());
        }
        if (fit.verdict() != Verdict.GOOD) {
            out.println();
            out.println(Text.wrap(Words.plain(report.verdict()), width, ""));
            report.advice().forEach(advice -> out.println(Text.wrap("- " + Words.plain(advice), width, "  ")));
        }
    }

    private void line(PrintWriter out, String name, String value) {
        out.println(Text.fact(name, value, width));
    }
}
