package io.github.elbo4j.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** A value in a JSON file, and where it stands there, so that what is wrong with it can be said. */
final class JsonTree {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String file;
    private final String field;
    private final @Nullable Object value; // String, Boolean, Long, Double, List, Map

    private JsonTree(String file, String field, @Nullable Object value) {
        this.file = file;
        this.field = field;
        this.value = value;
    }

    static JsonTree read(Path path) throws IOException {
        return read(String.valueOf(path.getFileName()), Files.readAllBytes(path));
    }

    /** @param file what the bytes are of */
    static JsonTree read(String file, byte[] bytes) throws FitFileException {
        if (bytes.length == 0) {
            throw new FitFileException(file + " is empty");
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            parser.nextToken();
            Object value = value(parser, file);
            if (parser.nextToken() != null) {
                throw new FitFileException(file + ": something follows the end of its JSON");
            }
            return new JsonTree(file, "", value);
        } catch (JacksonException e) {
            throw new FitFileException(file + " is not whole JSON: " + e.getOriginalMessage() + " (line "
                    + e.getLocation().getLineNr() + ")");
        }
    }

    private static @Nullable Object value(JsonParser parser, String file) throws FitFileException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new FitFileException(file + " holds nothing");
        }
        switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    fields.put(name, value(parser, file));
                }
                return fields;
            }
            case START_ARRAY -> {
                List<@Nullable Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser, file));
                }
                return items;
            }
            case VALUE_NUMBER_INT -> {
                return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? (Object) parser.getDoubleValue()
                        : (Object) parser.getLongValue();
            }
            case VALUE_NUMBER_FLOAT -> {
                return parser.getDoubleValue();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return parser.getBooleanValue();
            }
            case VALUE_NULL -> {
                return null;
            }
            default -> {
                return parser.getString();
            }
        }
    }

    /** What is wrong here. */
    FitFileException wrong(String what) {
        return new FitFileException(file + (field.isEmpty() ? "" : ", field " + field) + ": " + what);
    }

    private FitFileException wrongType(String wanted) {
        String is = value == null
                ? "null"
                : value instanceof Map ? "an object" : value instanceof List ? "a list" : "\"" + value + "\"";
        return wrong("it is " + (value instanceof Number || value instanceof Boolean ? value : is) + ", but must be "
                + wanted);
    }

    boolean isNull() {
        return value == null;
    }

    /** The field of an object; it must be there, but may be null. */
    JsonTree get(String name) throws FitFileException {
        Map<?, ?> fields = fields();
        if (!fields.containsKey(name)) {
            throw new JsonTree(file, path(name), null).wrong("it is missing");
        }
        return new JsonTree(file, path(name), fields.get(name));
    }

    boolean has(String name) throws FitFileException {
        return fields().containsKey(name);
    }

    private Map<?, ?> fields() throws FitFileException {
        if (value instanceof Map<?, ?> fields) {
            return fields;
        }
        throw wrongType("an object");
    }

    private String path(String name) {
        return field.isEmpty() ? name : field + "." + name;
    }

    List<JsonTree> items() throws FitFileException {
        if (!(value instanceof List<?> items)) {
            throw wrongType("a list");
        }
        List<JsonTree> trees = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            trees.add(new JsonTree(file, field + "[" + i + "]", items.get(i)));
        }
        return trees;
    }

    List<String> strings() throws FitFileException {
        List<String> strings = new ArrayList<>();
        for (JsonTree item : items()) {
            strings.add(item.string());
        }
        return strings;
    }

    /** Strings, booleans, whole numbers and decimals by name, in their order. */
    List<String> names() throws FitFileException {
        return fields().keySet().stream().map(String::valueOf).toList();
    }

    Map<String, Object> values() throws FitFileException {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Object name : fields().keySet()) {
            JsonTree item = get((String) name);
            Object each = item.value;
            if (each == null || each instanceof List || each instanceof Map) {
                throw item.wrongType("a string, a boolean or a number");
            }
            values.put((String) name, each);
        }
        return values;
    }

    String string() throws FitFileException {
        if (value instanceof String string) {
            return string;
        }
        throw wrongType("a string");
    }

    /** A string; empty if it is none. */
    String text() {
        return value instanceof String string ? string : "";
    }

    boolean truth() throws FitFileException {
        if (value instanceof Boolean truth) {
            return truth;
        }
        throw wrongType("true or false");
    }

    /** A finite number. */
    double number() throws FitFileException {
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw wrongType("a finite number");
    }

    /** A number of this object that may be null: it is then infinite, if its sign stands beside it, or else NaN. */
    double numberOrNone(String name) throws FitFileException {
        JsonTree number = get(name);
        if (!number.isNull()) {
            return number.number();
        }
        return has(name + "Sign") ? get(name + "Sign").number() * Double.POSITIVE_INFINITY : Double.NaN;
    }

    double[] numbers() throws FitFileException {
        List<JsonTree> items = items();
        double[] numbers = new double[items.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = items.get(i).number();
        }
        return numbers;
    }

    long whole() throws FitFileException {
        if (value instanceof Long whole) {
            return whole;
        }
        throw wrongType("a whole number of 64 bits");
    }

    /** A whole number from 0 to the largest int. */
    int count() throws FitFileException {
        if (value instanceof Long whole && whole >= 0 && whole <= Integer.MAX_VALUE) {
            return whole.intValue();
        }
        throw wrongType("a whole number from 0 to " + Integer.MAX_VALUE);
    }

    /** Such numbers. */
    int[] counts() throws FitFileException {
        List<JsonTree> items = items();
        int[] counts = new int[items.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = items.get(i).count();
        }
        return counts;
    }

    /** One of these, by what it is called. */
    <T> T oneOf(Map<String, T> choices) throws FitFileException {
        T choice = value instanceof String name ? choices.get(name) : null;
        if (choice == null) {
            throw wrongType("one of " + String.join(", ", choices.keySet()));
        }
        return choice;
    }
}
