package io.github.elbo4j.report;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.factors.BinaryFactors;
import io.github.elbo4j.factors.Enumeration;
import io.github.elbo4j.factors.FactorFit;
import io.github.elbo4j.factors.FactorModel;
import io.github.elbo4j.factors.RowBounds;
import io.github.elbo4j.report.files.WholeFile;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A fit of binary factors, to be written as {@code fit.json} and {@code report.html}.
 *
 * @param fit what was found
 * @param data what it was fitted to; its predictors are the columns
 * @param threshold the number above which a value was taken for 1; null where values are 0 and 1
 * @param enumeration the exact log p(x) of the first of the rows that judge the fit; null if none was asked for
 * @param enumerationSeconds what it took
 * @param device the device in words
 * @param command the command line that repeats it; empty if there was none
 */
public record FactorReport(
        FactorFit fit,
        DataSource data,
        @Nullable Double threshold,
        @Nullable Enumeration enumeration,
        double enumerationSeconds,
        String device,
        String command) {
    /** Columns that are named for a factor. */
    private static final int NAMED = 4;
    /** Of strengths that are worth a name. */
    private static final double LEAST_STRENGTH = 0.2;

    private static final int NATS = 4; // decimals

    /** What was fitted, in words. */
    public String heading() {
        return (fit.factors().model() == FactorModel.SIGMOID ? "Sigmoid belief network" : "Noisy-or") + " of "
                + Words.count(fit.factors().factors(), "binary factor");
    }

    /** What the verdict means, and each concern, in sentences. */
    public String verdict() {
        StringBuilder words = new StringBuilder(
                switch (fit.result().assessment().verdict()) {
                    case GOOD -> "It settled, every factor is in use, and q(z | x) is close to the posterior.";
                    case USABLE -> "Look at what follows before you use it.";
                    case DO_NOT_TRUST -> "Do not rely on these numbers.";
                });
        fit.result()
                .assessment()
                .concerns()
                .forEach(concern -> words.append(' ').append(concern.words()));
        return words.toString();
    }

    /** What may be done about it; empty if it is good. */
    public List<String> advice() {
        return fit.result().assessment().concerns().stream()
                .map(concern -> concern.kind().remedy())
                .distinct()
                .toList();
    }

    /** A table of the factors, its head first: how often each is on, and the columns that it changes most. */
    public List<List<String>> factors() {
        List<List<String>> table = new ArrayList<>();
        table.add(List.of("factor", "prior", "share of rows", "changes most"));
        for (int d = 0; d < fit.factors().factors(); d++) {
            table.add(List.of(
                    String.valueOf(d + 1),
                    Numbers.fixed(fit.factors().prior(d), 3),
                    Numbers.fixed(
                            (double) fit.fitted().rowsWith(d) / fit.fitted().rows(), 3),
                    changed(d)));
        }
        return table;
    }

    /** The columns that a factor changes most; those that it lowers with a minus. */
    private String changed(int d) {
        BinaryFactors factors = fit.factors();
        List<String> names = IntStream.range(0, factors.columns().size())
                .boxed()
                .sorted(Comparator.comparingDouble(p -> -Math.abs(factors.strength(d, p))))
                .filter(p -> Math.abs(factors.strength(d, p)) >= LEAST_STRENGTH)
                .limit(NAMED)
                .map(p -> (factors.strength(d, p) < 0 ? "-" : "")
                        + factors.columns().get(p))
                .toList();
        return names.isEmpty() ? "nothing much" : String.join(", ", names);
    }

    /** Which rows the numbers of {@link #bounds} are of. */
    public String judged() {
        int rows = fit.judged().rows();
        return Words.count(rows, "row") + (fit.heldOut() == null ? " that were fitted" : " that were held out");
    }

    /** What the model says of a row, in a table with its head. */
    public List<List<String>> bounds() {
        List<List<String>> table = new ArrayList<>();
        table.add(List.of("nats a row", "value", "rows"));
        if (fit.heldOut() != null) {
            table.add(List.of(
                    "ELBO, fitted rows",
                    words(fit.fitted().elbo()),
                    String.valueOf(fit.fitted().rows())));
        }
        RowBounds judged = fit.judged();
        String rows = String.valueOf(judged.rows());
        String which = fit.heldOut() == null ? "" : ", held out";
        table.add(List.of("ELBO" + which, words(judged.elbo()), rows));
        table.add(List.of("log p(x)" + which, words(judged.logEvidence()), rows));
        table.add(List.of("independent columns" + which, Numbers.fixed(fit.independent(), 2), rows));
        return table;
    }

    private static String words(Estimate estimate) {
        return Numbers.withError(estimate.value(), estimate.standardError(), NATS);
    }

    /** Row by row: the ELBO, both values of log p(x), and the divergence of q from the posterior; its head first. */
    public List<List<String>> enumerated() {
        List<List<String>> table = new ArrayList<>();
        if (enumeration == null) {
            return table;
        }
        table.add(List.of("row", "ELBO", "importance sampling", "exact log p(x)", "KL(q || p(z | x))"));
        for (int n = 0; n < enumeration.data().rows(); n++) {
            Estimate elbo = fit.judged().elbo(n);
            double exact = enumeration.logEvidence(n);
            table.add(List.of(
                    String.valueOf(n + 1),
                    words(elbo),
                    words(fit.judged().logEvidence(n)),
                    Numbers.fixed(exact, NATS),
                    Numbers.withError(exact - elbo.value(), elbo.standardError(), NATS)));
        }
        return table;
    }

    /** What was enumerated and how long it took; empty if nothing was. */
    public String enumerationInWords() {
        return enumeration == null
                ? ""
                : Words.count(enumeration.data().rows(), "row") + ", each over "
                        + Numbers.grouped(enumeration.states()) + " states of the factors, in "
                        + Numbers.seconds(enumerationSeconds);
    }

    /**
     * Writes both files into a folder, made if need be; each is there whole or not at all.
     *
     * @return where they are
     */
    public List<Path> write(Path folder) throws IOException {
        WholeFile.folder(folder);
        return List.of(
                WholeFile.write(folder.resolve("fit.json"), new FactorJson(this).document()),
                page().write(folder.resolve("report.html")));
    }

    /** The first fields of {@code fit.json}, in one line. */
    public String line() {
        return new FactorJson(this).line();
    }

    private Page page() {
        BinaryFactors factors = fit.factors();
        Page page = new Page(
                "fit report",
                heading(),
                data.file() + " · " + data.rowsInWords() + " · "
                        + Words.count(factors.columns().size(), "column") + " · seed "
                        + fit.result().seed());
        page.section("Verdict: " + fit.result().assessment().verdict().words()).text(verdict());
        advice().forEach(page::caption);
        List<List<String>> bounds = bounds();
        page.section("What it says of a row")
                .table("bounds", bounds.get(0), bounds.subList(1, bounds.size()))
                .caption(
                        "Means over " + judged() + "; errors are those of the draws. log p(x) is by importance"
                                + " sampling from q with no probability near 0 or 1, and the ELBO lies below it; independent columns are the model without factors.");
        page.section("Factors").figure(FactorPicture.of(factors)).caption(FactorPicture.legend(factors));
        List<List<String>> table = factors();
        page.table("factors", table.get(0), table.subList(1, table.size()))
                .caption(
                        "prior: p(z = 1). share of rows: in which q(z = 1 | x) is above a half. A minus marks a column that the"
                                + " factor makes less probable.");
        List<List<String>> exact = enumerated();
        if (!exact.isEmpty()) {
            page.section("Against all states")
                    .table("exact", exact.get(0), exact.subList(1, exact.size()))
                    .caption(Words.sentence(enumerationInWords()));
        }
        page.section("How the fit went")
                .chart(
                        course(),
                        "Objective of a row over "
                                + Numbers.grouped(fit.result().steps()) + " steps.")
                .caption(
                        "The ELBO of the rows of a batch with the penalty of the weights, the mean of the steps since the last"
                                + " point.");
        return page.ran(command, device + ". The same seed gives the same numbers on every device.");
    }

    private Chart course() {
        int n = fit.result().trace().size();
        int from = n / 20; // the first steps would take all of the height
        double[] x = IntStream.range(from, n)
                .mapToDouble(i -> fit.result().trace().get(i).step())
                .toArray();
        double[] y = IntStream.range(from, n)
                .mapToDouble(i -> fit.result().trace().get(i).elbo())
                .toArray();
        return Chart.of("step", "nats a row").line("", 0, x, y);
    }
}
