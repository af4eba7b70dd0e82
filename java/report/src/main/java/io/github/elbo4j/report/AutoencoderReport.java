package io.github.elbo4j.report;

import io.github.elbo4j.deep.Autoencoder;
import io.github.elbo4j.deep.AutoencoderFit;
import io.github.elbo4j.deep.AutoencoderFit.Diagnosis;
import io.github.elbo4j.deep.RowEvidence;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.files.WholeFile;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.PrettyPrinter;

/**
 * A trained autoencoder, to be written as {@code fit.json} and {@code report.html}.
 *
 * @param fit what was trained
 * @param data what it was trained on
 * @param pictures what it makes of some rows; null where rows are no images
 * @param plane where rows lie in the latent plane
 * @param device the device in words
 * @param command the command line that repeats it; empty if there was none
 */
public record AutoencoderReport(
        AutoencoderFit fit, DataSource data, @Nullable Pictures pictures, Plane plane, String device, String command) {
    private static final int NATS = 3; // decimals

    /**
     * Images of pixels from 0 to 1.
     *
     * @param originals and what becomes of each
     * @param samples of the prior
     * @param grid over the latent plane, rows from above; empty if there are not two latent dimensions
     * @param between the images of {@code originals[0]} and {@code originals[1]}
     * @param seen of which half of each of {@code originals} something was seen; empty if none was completed
     * @param completed what was made of these
     * @param effective draws of each of these
     */
    public record Pictures(
            int width,
            int height,
            List<double[]> originals,
            List<double[]> reconstructions,
            List<double[]> samples,
            List<List<double[]>> grid,
            List<double[]> between,
            List<double[]> seen,
            List<double[]> completed,
            List<Double> effective) {}

    /**
     * Means of q(z | x) in the two latent dimensions that tell most.
     *
     * @param across which dimension, from 0
     * @param up another, or the same where there is one
     * @param x by row
     * @param y by row
     * @param labels by row, of what the colours are; empty without any
     */
    public record Plane(int across, int up, List<Double> x, List<Double> y, List<String> labels) {}

    private FitResult result() {
        return fit.result();
    }

    private boolean heldOut() {
        return fit.diagnosis().heldOutRows() > 0;
    }

    /** What it is, in a line. */
    public String heading() {
        return "Autoencoder of " + Words.count(fit.networks().width(), "element") + " with "
                + Words.count(fit.networks().model().latent(), "latent dimension");
    }

    /** Names and numbers for a table: the bound and the evidence of a row. */
    public List<List<String>> table() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("a row's mean, nats", "ELBO", "log p(x)", "difference", "unreliable"));
        Diagnosis found = fit.diagnosis();
        if (heldOut()) {
            rows.add(row("held out", found.heldOut()));
        }
        rows.add(row("trained on", found.trained()));
        return rows;
    }

    private static List<String> row(String name, RowEvidence of) {
        Estimate elbo = of.meanElbo();
        Estimate evidence = of.meanLogEvidence();
        return List.of(
                name + ", " + Words.count(of.elbo().length, "row"),
                Numbers.withError(elbo.value(), elbo.standardError(), NATS),
                Numbers.withError(evidence.value(), evidence.standardError(), NATS),
                Numbers.fixed(evidence.value() - elbo.value(), NATS),
                Numbers.fixed(100 * of.unreliable(), 0) + " %");
    }

    /** The latent dimensions that no row uses, in words; empty if all are used. */
    public String unused() {
        double[] divergence = fit.diagnosis().divergence();
        int count = (int) Arrays.stream(divergence).filter(kl -> kl < 0.01).count();
        return count == 0
                ? ""
                : Words.count(count, "latent dimension") + (count == 1 ? " is" : " are")
                        + " not used: q(z | x) is the prior there, for all rows.";
    }

    /** What the verdict means, and each concern, in sentences. */
    public String verdict() {
        StringBuilder words = new StringBuilder(
                switch (result().verdict()) {
                    case GOOD ->
                        "Training came to its end, the bound is near log p(x), and rows that were held out do as well as"
                                + " others.";
                    case USABLE -> "Look at what follows before you use it.";
                    case DO_NOT_TRUST -> "Do not rely on these numbers.";
                });
        result().assessment().concerns().forEach(concern -> words.append(' ').append(concern.words()));
        return words.toString();
    }

    /** What may be done about it; empty if it is good. */
    public List<String> advice() {
        return result().assessment().concerns().stream()
                .map(concern -> advice(concern.kind()))
                .distinct()
                .toList();
    }

    private String advice(Concern.Kind kind) {
        return switch (kind) {
            case NOT_CONVERGED -> "Give it more steps: --steps " + 2L * result().steps() + ".";
            case HEAVY_TAIL -> "Use more --draws for log p(x), or train with --importance 10.";
            case GAP -> "Use wider --hidden layers, or train with --importance 10.";
            case DIVERGED -> "Use a smaller --learning-rate.";
            case OVERFIT ->
                heldOut()
                        ? "Take fewer or narrower --hidden layers or fewer --latent dimensions, or get more rows."
                        : "Hold some rows out: --hold-out 0.1.";
            default -> kind.remedy();
        };
    }

    // ---- files ----

    /**
     * Writes {@code fit.json} and {@code report.html} into a folder, made if need be; each is there whole or not at all.
     *
     * @return where they are
     */
    public List<Path> write(Path folder) throws IOException {
        WholeFile.folder(folder);
        Path json = WholeFile.write(folder.resolve("fit.json"), json(new LinePerItem(), true) + "\n");
        return List.of(json, page().write(folder.resolve("report.html")));
    }

    /** The first fields of {@code fit.json}, in one line. */
    public String line() {
        return json(null, false) + "\n";
    }

    private String json(@Nullable PrettyPrinter layout, boolean whole) {
        return Json.object(layout, json -> {
            FitResult result = result();
            json.writeStringProperty("model", "vae");
            json.writeStringProperty("method", result.method());
            json.writeStringProperty("device", result.device());
            json.writeNumberProperty("seed", result.seed());
            json.writeNumberProperty("steps", result.steps());
            json.writeStringProperty("status", Words.name(result.status(), ' '));
            evidence(json, "heldOut", fit.diagnosis().heldOut());
            evidence(json, "trained", fit.diagnosis().trained());
            json.writeStringProperty("verdict", result.verdict().words());
            FitJson.concerns(json, result.assessment().concerns());
            numbers(json, "divergence", fit.diagnosis().divergence());
            Json.number(json, "seconds", result.seconds());
            if (whole) {
                run(json);
            }
        });
    }

    private static void evidence(JsonGenerator json, String name, RowEvidence of) {
        json.writeObjectPropertyStart(name);
        json.writeNumberProperty("rows", of.elbo().length);
        json.writeNumberProperty("draws", of.draws());
        Json.number(json, "elbo", of.meanElbo().value());
        Json.number(json, "elboStandardError", of.meanElbo().standardError());
        Json.number(json, "logEvidence", of.meanLogEvidence().value());
        Json.number(json, "logEvidenceStandardError", of.meanLogEvidence().standardError());
        Json.number(json, "unreliable", of.unreliable());
        json.writeEndObject();
    }

    private void run(JsonGenerator json) {
        NetworksJson.write(json, result(), data);
        if (pictures != null) {
            json.writeObjectPropertyStart("image");
            json.writeNumberProperty("width", pictures.width());
            json.writeNumberProperty("height", pictures.height());
            json.writeEndObject();
        }
        Autoencoder model = fit.networks().model();
        int width = fit.networks().width();
        json.writeObjectPropertyStart("autoencoder");
        json.writeNumberProperty("width", width);
        json.writeNumberProperty("latent", model.latent());
        json.writeArrayPropertyStart("hidden");
        model.hidden().forEach(json::writeNumber);
        json.writeEndArray();
        json.writeStringProperty("activation", Words.name(model.activation(), '-'));
        json.writeStringProperty("decoder", Words.name(model.decoder(), '-'));
        json.writeNumberProperty("priorComponents", model.priorComponents());
        json.writeNumberProperty("importance", model.importance());
        json.writeEndObject();
        NetworksJson.arrays(json, model.extents(width), fit.networks().weights());
        json.writeArrayPropertyStart("trace");
        for (AutoencoderFit.Look look : fit.diagnosis().looks()) {
            json.writeStartObject();
            json.writeNumberProperty("step", look.step());
            Json.number(json, "minibatch", look.minibatch());
            Json.number(json, "heldOut", look.heldOut());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void numbers(JsonGenerator json, String name, double[] values) {
        json.writeArrayPropertyStart(name);
        for (double value : values) {
            Json.number(json, value);
        }
        json.writeEndArray();
    }

    // ---- the page ----

    private Page page() {
        FitResult result = result();
        Page page = new Page(
                "fit report",
                heading(),
                data.file() + " · " + data.rowsInWords() + " · "
                        + result.settings().get("decoder") + " · seed " + result.seed());
        page.section(result.verdict().words()).text(verdict());
        advice().forEach(page::text);
        if (!unused().isEmpty()) {
            page.text(unused());
        }
        page.text(Words.sentence(result.message()));
        List<List<String>> table = table();
        page.table("bound and evidence", table.get(0), table.subList(1, table.size()))
                .caption(
                        "ELBO = log p(x) − KL(q(z | x) ‖ p(z | x)), both from the same draws; log p(x) by importance sampling."
                                + " Errors are those of the mean over rows. Unreliable are rows whose log p(x) rests on few draws.");
        if (pictures != null) {
            new AutoencoderPictures(pictures).addTo(page);
        }
        plane(page);
        page.section("Training")
                .chart(course(), "Chart of the mean bound of a row over steps")
                .caption(
                        "The bound of the minibatch of a step, and of the rows that are watched, by the mean of the latest"
                                + " weights.");
        divergences(page);
        return page.ran(command, device + ". The same seed gives the same numbers on every device.");
    }

    private void plane(Page page) {
        if (plane.x().isEmpty()) {
            return;
        }
        String name = "z" + (plane.across() + 1);
        String other = "z" + (plane.up() + 1);
        Chart chart = Chart.of(name, other);
        List<String> labels = plane.labels().stream().distinct().sorted().toList();
        if (labels.isEmpty() || labels.size() > Chart.COLOURS) {
            chart.points("", 0, array(plane.x()), array(plane.y()));
        }
        for (int l = 0; l < labels.size() && labels.size() <= Chart.COLOURS; l++) {
            List<Double> x = new ArrayList<>();
            List<Double> y = new ArrayList<>();
            for (int n = 0; n < plane.x().size(); n++) {
                if (plane.labels().get(n).equals(labels.get(l))) {
                    x.add(plane.x().get(n));
                    y.add(plane.y().get(n));
                }
            }
            chart.points(labels.get(l), l, array(x), array(y));
        }
        page.section("The latent plane")
                .chart(chart, "Scatter of the means of q(z | x) in the dimensions " + name + " and " + other)
                .caption("Each point is the mean of q(z | x) of a row"
                        + (fit.networks().model().latent() > 2 ? ", in the two dimensions that tell most." : ".")
                        + (labels.isEmpty() ? "" : " Colours are labels, which training has not seen."));
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(v -> v).toArray();
    }

    private Chart course() {
        List<AutoencoderFit.Look> looks = fit.diagnosis().looks();
        double[] x = looks.stream().mapToDouble(AutoencoderFit.Look::step).toArray();
        return Chart.of("step", "nats a row")
                .line(
                        "minibatch",
                        7,
                        x,
                        looks.stream()
                                .mapToDouble(AutoencoderFit.Look::minibatch)
                                .toArray())
                .line(
                        heldOut() ? "held out" : "watched",
                        0,
                        x,
                        looks.stream().mapToDouble(AutoencoderFit.Look::heldOut).toArray());
    }

    private void divergences(Page page) {
        double[] divergence = fit.diagnosis().divergence();
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < divergence.length; i++) {
            rows.add(List.of("z" + (i + 1), Numbers.fixed(divergence[i], NATS)));
        }
        page.section("What each dimension tells")
                .table("divergences", List.of("dimension", "KL, nats"), rows)
                .caption(String.format(
                        Locale.ROOT,
                        "The mean over rows of KL(q(z_i | x) ‖ N(0, 1)); %.2f nats in all.",
                        Arrays.stream(divergence).sum()));
    }
}
