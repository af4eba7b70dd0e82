package io.github.elbo4j.cli;

import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * A fit as JSON. Equal results give equal bytes: fields come in a fixed order, and doubles are written by Jackson's own
 * shortest form, because that of {@code Double.toString} changed with JDK 19. What is not finite is written as null.
 * Characters that steer a terminal are written as escapes, also where JSON does not ask for it. Only {@code seconds} and {@code drawsPerSecond} differ from one run to the next.
 */
final class FitJson {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    private final FitSummary fit;

    FitJson(FitSummary fit) {
        this.fit = fit;
    }

    /** The fields for {@code --json}, in one line. */
    String line() {
        return object(null, this::writeResult) + "\n";
    }

    /** The content of {@code fit.json}: the same fields, then what was run and how it went, a line for each. */
    String document() {
        return object(new LinePerItem(), json -> {
                    writeResult(json);
                    writeRun(json);
                })
                + "\n";
    }

    /** What writes the fields of an object. */
    interface Fields {
        void write(JsonGenerator json);
    }

    /** A JSON object with these fields. */
    static String object(@Nullable PrettyPrinter layout, Fields fields) {
        StringWriter text = new StringWriter();
        ObjectWriteContext context = new ObjectWriteContext.Base() {
            @Override
            public @Nullable PrettyPrinter getPrettyPrinter() {
                return layout;
            }

            @Override
            public boolean hasPrettyPrinter() {
                return layout != null;
            }
        };
        try (JsonGenerator json = FACTORY.createGenerator(context, text)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        }
        return Text.plainJson(text.toString());
    }

    private void writeResult(JsonGenerator json) {
        json.writeStringProperty("model", fit.model());
        json.writeStringProperty("family", fit.family());
        json.writeStringProperty("gradient", fit.gradient());
        json.writeStringProperty("device", fit.run().device());
        json.writeNumberProperty("seed", fit.seed());
        json.writeNumberProperty("steps", fit.steps());
        json.writeStringProperty("status", words(fit.ending().status()));
        json.writeBooleanProperty("converged", fit.converged());
        json.writeObjectPropertyStart("elbo");
        number(json, "value", fit.elbo());
        number(json, "standardError", fit.elboError());
        json.writeEndObject();
        number(json, "kHat", fit.kHat());
        number(json, "efficiency", fit.assessment().efficiency());
        json.writeStringProperty("verdict", fit.verdict().words());
        json.writeArrayPropertyStart("concerns");
        for (Concern concern : fit.assessment().concerns()) {
            json.writeStartObject();
            json.writeStringProperty(
                    "kind", concern.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '));
            json.writeStringProperty("verdict", concern.verdict().words());
            if (concern.parameter() != null) {
                json.writeStringProperty("parameter", concern.parameter());
            }
            json.writeStringProperty("words", concern.words());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("parameters");
        for (FitSummary.Parameter parameter : fit.parameters()) {
            json.writeStartObject();
            json.writeStringProperty("name", parameter.name());
            number(json, "mean", parameter.mean());
            number(json, "sd", parameter.sd());
            number(json, "q05", parameter.q05());
            number(json, "q95", parameter.q95());
            json.writeEndObject();
        }
        json.writeEndArray();
        writeCovariance(json, fit.covariance());
        number(json, "seconds", fit.run().seconds());
        number(json, "drawsPerSecond", fit.run().drawsPerSecond());
    }

    private static void writeCovariance(JsonGenerator json, double @Nullable [][] covariance) {
        json.writeName("covariance");
        if (covariance == null) {
            json.writeNull();
            return;
        }
        json.writeStartArray();
        for (double[] row : covariance) {
            json.writeStartArray();
            for (double value : row) {
                number(json, value);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private void writeRun(JsonGenerator json) {
        json.writeStringProperty("statusDetail", fit.ending().detail());
        json.writeObjectPropertyStart("options");
        for (Map.Entry<String, Object> option : fit.options().entrySet()) {
            json.writeName(option.getKey());
            Object value = option.getValue();
            if (value instanceof Boolean flag) {
                json.writeBoolean(flag);
            } else if (value instanceof Integer whole) {
                json.writeNumber(whole);
            } else if (value instanceof Number decimal) {
                number(json, decimal.doubleValue());
            } else {
                json.writeString(value.toString());
            }
        }
        json.writeEndObject();
        FitSummary.Source data = fit.data();
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
        json.writeEndObject();
        json.writeArrayPropertyStart("trace");
        for (TracePoint point : fit.trace()) {
            json.writeStartObject();
            json.writeNumberProperty("step", point.step());
            number(json, "elbo", point.elbo());
            number(json, "standardError", point.standardError());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** See {@link Coding.Kind}. */
    private static void writeCodings(JsonGenerator json, List<Coding> codings) {
        json.writeArrayPropertyStart("codings");
        for (Coding coding : codings) {
            json.writeStartObject();
            json.writeStringProperty("column", coding.column());
            json.writeStringProperty("kind", coding.kind().label);
            json.writeArrayPropertyStart("values");
            coding.values().forEach(json::writeString);
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String words(Status status) {
        return status.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static void number(JsonGenerator json, String name, double value) {
        json.writeName(name);
        number(json, value);
    }

    /** JSON has no words for infinite and NaN. */
    static void number(JsonGenerator json, double value) {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeNull();
        }
    }
}
