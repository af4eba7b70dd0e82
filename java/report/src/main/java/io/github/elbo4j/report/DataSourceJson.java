package io.github.elbo4j.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/** What a model was fitted to as JSON, there and back. */
final class DataSourceJson {
    /** How columns were moved and scaled for a fit that stays on that scale. */
    private static final String SCALES = "scales";

    private DataSourceJson() {}

    static void write(JsonGenerator json, DataSource data) {
        json.writeObjectPropertyStart("data");
        json.writeStringProperty("file", data.file());
        json.writeStringProperty("sha256", data.sha256());
        json.writeNumberProperty("rows", data.rows());
        json.writeStringProperty("target", data.target());
        json.writeArrayPropertyStart("predictors");
        data.predictors().forEach(json::writeString);
        json.writeEndArray();
        json.writeNumberProperty("droppedRows", data.droppedRows());
        writeCodings(json, data.codings());
        json.writeArrayPropertyStart("notes");
        data.notes().forEach(json::writeString);
        json.writeEndArray();
        writeGroupings(json, data.groupings());
        json.writeObjectPropertyStart("units");
        data.units().forEach((parameter, sd) -> Json.number(json, parameter, sd));
        json.writeEndObject();
        writeScales(json, data.scales());
        json.writeEndObject();
    }

    /** See {@link Coding.Kind}. */
    private static void writeCodings(JsonGenerator json, List<Coding> codings) {
        json.writeArrayPropertyStart("codings");
        for (Coding coding : codings) {
            json.writeStartObject();
            json.writeStringProperty("column", coding.column());
            json.writeStringProperty("kind", coding.kind().label());
            json.writeArrayPropertyStart("values");
            coding.values().forEach(json::writeString);
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeGroupings(JsonGenerator json, List<Grouping> groupings) {
        if (groupings.isEmpty()) {
            return;
        }
        json.writeArrayPropertyStart("groupings");
        for (Grouping grouping : groupings) {
            json.writeStartObject();
            json.writeStringProperty("column", grouping.column());
            json.writeArrayPropertyStart("levels");
            grouping.levels().forEach(json::writeString);
            json.writeEndArray();
            json.writeArrayPropertyStart("centering");
            grouping.centering().forEach(each -> numbers(json, each));
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeScales(JsonGenerator json, Map<String, DataSource.Scale> scales) {
        if (scales.isEmpty()) {
            return;
        }
        json.writeObjectPropertyStart(SCALES);
        scales.forEach((column, scale) -> {
            json.writeObjectPropertyStart(column);
            Json.number(json, "mean", scale.mean());
            Json.number(json, "sd", scale.sd());
            json.writeEndObject();
        });
        json.writeEndObject();
    }

    private static void numbers(JsonGenerator json, List<Double> values) {
        json.writeStartArray();
        values.forEach(value -> Json.number(json, value));
        json.writeEndArray();
    }

    static DataSource read(JsonTree data) throws FitFileException {
        List<Coding> codings = new ArrayList<>();
        for (JsonTree coding : data.get("codings").items()) {
            codings.add(new Coding(
                    coding.get("column").string(),
                    coding.get("values").strings(),
                    coding.get("kind").oneOf(FitJsonReader.names(Coding.Kind.values(), Coding.Kind::label))));
        }
        Map<String, Double> units = new LinkedHashMap<>();
        for (String parameter : data.get("units").values().keySet()) {
            units.put(parameter, data.get("units").get(parameter).number());
        }
        return new DataSource(
                data.get("file").string(),
                data.get("sha256").string(),
                data.get("rows").count(),
                data.get("target").string(),
                data.get("predictors").strings(),
                data.get("droppedRows").count(),
                codings,
                data.get("notes").strings(),
                units,
                data.has("groupings") ? groupings(data.get("groupings")) : List.of(),
                data.has(SCALES) ? scales(data.get(SCALES)) : Map.of());
    }

    private static Map<String, DataSource.Scale> scales(JsonTree scales) throws FitFileException {
        Map<String, DataSource.Scale> all = new LinkedHashMap<>();
        for (String column : scales.names()) {
            JsonTree scale = scales.get(column);
            double sd = scale.get("sd").number();
            if (!(sd > 0)) {
                throw scale.get("sd").wrong("it is " + sd + ", but must be positive");
            }
            all.put(column, new DataSource.Scale(scale.get("mean").number(), sd));
        }
        return all;
    }

    private static List<Grouping> groupings(JsonTree groupings) throws FitFileException {
        List<Grouping> all = new ArrayList<>();
        for (JsonTree grouping : groupings.items()) {
            List<List<Double>> centering = new ArrayList<>();
            for (JsonTree each : grouping.get("centering").items()) {
                centering.add(Arrays.stream(each.numbers()).boxed().toList());
            }
            all.add(new Grouping(
                    grouping.get("column").string(), grouping.get("levels").strings(), centering));
        }
        return all;
    }
}
