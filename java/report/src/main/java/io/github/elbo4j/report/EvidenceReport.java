package io.github.elbo4j.report;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.estimate.EvidenceEstimate;
import io.github.elbo4j.report.files.WholeFile;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.PrettyPrinter;

/**
 * Estimates of the evidence side by side, to be written as {@code evidence.json} and {@code evidence.html}.
 *
 * @param heading what the evidence is of, such as {@code Bayesian linear regression of ozone}
 * @param model its name; empty if none was given
 * @param data what it was fitted to; null if that was not given
 * @param sources what draws were from, and what they say; {@link #FITTED} last
 * @param refused what could not be drawn from
 * @param known log p(x) exactly; null where it is not known
 * @param device the device in words
 * @param command the command line that repeats it; empty if there was none
 */
public record EvidenceReport(
        String heading,
        String model,
        @Nullable DataSource data,
        List<Source> sources,
        List<Refused> refused,
        @Nullable Known known,
        long seed,
        String device,
        String command) {
    /** What draws are uniform over the values of the parameters. */
    public static final String UNIFORM = "uniform";
    /** What draws are from the prior. */
    public static final String PRIOR = "prior";
    /** What draws are from a fitted q. */
    public static final String FITTED = "q";
    /** What draws are from a fitted q that is made less sure of itself. */
    public static final String WIDENED = "widened q";

    /** Beyond it a standard error means nothing. */
    private static final double USELESS_K_HAT = 0.7;

    private static final int NATS = 4; // decimals

    /** The chart shows no fewer draws. */
    private static final int FIRST_SHOWN = 32;

    /** Draws of a proposal. */
    public record Source(String name, Evidence evidence) {}

    /** A proposal that there is none of, with the reason as a clause. */
    public record Refused(String name, String reason) {}

    /**
     * What is known without draws.
     *
     * @param exact log p(x)
     * @param how it is known, in a clause
     * @param beside other numbers that it may be compared with, by what they are
     * @param notes what is to be said of them, in sentences
     */
    public record Known(double exact, String how, Map<String, Double> beside, List<String> notes) {
        public Known {
            beside = Collections.unmodifiableMap(new LinkedHashMap<>(beside));
            notes = List.copyOf(notes);
        }

        /** Of the value alone. */
        public static Known of(double exact, String how) {
            return new Known(exact, how, Map.of(), List.of());
        }
    }

    private record Row(Source source, EvidenceEstimate estimate) {}

    public EvidenceReport {
        sources = List.copyOf(sources);
        refused = List.copyOf(refused);
    }

    /** What an estimator is called in a table. */
    private static String name(String source, EvidenceBound bound) {
        if (bound.equals(EvidenceBound.logMean())) {
            return switch (source) {
                case UNIFORM -> "naive Monte Carlo";
                case PRIOR -> "prior Monte Carlo";
                case FITTED -> "importance sampling";
                default -> "importance sampling, " + source;
            };
        }
        if (bound.alpha() != 0) {
            return "Rényi, alpha = " + bound.alpha() + of(source) + (bound.isUpper() ? " (upper)" : "");
        }
        String k = "k = " + Numbers.grouped(bound.group()) + of(source);
        return bound.group() == 1 ? "ELBO" + of(source) : source.equals(FITTED) ? "importance-weighted, " + k : k;
    }

    private static String of(String source) {
        return source.equals(FITTED) ? "" : ", " + source + " draws";
    }

    private static String refusal(Refused refused) {
        return Words.sentence(name(refused.name, EvidenceBound.logMean()) + ": " + refused.reason);
    }

    /** First what estimates log p(x) itself, then the bounds from the lowest to the highest. */
    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Source source : sources) {
            source.evidence.estimates().forEach(estimate -> rows.add(new Row(source, estimate)));
        }
        rows.sort(Comparator.comparingInt(row -> {
            EvidenceBound bound = row.estimate.bound();
            return bound.equals(EvidenceBound.logMean()) ? 0 : bound.alpha() == 0 ? 1 : bound.isUpper() ? 3 : 2;
        }));
        return rows;
    }

    /** The estimates as a table of words; the first row is the head. */
    public List<List<String>> table() {
        List<List<String>> table = new ArrayList<>();
        table.add(List.of("log p(x)", "value", "effective draws", "k-hat", "bias"));
        for (Row row : rows()) {
            EvidenceEstimate each = row.estimate;
            Estimate estimate = each.estimate();
            table.add(List.of(
                    name(row.source.name, each.bound()),
                    Numbers.withError(estimate.value(), estimate.standardError(), NATS),
                    Double.isNaN(each.effectiveDraws()) ? "none" : Numbers.grouped(Math.round(each.effectiveDraws())),
                    Numbers.fixed(each.kHat(), 2),
                    Double.isNaN(each.bias()) ? "not known" : Numbers.significant(each.bias(), 2)));
        }
        if (known != null) {
            table.add(List.of("exact", Numbers.fixed(known.exact, NATS), "", "", ""));
            known.beside.forEach((name, value) -> table.add(List.of(name, Numbers.fixed(value, NATS), "", "", "")));
        }
        return table;
    }

    /** What is to be said of the table, in sentences. */
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (known != null) {
            remarks.add("The exact value is known: " + known.how + ".");
            remarks.addAll(known.notes);
            for (Source source : sources) {
                if (source.name.equals(FITTED)) {
                    Estimate kl = source.evidence.klToPosterior(known.exact);
                    remarks.add("log p(x) = ELBO + KL(q || p(z | x)), so the divergence of q from the posterior is "
                            + Numbers.withError(kl.value(), kl.standardError(), NATS) + " nats.");
                }
            }
        }
        refused.forEach(each -> remarks.add(refusal(each)));
        for (Row row : rows()) {
            EvidenceEstimate each = row.estimate;
            if (each.bound().equals(EvidenceBound.logMean()) && !(each.kHat() <= USELESS_K_HAT) && !uniform(each)) {
                remarks.add("Do not trust " + name(row.source.name, each.bound()) + ": its k-hat of "
                        + Numbers.fixed(each.kHat(), 2)
                        + " says that a few draws decide its value, which may be far off, most often too low, and its"
                        + " error means nothing.");
            }
        }
        return remarks;
    }

    /** Whether importance sampling from q is to be trusted, by its k-hat. */
    public boolean isTrusted() {
        return sources.stream()
                .filter(source -> source.name.equals(FITTED))
                .map(source -> source.evidence.get(EvidenceBound.logMean()))
                .anyMatch(each -> each.kHat() <= USELESS_K_HAT || uniform(each));
    }

    private static boolean uniform(EvidenceEstimate each) {
        return each.effectiveDraws() >= 0.9 * each.estimate().draws();
    }

    private static final String EXPLANATION =
            "Each estimate is the logarithm of a mean of weights w = p(x, z)/r(z) over"
                    + " draws z of a distribution r: uniform, the prior, or the fitted q. The logarithm of a mean is too low on"
                    + " average (Jensen), by about Var(w)/(2k E[w]^2) for a mean of k; the table has that as bias where k-hat is"
                    + " below 0.5, so that the variance is finite. The bounds of q are of the same draws: importance-weighted ones"
                    + " rise with k, Rényi's fall as alpha rises. Those with alpha below 0 lie above log p(x) with many draws,"
                    + " but may lie below it with few.";

    /**
     * Writes {@code evidence.json} and {@code evidence.html} into a folder, made if need be; each is there whole or not at all.
     *
     * @return where they are
     */
    public List<Path> write(Path folder) throws IOException {
        WholeFile.folder(folder);
        Path json = WholeFile.write(folder.resolve("evidence.json"), json(new LinePerItem()) + "\n");
        return List.of(json, page().write(folder.resolve("evidence.html")));
    }

    /** The whole of {@code evidence.json} in one line. */
    public String line() {
        return json(null);
    }

    private String json(@Nullable PrettyPrinter layout) {
        return Json.object(layout, json -> {
            FitJson.begin(json, model, data);
            json.writeNumberProperty("seed", seed);
            Json.number(json, "exact", known == null ? Double.NaN : known.exact);
            if (known != null && !known.beside.isEmpty()) {
                json.writeObjectPropertyStart("beside");
                known.beside.forEach((name, value) -> Json.number(json, name, value));
                json.writeEndObject();
            }
            json.writeArrayPropertyStart("estimates");
            rows().forEach(row -> write(json, row));
            json.writeEndArray();
            json.writeArrayPropertyStart("refused");
            for (Refused each : refused) {
                json.writeStartObject();
                json.writeStringProperty("draws", each.name);
                json.writeStringProperty("reason", each.reason);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayPropertyStart("course");
            sources.forEach(source -> writeCourse(json, source));
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, Row row) {
        EvidenceEstimate each = row.estimate;
        json.writeStartObject();
        json.writeStringProperty("estimator", name(row.source.name, each.bound()));
        json.writeStringProperty("from", row.source.name);
        json.writeNumberProperty(
                "k",
                each.bound().group() == 0
                        ? each.estimate().draws()
                        : each.bound().group());
        json.writeNumberProperty("alpha", each.bound().alpha());
        Json.number(json, "value", each.estimate().value());
        Json.number(json, "standardError", each.estimate().standardError());
        json.writeNumberProperty("draws", each.estimate().draws());
        Json.number(json, "effectiveDraws", each.effectiveDraws());
        Json.number(json, "kHat", each.kHat());
        Json.number(json, "bias", each.bias());
        json.writeEndObject();
    }

    private static void writeCourse(JsonGenerator json, Source source) {
        for (int i = 0; i < source.evidence.estimates().size(); i++) {
            json.writeStartObject();
            json.writeStringProperty(
                    "estimator",
                    name(source.name, source.evidence.estimates().get(i).bound()));
            json.writeArrayPropertyStart("values");
            for (Evidence.Stage stage : source.evidence.course()) {
                json.writeStartArray();
                json.writeNumber(stage.draws());
                Json.number(json, stage.estimates().get(i).value());
                Json.number(json, stage.estimates().get(i).standardError());
                json.writeEndArray();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private Page page() {
        List<List<String>> table = table();
        Page page = new Page(
                "evidence",
                "Evidence: " + heading,
                (data == null ? "" : data.file() + " · " + data.rowsInWords() + " · ") + "seed " + seed);
        page.section("log p(x), side by side").table("estimates", table.get(0), table.subList(1, table.size()));
        remarks().forEach(page::text);
        page.caption(EXPLANATION);
        page.section("Over the number of draws")
                .chart(chart(), inWords())
                .caption(
                        "Bands: two standard errors to either side. Where few draws lie far from what more of them say, lines"
                                + " begin later.");
        return page.ran(command, device + ". The same seed gives the same numbers on every device.");
    }

    /** What the chart shows, for those who do not see it. */
    private String inWords() {
        StringBuilder words = new StringBuilder("Chart of estimates of log p(x) over the number of draws.");
        for (Row row : rows()) {
            if (row.estimate.bound().alpha() == 0) {
                Estimate last = row.estimate.estimate();
                words.append(' ')
                        .append(name(row.source.name, row.estimate.bound()))
                        .append(" ends at ")
                        .append(Numbers.withError(last.value(), last.standardError(), NATS))
                        .append('.');
            }
        }
        return words.toString();
    }

    private Chart chart() {
        double[] range = range();
        Chart chart = Chart.ofLogX("draws", "log p(x), nats");
        int colour = 0;
        int most = 0;
        for (Source source : sources) {
            List<Evidence.Stage> course = source.evidence.course();
            most = Math.max(most, course.get(course.size() - 1).draws());
            for (int i = 0; i < source.evidence.estimates().size(); i++) {
                EvidenceBound bound = source.evidence.estimates().get(i).bound();
                if (bound.alpha() == 0) {
                    add(chart, colour++, name(source.name, bound), course, i, range);
                }
            }
        }
        if (known != null) {
            double[] exact = {known.exact, known.exact};
            chart.dashes("exact", colour, new double[] {FIRST_SHOWN, most}, exact);
        }
        return chart;
    }

    /** What is shown: what the second half of the lines takes, on their logarithmic axis, and as much again to either side. */
    private double[] range() {
        double low = known == null ? Double.POSITIVE_INFINITY : known.exact;
        double high = known == null ? Double.NEGATIVE_INFINITY : known.exact;
        for (Source source : sources) {
            List<Evidence.Stage> course = source.evidence.course();
            for (Evidence.Stage stage : course.subList(course.size() / 2, course.size())) {
                for (int i = 0; i < stage.estimates().size(); i++) {
                    double value = stage.estimates().get(i).value();
                    if (Double.isFinite(value)
                            && source.evidence.estimates().get(i).bound().alpha() == 0) {
                        low = Math.min(low, value);
                        high = Math.max(high, value);
                    }
                }
            }
        }
        double room = high > low ? high - low : 1;
        return new double[] {low - room, high + room};
    }

    private static void add(
            Chart chart, int colour, String name, List<Evidence.Stage> course, int which, double[] range) {
        List<Evidence.Stage> shown = course.stream()
                .filter(stage -> stage.draws() >= FIRST_SHOWN
                        && inside(stage.estimates().get(which).value(), range))
                .toList();
        int n = shown.size();
        double[] x = new double[n];
        double[] y = new double[n];
        double[] low = new double[n];
        double[] high = new double[n];
        for (int i = 0; i < n; i++) {
            Estimate estimate = shown.get(i).estimates().get(which);
            double error = Double.isFinite(estimate.standardError()) ? 2 * estimate.standardError() : 0;
            x[i] = shown.get(i).draws();
            y[i] = estimate.value();
            low[i] = Math.max(range[0], y[i] - error);
            high[i] = Math.min(range[1], y[i] + error);
        }
        chart.band(colour, x, low, high).line(name, colour, x, y);
    }

    private static boolean inside(double value, double[] range) {
        return value >= range[0] && value <= range[1];
    }
}
