package io.github.elbo4j.report;

import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import tools.jackson.core.JsonGenerator;

/** What the charts of the report draw, as JSON. */
final class ReportData {
    /** Points of the density of a posterior that is not normal. */
    private static final int POINTS = 120;

    private final Report report;
    private final Posterior posterior;

    ReportData(Report report) {
        this.report = report;
        this.posterior = report.fit().posterior();
    }

    String json() {
        return Json.object(null, json -> {
            Json.number(json, "elbo", report.fit().elbo().value());
            json.writeArrayPropertyStart("trace");
            for (TracePoint point : report.fit().trace()) {
                json.writeStartArray();
                json.writeNumber(point.step());
                Json.number(json, point.elbo());
                Json.number(json, point.standardError());
                json.writeEndArray();
            }
            json.writeEndArray();
            json.writeArrayPropertyStart("parameters");
            for (int i = 0; i < posterior.dimensions() && report.drawsDensities(); i++) {
                write(json, i);
            }
            json.writeEndArray();
        });
    }

    private void write(JsonGenerator json, int i) {
        double mean = posterior.mean(i);
        double sd = posterior.standardDeviation(i);
        json.writeStartObject();
        json.writeStringProperty("name", Words.plain(posterior.names().get(i))); // as the page shows it
        Json.number(json, "mean", mean);
        Json.number(json, "sd", sd);
        json.writeStringProperty("label", print(Numbers.withError(mean, sd)));
        json.writeStringProperty("words", print(inWords(i)));
        String above = ParameterTable.probability(report, i);
        json.writeStringProperty("above", above.isEmpty() ? "" : "P(> 0) " + sign(above));
        if (!ParameterTable.isNormal(posterior)) {
            density(json, i);
        }
        json.writeEndObject();
    }

    /** The density as a polygon of equal probabilities: over a piece of width w it is their share divided by w. */
    private void density(JsonGenerator json, int i) {
        json.writeArrayPropertyStart("density");
        double before = posterior.quantile(i, 0.5 / POINTS);
        for (int k = 1; k < POINTS; k++) {
            double here = posterior.quantile(i, (k + 0.5) / POINTS);
            json.writeStartArray();
            Json.number(json, (before + here) / 2);
            Json.number(json, 1 / (POINTS * (here - before)));
            json.writeNumber((double) k / POINTS);
            json.writeEndArray();
            before = here;
        }
        json.writeEndArray();
    }

    /** What the chart of a density shows, for those who do not see it. */
    private String inWords(int i) {
        int decimals = Numbers.decimals(posterior.standardDeviation(i), 2);
        return "Chart of a " + (ParameterTable.isNormal(posterior) ? "normal " : "") + "density with mean "
                + Numbers.fixed(posterior.mean(i), decimals) + " and standard deviation "
                + Numbers.fixed(posterior.standardDeviation(i), decimals) + "; 90 % lie between "
                + Numbers.fixed(posterior.quantile(i, 0.05), decimals) + " and "
                + Numbers.fixed(posterior.quantile(i, 0.95), decimals);
    }

    private static String print(String number) {
        return number.replace('-', '\u2212');
    }

    private static String sign(String probability) {
        return probability.startsWith("0") ? "= " + probability : probability;
    }
}
