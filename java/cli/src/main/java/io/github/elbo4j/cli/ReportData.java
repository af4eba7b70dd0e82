package io.github.elbo4j.cli;

import io.github.elbo4j.infer.TracePoint;
import tools.jackson.core.JsonGenerator;

/** What the charts of the report draw, as JSON. */
final class ReportData {
    private final FitSummary fit;

    ReportData(FitSummary fit) {
        this.fit = fit;
    }

    String json() {
        return FitJson.object(null, json -> {
            FitJson.number(json, "elbo", fit.elbo());
            json.writeArrayPropertyStart("trace");
            for (TracePoint point : fit.trace()) {
                json.writeStartArray();
                json.writeNumber(point.step());
                FitJson.number(json, point.elbo());
                FitJson.number(json, point.standardError());
                json.writeEndArray();
            }
            json.writeEndArray();
            json.writeArrayPropertyStart("parameters");
            for (FitSummary.Parameter p : fit.parameters()) {
                write(json, p);
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, FitSummary.Parameter p) {
        json.writeStartObject();
        json.writeStringProperty("name", Text.plain(p.name())); // as the page shows it
        FitJson.number(json, "mean", p.mean());
        FitJson.number(json, "sd", p.sd());
        json.writeStringProperty("label", print(Numbers.withError(p.mean(), p.sd())));
        json.writeStringProperty("words", print(inWords(p)));
        String above = ParameterTable.probability(p);
        json.writeStringProperty("above", above.isEmpty() ? "" : "P(> 0) " + sign(above));
        json.writeEndObject();
    }

    /** What the chart of a density shows, for those who do not see it. */
    private static String inWords(FitSummary.Parameter p) {
        int decimals = Numbers.decimals(p.sd(), 2);
        return "Chart of a normal density with mean " + Numbers.fixed(p.mean(), decimals) + " and standard deviation "
                + Numbers.fixed(p.sd(), decimals) + "; 90 % lie between " + Numbers.fixed(p.q05(), decimals) + " and "
                + Numbers.fixed(p.q95(), decimals);
    }

    private static String print(String number) {
        return number.replace('-', '\u2212');
    }

    private static String sign(String probability) {
        return probability.startsWith("0") ? "= " + probability : probability;
    }
}
