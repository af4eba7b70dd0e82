package io.github.elbo4j.report;

import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.GradientSpread;
import io.github.elbo4j.report.files.WholeFile;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.PrettyPrinter;

/**
 * How the estimators of the ELBO's gradient compare, to be written as {@code gradients.json} and {@code gradients.html}.
 *
 * @param heading of what model
 * @param model its name; empty if none was given
 * @param data what it was fitted to; null if that was not given
 * @param family of q
 * @param places where the gradients were taken, the start first
 * @param device the device in words
 * @param command the command line that repeats it; empty if there was none
 */
public record GradientReport(
        String heading,
        String model,
        @Nullable DataSource data,
        String family,
        List<Place> places,
        long seed,
        String device,
        String command) {
    /**
     * A q, and the gradients there.
     *
     * @param name such as {@code start}
     * @param words where that is, in a clause
     */
    public record Place(String name, String words, List<GradientSpread> spreads) {
        public Place {
            spreads = List.copyOf(spreads);
        }
    }

    public GradientReport {
        places = List.copyOf(places);
    }

    /** What an estimator is called. */
    public static String name(GradientSpread spread) {
        return switch (spread.kind()) {
            case REPARAM, AUTO -> "reparameterization";
            case PATH -> "path derivative";
            case SCORE ->
                "score, " + (spread.baseline() == Baseline.NONE ? "no baseline" : Words.name(spread.baseline(), '-'));
        };
    }

    /** The comparison at a place as a table of words; the first row is the head. */
    public List<List<String>> table(Place place) {
        List<List<String>> table = new ArrayList<>();
        table.add(List.of("gradient", "draws", "length", "variance", "of reparam.", "time, µs", "variance · time"));
        for (GradientSpread spread : place.spreads) {
            double ratio = spread.totalVariance() / reference(place, spread.draws());
            table.add(List.of(
                    name(spread),
                    Numbers.grouped(spread.draws()),
                    Numbers.significant(spread.length(), 3),
                    Numbers.significant(spread.totalVariance(), 3),
                    Double.isNaN(ratio) ? "none" : Numbers.significant(ratio, 3) + " ×",
                    Numbers.significant(1e6 * spread.seconds(), 3),
                    Numbers.significant(spread.totalVariance() * spread.seconds(), 2)));
        }
        return table;
    }

    /** The variance of the reparameterization gradient of as many draws; NaN if it was not measured. */
    private static double reference(Place place, int draws) {
        return place.spreads.stream()
                .filter(spread -> spread.kind() == Gradient.REPARAM && spread.draws() == draws)
                .mapToDouble(GradientSpread::totalVariance)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** What the comparison says, in sentences: one for each place. */
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        for (Place place : places) {
            int most =
                    place.spreads.stream().mapToInt(GradientSpread::draws).max().orElse(0);
            double reference = reference(place, most);
            GradientSpread path = null;
            GradientSpread score = null;
            for (GradientSpread each : place.spreads) {
                if (each.draws() != most) {
                    continue;
                }
                if (each.kind() == Gradient.PATH) {
                    path = each;
                } else if (each.kind() == Gradient.SCORE
                        && (score == null || each.totalVariance() < score.totalVariance())) {
                    score = each;
                }
            }
            if (path != null && score != null && reference > 0) {
                remarks.add("At the " + place.name + ", with " + Words.count(most, "draw")
                        + ", the best score gradient (" + name(score).replace("score, ", "") + ") has "
                        + Numbers.significant(score.totalVariance() / reference, 2)
                        + " times the variance of the reparameterization gradient, and the path derivative "
                        + Numbers.significant(path.totalVariance() / reference, 2) + " times.");
            }
        }
        return remarks;
    }

    /**
     * Writes {@code gradients.json} and {@code gradients.html} into a folder, made if need be; each is there whole or not at all.
     *
     * @return where they are
     */
    public List<Path> write(Path folder) throws IOException {
        WholeFile.folder(folder);
        Path json = WholeFile.write(folder.resolve("gradients.json"), json(new LinePerItem()) + "\n");
        return List.of(json, page().write(folder.resolve("gradients.html")));
    }

    /** The whole of {@code gradients.json} in one line. */
    public String line() {
        return json(null);
    }

    private String json(@Nullable PrettyPrinter layout) {
        return Json.object(layout, json -> {
            FitJson.begin(json, model, data);
            json.writeStringProperty("family", family);
            json.writeNumberProperty("seed", seed);
            json.writeArrayPropertyStart("gradients");
            for (Place place : places) {
                place.spreads.forEach(spread -> write(json, place, spread));
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, Place place, GradientSpread spread) {
        json.writeStartObject();
        json.writeStringProperty("place", place.name);
        json.writeStringProperty("gradient", Words.name(spread.kind(), '-'));
        if (spread.kind() == Gradient.SCORE) {
            json.writeStringProperty("baseline", Words.name(spread.baseline(), '-'));
        }
        json.writeNumberProperty("draws", spread.draws());
        json.writeNumberProperty("repeats", spread.repeats());
        Json.number(json, "length", spread.length());
        Json.number(json, "totalVariance", spread.totalVariance());
        numbers(json, "mean", spread.mean());
        numbers(json, "variance", spread.variance());
        Json.number(json, "seconds", spread.seconds());
        json.writeEndObject();
    }

    private static void numbers(JsonGenerator json, String name, double[] values) {
        json.writeArrayPropertyStart(name);
        for (double value : values) {
            Json.number(json, value);
        }
        json.writeEndArray();
    }

    private Page page() {
        Page page = new Page(
                "gradients",
                "Gradients of the ELBO: " + heading,
                (data == null ? "" : data.file() + " · " + data.rowsInWords() + " · ") + family + " Gaussian · seed "
                        + seed);
        for (Place place : places) {
            List<List<String>> table = table(place);
            page.section("At the " + place.name)
                    .text(Words.sentence(place.words))
                    .chart(chart(place), inWords(place))
                    .table("gradients at the " + place.name, table.get(0), table.subList(1, table.size()));
        }
        page.section("How to read it");
        remarks().forEach(page::text);
        page.caption("All estimators have the same mean, the gradient of the ELBO, whose length is told: near 0 at the"
                + " optimum. What differs is the variance of a single estimate, added up over the parameters, each in units"
                + " of its standard deviation (logarithms as they are), and the time. Steps can be the longer the smaller"
                + " the variance is: variance times time is what a fit pays.");
        return page.ran(command, device + ". Means and variances are the same on every device, times are not.");
    }

    private static Map<String, List<GradientSpread>> byName(Place place) {
        Map<String, List<GradientSpread>> byName = new LinkedHashMap<>();
        place.spreads.forEach(spread ->
                byName.computeIfAbsent(name(spread), none -> new ArrayList<>()).add(spread));
        return byName;
    }

    private static Chart chart(Place place) {
        Chart chart = Chart.ofLogX("draws of an estimate", "log10 of the variance");
        int colour = 0;
        for (Map.Entry<String, List<GradientSpread>> each : byName(place).entrySet()) {
            List<GradientSpread> spreads = each.getValue();
            chart.line(
                    each.getKey(),
                    colour++,
                    spreads.stream().mapToDouble(GradientSpread::draws).toArray(),
                    spreads.stream()
                            .mapToDouble(spread -> StrictMath.log10(spread.totalVariance()))
                            .toArray());
        }
        return chart;
    }

    /** What the chart shows, for those who do not see it. */
    private static String inWords(Place place) {
        StringBuilder words = new StringBuilder("Chart of the variance of gradients over the number of draws, at the ")
                .append(place.name)
                .append('.');
        byName(place).forEach((name, spreads) -> {
            GradientSpread last = spreads.get(spreads.size() - 1);
            words.append(' ')
                    .append(name)
                    .append(": ")
                    .append(Numbers.significant(last.totalVariance(), 2))
                    .append(" with ")
                    .append(Words.count(last.draws(), "draw"))
                    .append('.');
        });
        return words.toString();
    }
}
