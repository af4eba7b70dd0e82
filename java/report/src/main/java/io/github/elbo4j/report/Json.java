package io.github.elbo4j.report;

import io.github.elbo4j.report.words.Words;
import java.io.StringWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON whose bytes follow from the values: doubles are written by Jackson's own shortest form, because that of {@code
 * Double.toString} changed with JDK 19. Characters that control a terminal are written as escapes, also where JSON does
 * not require it.
 */
final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    private Json() {}

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
        return Words.plainJson(text.toString());
    }

    /** JSON cannot express infinity or NaN: both are null, and the sign of an infinity stands in a field beside it. */
    static void number(JsonGenerator json, String name, double value) {
        json.writeName(name);
        number(json, value);
        if (Double.isInfinite(value)) {
            json.writeNumberProperty(name + "Sign", value > 0 ? 1 : -1);
        }
    }

    static void number(JsonGenerator json, double value) {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeNull();
        }
    }

    /** An object of these fields, in their order: strings, booleans and numbers. */
    static void fields(JsonGenerator json, String name, Map<String, Object> fields) {
        json.writeObjectPropertyStart(name);
        fields.forEach((field, value) -> {
            json.writeName(field);
            value(json, value);
        });
        json.writeEndObject();
    }

    static void value(JsonGenerator json, Object value) {
        if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (value instanceof Integer || value instanceof Long) {
            json.writeNumber(((Number) value).longValue());
        } else if (value instanceof Number decimal) {
            number(json, decimal.doubleValue());
        } else {
            json.writeString(value.toString());
        }
    }
}
