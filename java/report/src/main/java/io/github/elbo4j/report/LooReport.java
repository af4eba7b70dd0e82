package io.github.elbo4j.report;

import io.github.elbo4j.infer.LeaveOneOut;
import io.github.elbo4j.infer.LeaveOneOut.Observation;
import io.github.elbo4j.infer.LeaveOneOut.Total;
import io.github.elbo4j.report.files.WholeFile;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.PrettyPrinter;

/**
 * How well a fit predicts each observation from all others, to be written as {@code loo.json} and {@code loo.html}.
 *
 * @param fit what was fitted
 * @param loo its observations, each left out
 * @param against another fit of the same observations; null if there is none
 * @param device the device in words
 * @param command the command line that repeats it; empty if there was none
 */
public record LooReport(
        SavedFit fit, LeaveOneOut loo, @Nullable Against against, String device, String command) {
    /** Observations with the largest k-hat that are named. */
    private static final int WORST = 8;

    private static final int NATS = 2; // decimals

    /**
     * Another fit.
     *
     * @param name by which it was given
     */
    public record Against(String name, SavedFit fit, LeaveOneOut loo) {}

    /** What it is of, in words. */
    public String heading() {
        DataSource data = fit.data();
        return "Leave-one-out of a fit of the model " + fit.model()
                + (data == null || data.target().isEmpty() ? "" : " of " + data.target());
    }

    /** The sums as a table of words; the first row is the head. */
    public List<List<String>> table() {
        List<List<String>> table = new ArrayList<>();
        table.add(List.of(
                "sum over " + Words.count(loo.observations().size(), "observation"), "value", "error of draws"));
        table.add(row("elpd, leave-one-out", loo.elpd(), Numbers.significant(loo.monteCarloError(), 2)));
        table.add(row("p_loo", loo.pLoo(), ""));
        table.add(row("elpd, WAIC", loo.elpdWaic(), ""));
        table.add(row("p_waic", loo.pWaic(), ""));
        if (against != null) {
            Total there = against.loo.elpd();
            table.add(row("elpd of " + against.name, there, Numbers.significant(against.loo.monteCarloError(), 2)));
            table.add(row("difference", difference(against), Numbers.significant(differenceError(against), 2)));
        }
        return table;
    }

    private static List<String> row(String name, Total total, String drawError) {
        return List.of(name, Numbers.withError(total.value(), total.standardError(), NATS), drawError);
    }

    private Total difference(Against other) {
        return loo.minus(other.loo);
    }

    /** Of fits whose draws have nothing to do with each other. */
    private double differenceError(Against other) {
        return Math.sqrt(loo.monteCarloError() * loo.monteCarloError()
                + other.loo.monteCarloError() * other.loo.monteCarloError());
    }

    /** Whether all can be relied on. */
    public boolean isTrusted() {
        return loo.unreliable() == 0 && (against == null || against.loo.unreliable() == 0);
    }

    /** What is to be said of the table, in sentences. */
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (against != null) {
            Total difference = difference(against);
            double size = Math.abs(difference.value()) / difference.standardError();
            String which = difference.value() > 0 ? "This fit" : Words.plain(against.name);
            remarks.add(
                    difference.value() == 0
                            ? "Both predict alike."
                            : which + " predicts better by " + Numbers.fixed(size, 1)
                                    + " standard errors of the paired differences"
                                    + (Math.abs(difference.value()) < 4
                                            ? "; less than 4 nats are no difference to go by."
                                            : size < 2 ? ", which may be chance." : "."));
        }
        remarks.add(reliable("", loo));
        if (against != null) {
            remarks.add(reliable(" of " + against.name, against.loo));
        }
        return remarks;
    }

    private static String reliable(String of, LeaveOneOut loo) {
        String threshold = Numbers.fixed(loo.threshold(), 2);
        int over = loo.overThreshold() - loo.unreliable();
        if (loo.unreliable() == 0) {
            return (over == 0
                            ? "Every k-hat" + of + " is below " + threshold
                            : "Of " + Words.count(over, "k-hat") + of + " of " + threshold
                                    + " or more none matters, since the weights are nearly alike")
                    + ": leaving one out can be relied on.";
        }
        String which = loo.worst(Math.min(WORST, loo.unreliable())).stream()
                .map(i -> loo.observations().get(i))
                .map(each -> each.name() + " (" + Numbers.fixed(each.kHat(), 2) + ")")
                .collect(Collectors.joining(", "));
        return "Do not trust elpd" + of + ": at " + Words.count(loo.unreliable(), "observation") + " k-hat is "
                + threshold
                + " or more, so that few draws decide, and elpd is most often too high: "
                + (loo.unreliable() > WORST ? "the worst are " : "") + which + ". "
                + (loo.isReliable()
                        ? "What is so far from what the others predict is worth a look; or fit without it."
                        : "q itself is far from the posterior (k-hat " + Numbers.fixed(loo.kHat(), 2)
                                + "): a better fit comes first.");
    }

    private static final String EXPLANATION =
            "elpd is the sum over observations of log p(y_i | all others): of what the model says of an observation that it has not"
                    + " seen. Draws are of q, so each has the weight p(y, z)/q(z) / p(y_i | z), smoothed for each observation (PSIS-LOO)."
                    + " The error beside a value is the standard error over observations, as if these were drawn anew; that of draws"
                    + " is what more draws (--draws) would take away. p_loo and p_waic are effective numbers of parameters: far more"
                    + " than there are says that the model fits badly. Where all k-hat are low, both elpd agree.";

    /**
     * Writes {@code loo.json} and {@code loo.html} into a folder, made if need be; each is there whole or not at all.
     *
     * @return where they are
     */
    public List<Path> write(Path folder) throws IOException {
        WholeFile.folder(folder);
        Path json = WholeFile.write(folder.resolve("loo.json"), json(new LinePerItem()) + "\n");
        return List.of(json, page().write(folder.resolve("loo.html")));
    }

    /** The whole of {@code loo.json} in one line. */
    public String line() {
        return json(null) + "\n";
    }

    private String json(@Nullable PrettyPrinter layout) {
        return Json.object(layout, json -> {
            FitJson.begin(json, fit.model(), fit.data());
            json.writeNumberProperty("seed", fit.fit().seed());
            write(json, loo);
            if (against != null) {
                json.writeObjectPropertyStart("against");
                json.writeStringProperty("fit", against.name);
                json.writeStringProperty("model", against.fit.model());
                write(json, against.loo);
                write(json, "difference", difference(against), differenceError(against));
                json.writeEndObject();
            }
        });
    }

    private static void write(JsonGenerator json, LeaveOneOut of) {
        json.writeNumberProperty("draws", of.draws());
        json.writeNumberProperty("observations", of.observations().size());
        write(json, "elpd", of.elpd(), of.monteCarloError());
        write(json, "pLoo", of.pLoo(), Double.NaN);
        write(json, "elpdWaic", of.elpdWaic(), Double.NaN);
        write(json, "pWaic", of.pWaic(), Double.NaN);
        write(json, "lpd", of.lpd(), Double.NaN);
        Json.number(json, "kHat", of.kHat());
        Json.number(json, "threshold", of.threshold());
        json.writeNumberProperty("overThreshold", of.overThreshold());
        json.writeNumberProperty("unreliable", of.unreliable());
        json.writeArrayPropertyStart("worst");
        for (int i : of.worst(WORST)) {
            Observation each = of.observations().get(i);
            json.writeStartObject();
            json.writeStringProperty("observation", each.name());
            Json.number(json, "elpd", each.elpd().value());
            Json.number(json, "monteCarloError", each.elpd().standardError());
            Json.number(json, "kHat", each.kHat());
            Json.number(json, "efficiency", each.efficiency());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, String name, Total total, double drawError) {
        json.writeObjectPropertyStart(name);
        Json.number(json, "value", total.value());
        Json.number(json, "standardError", total.standardError());
        if (!Double.isNaN(drawError)) {
            Json.number(json, "monteCarloError", drawError);
        }
        json.writeEndObject();
    }

    private Page page() {
        DataSource data = fit.data();
        List<List<String>> table = table();
        Page page = new Page(
                "leave-one-out",
                heading(),
                (data == null ? "" : data.file() + " · " + data.rowsInWords() + " · ") + Numbers.grouped(loo.draws())
                        + " draws of q · verdict on the fit: "
                        + fit.fit().verdict().words());
        page.section("What it predicts").table("sums", table.get(0), table.subList(1, table.size()));
        remarks().forEach(page::text);
        page.caption(EXPLANATION);
        kHats(page);
        worst(page);
        if (against != null) {
            differences(page, against);
        }
        return page.ran(command, device + ". The same fit gives the same numbers on every device.");
    }

    private void kHats(Page page) {
        int n = loo.observations().size();
        double[] number = IntStream.rangeClosed(1, n).mapToDouble(i -> i).toArray();
        double[] k = loo.observations().stream().mapToDouble(Observation::kHat).toArray();
        double[] ends = {1, n};
        double[] threshold = {loo.threshold(), loo.threshold()};
        page.section("How far each can be left out")
                .chart(
                        Chart.of("observation", "Pareto k-hat")
                                .points("k-hat", 0, number, k)
                                .dashes("threshold", 3, ends, threshold)
                                .see(1, 0),
                        "k-hat of each observation's weights; " + loo.unreliable() + " of " + n
                                + " cannot be relied on")
                .caption(
                        "An observation above the line pulls the posterior so much that draws of q hardly show what it would be"
                                + " without it; unless nearly all draws count alike, as they do of a q that is all but exact.");
    }

    private void worst(Page page) {
        List<List<String>> rows = loo.worst(WORST).stream()
                .map(i -> loo.observations().get(i))
                .map(each -> List.of(
                        each.name(),
                        Numbers.fixed(each.kHat(), 2),
                        Numbers.fixed(100 * each.efficiency(), 0) + " %",
                        Numbers.withError(each.elpd().value(), each.elpd().standardError(), 2 * NATS),
                        Numbers.fixed(each.lpd(), NATS)))
                .toList();
        page.table("largest k-hat", List.of("observation", "k-hat", "effective draws", "elpd", "once seen"), rows)
                .caption("The largest k-hat. Once seen: log p(y_i | all). loo.csv has every observation.");
    }

    private void differences(Page page, Against other) {
        int n = loo.observations().size();
        double[] apart = new double[n];
        Arrays.setAll(
                apart,
                i -> loo.observations().get(i).elpd().value()
                        - other.loo.observations().get(i).elpd().value());
        page.section("Compared with " + other.name)
                .chart(
                        Chart.of("observation", "elpd, this less the other, nats")
                                .points(
                                        "difference",
                                        0,
                                        IntStream.rangeClosed(1, n)
                                                .mapToDouble(i -> i)
                                                .toArray(),
                                        apart)
                                .dashes("alike", 3, new double[] {1, n}, new double[2]),
                        "Differences of elpd, observation by observation")
                .caption("Above the line this fit predicts an observation better, below it the other.");
    }
}
