package io.github.elbo4j.report;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.factors.BinaryFactors;
import io.github.elbo4j.factors.Enumeration;
import io.github.elbo4j.factors.FactorFit;
import io.github.elbo4j.factors.RowBounds;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.report.words.Words;
import tools.jackson.core.JsonGenerator;

/** Binary factors as JSON. Only {@code seconds} and {@code enumerationSeconds} differ from one run to the next. */
final class FactorJson {
    private final FactorReport report;
    private final FactorFit fit;

    FactorJson(FactorReport report) {
        this.report = report;
        this.fit = report.fit();
    }

    /** The fields for {@code --json}, in one line. */
    String line() {
        return Json.object(null, this::result) + "\n";
    }

    /** The content of {@code fit.json}: the same fields, then the factors, what was run and how it went. */
    String document() {
        return Json.object(new LinePerItem(), json -> {
                    result(json);
                    factors(json);
                    run(json);
                })
                + "\n";
    }

    private void result(JsonGenerator json) {
        json.writeStringProperty("model", "factors");
        json.writeStringProperty("method", Words.name(fit.factors().model(), '-'));
        json.writeStringProperty("device", fit.result().device());
        json.writeNumberProperty("seed", fit.result().seed());
        json.writeNumberProperty("steps", fit.result().steps());
        json.writeStringProperty("status", Words.name(fit.result().status(), ' '));
        json.writeNumberProperty("factors", fit.factors().factors());
        json.writeStringProperty("verdict", fit.result().assessment().verdict().words());
        FitJson.concerns(json, fit.result().assessment().concerns());
        bounds(json, "fitted", fit.fitted());
        RowBounds heldOut = fit.heldOut();
        if (heldOut != null) {
            bounds(json, "heldOut", heldOut);
        }
        Json.number(json, "independent", fit.independent());
        enumeration(json);
        Json.number(json, "seconds", fit.result().seconds());
    }

    private static void bounds(JsonGenerator json, String name, RowBounds of) {
        json.writeObjectPropertyStart(name);
        json.writeNumberProperty("rows", of.rows());
        estimate(json, "elbo", of.elbo());
        estimate(json, "logEvidence", of.logEvidence());
        Json.number(json, "effectiveDraws", of.effectiveDraws());
        json.writeEndObject();
    }

    private static void estimate(JsonGenerator json, String name, Estimate of) {
        Json.number(json, name, of.value());
        Json.number(json, name + "StandardError", of.standardError());
    }

    private void enumeration(JsonGenerator json) {
        Enumeration all = report.enumeration();
        if (all == null) {
            return;
        }
        json.writeNumberProperty("states", all.states());
        json.writeArrayPropertyStart("enumerated");
        for (int n = 0; n < all.data().rows(); n++) {
            json.writeStartObject();
            estimate(json, "elbo", fit.judged().elbo(n));
            estimate(json, "logEvidence", fit.judged().logEvidence(n));
            Json.number(json, "exact", all.logEvidence(n));
            json.writeArrayPropertyStart("posterior");
            for (int d = 0; d < fit.factors().factors(); d++) {
                Json.number(json, all.posterior(n, d));
            }
            json.writeEndArray();
            json.writeArrayPropertyStart("q");
            for (int d = 0; d < fit.factors().factors(); d++) {
                Json.number(json, fit.judged().q(n, d));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        Json.number(json, "enumerationSeconds", report.enumerationSeconds());
    }

    private void factors(JsonGenerator json) {
        BinaryFactors factors = fit.factors();
        json.writeArrayPropertyStart("columns");
        factors.columns().forEach(json::writeString);
        json.writeEndArray();
        json.writeArrayPropertyStart("base");
        for (int p = 0; p < factors.columns().size(); p++) {
            Json.number(json, factors.base(p));
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("loadings");
        for (int d = 0; d < factors.factors(); d++) {
            json.writeStartObject();
            Json.number(json, "prior", factors.prior(d));
            json.writeNumberProperty("rows", fit.fitted().rowsWith(d));
            json.writeArrayPropertyStart("values");
            for (int p = 0; p < factors.columns().size(); p++) {
                Json.number(json, factors.loading(d, p));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void run(JsonGenerator json) {
        NetworksJson.write(json, fit.result(), report.data());
        if (report.threshold() != null) {
            Json.number(json, SavedFit.THRESHOLD, report.threshold());
        }
        BinaryFactors factors = fit.factors();
        NetworksJson.arrays(
                json,
                BinaryFactors.extents(factors.factors(), factors.columns().size(), factors.hidden()),
                factors.weights());
        json.writeArrayPropertyStart("trace");
        for (TracePoint point : fit.result().trace()) {
            json.writeStartObject();
            json.writeNumberProperty("step", point.step());
            Json.number(json, "objective", point.elbo());
            Json.number(json, "standardError", point.standardError());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
