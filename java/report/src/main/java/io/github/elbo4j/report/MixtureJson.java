package io.github.elbo4j.report;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.mixture.MixtureFit;
import io.github.elbo4j.mixture.MixturePosterior;
import io.github.elbo4j.report.words.Words;
import tools.jackson.core.JsonGenerator;

/** Mixtures as JSON, in the manner of {@link FitJsonWriter}. Only {@code seconds} differs from one run to the next. */
final class MixtureJson {
    private final MixtureReport report;
    private final FitResult fit;

    MixtureJson(MixtureReport report) {
        this.report = report;
        this.fit = report.result();
    }

    /** The fields for {@code --json}, in one line. */
    String line() {
        return Json.object(null, this::result) + "\n";
    }

    /** The content of {@code fit.json}: the same fields, then what was run and how it went. */
    String document() {
        return Json.object(new LinePerItem(), json -> {
                    result(json);
                    run(json);
                })
                + "\n";
    }

    private void result(JsonGenerator json) {
        json.writeStringProperty("model", "mixture");
        json.writeStringProperty("method", fit.method());
        json.writeStringProperty("device", fit.device());
        json.writeNumberProperty("seed", fit.seed());
        json.writeNumberProperty("steps", fit.steps());
        json.writeStringProperty("status", Words.name(fit.status(), ' '));
        json.writeBooleanProperty("converged", fit.converged());
        json.writeNumberProperty("components", report.best().mixture().components());
        scores(json, report.best());
        json.writeStringProperty("verdict", fit.verdict().words());
        FitJson.concerns(json, fit.assessment().concerns());
        json.writeArrayPropertyStart("columns");
        report.best().mixture().columns().forEach(json::writeString);
        json.writeEndArray();
        mixture(json, report.best().mixture(), fit.posterior());
        json.writeArrayPropertyStart("selection");
        for (MixtureFit each : report.fits()) {
            json.writeStartObject();
            json.writeNumberProperty("components", each.mixture().components());
            scores(json, each);
            json.writeBooleanProperty("converged", each.result().converged());
            json.writeStringProperty("verdict", each.result().verdict().words());
            json.writeArrayPropertyStart("restarts");
            each.restarts().forEach(value -> Json.number(json, value));
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        Json.number(
                json,
                "seconds",
                report.fits().stream()
                        .mapToDouble(each -> each.result().seconds())
                        .sum());
    }

    private static void scores(JsonGenerator json, MixtureFit of) {
        Json.number(json, "objective", of.scores().objective());
        Json.number(json, "logLikelihood", of.scores().logLikelihood());
        Json.number(json, "bic", of.scores().bic());
        Json.number(json, "icl", of.scores().icl());
    }

    private static void mixture(JsonGenerator json, GaussianMixture mixture, Posterior posterior) {
        json.writeArrayPropertyStart(FitJson.MIXTURE);
        for (int k = 0; k < mixture.components(); k++) {
            json.writeStartObject();
            Json.number(json, "weight", mixture.weight(k));
            json.writeName("mean");
            numbers(json, mixture.mean(k));
            matrix(json, "covariance", mixture.covariance(k));
            if (posterior instanceof MixturePosterior of) {
                Json.number(json, "concentration", of.concentration(k));
                Json.number(json, "rows", of.rows(k));
                Json.number(json, "degrees", of.degrees(k));
                matrix(json, "scale", of.scale(k));
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void run(JsonGenerator json) {
        json.writeNumberProperty("format", FitJson.FORMAT);
        json.writeStringProperty("arithmetic", Words.name(fit.arithmetic(), '-'));
        json.writeStringProperty("rng", Words.name(fit.rng(), '-'));
        json.writeStringProperty("start", fit.start());
        json.writeStringProperty("message", fit.message());
        json.writeStringProperty("raised", report.objective());
        Json.fields(json, "settings", fit.settings());
        DataSource data = report.data();
        if (data != null) {
            json.writeObjectPropertyStart("data");
            json.writeStringProperty("file", data.file());
            json.writeStringProperty("sha256", data.sha256());
            json.writeNumberProperty("rows", data.rows());
            json.writeNumberProperty("droppedRows", data.droppedRows());
            json.writeArrayPropertyStart("notes");
            data.notes().forEach(json::writeString);
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeArrayPropertyStart("trace");
        for (TracePoint point : fit.trace()) {
            json.writeStartObject();
            json.writeNumberProperty("step", point.step());
            Json.number(json, "objective", point.elbo());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void matrix(JsonGenerator json, String name, double[][] rows) {
        json.writeArrayPropertyStart(name);
        for (double[] row : rows) {
            numbers(json, row);
        }
        json.writeEndArray();
    }

    private static void numbers(JsonGenerator json, double[] values) {
        json.writeStartArray();
        for (double value : values) {
            Json.number(json, value);
        }
        json.writeEndArray();
    }
}
