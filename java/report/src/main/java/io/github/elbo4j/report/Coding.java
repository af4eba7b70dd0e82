package io.github.elbo4j.report;

import java.util.List;
import java.util.stream.Collectors;

/**
 * How the values of a column became numbers.
 *
 * @param column its name
 * @param values the values in order
 */
public record Coding(String column, List<String> values, Kind kind) {
    private static final int SHOWN = 20;

    /** What the values became. */
    public enum Kind {
        /** Of two values the first is 0 and the second 1. */
        TWO_VALUES("two values"),
        /** Each value but the first, the baseline, has a 0/1 column. */
        INDICATORS("indicators"),
        /** Each value has a 0/1 column, where there is no intercept to stand for one of them. */
        ALL_INDICATORS("all indicators"),
        /** Each value is a class of the target, and becomes its number. */
        CLASSES("classes");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** As {@code fit.json} calls it. */
        public String label() {
            return label;
        }
    }

    public Coding {
        values = List.copyOf(values);
    }

    /** The first value that has a 0/1 column. */
    public int firstIndicator() {
        return kind == Kind.ALL_INDICATORS ? 0 : 1;
    }

    /** The column of the value at {@code index}. */
    public String indicator(int index) {
        return column + "=" + values.get(index);
    }

    /** Such as {@code type: No = 0, Yes = 1}. */
    public String words() {
        if (kind == Kind.TWO_VALUES) {
            return column + ": " + values.get(0) + " = 0, " + values.get(1) + " = 1";
        }
        if (kind == Kind.CLASSES) {
            return column + ": the classes are " + String.join(", ", values);
        }
        List<String> coded = values.subList(firstIndicator(), values.size());
        String shown = coded.stream().limit(SHOWN).collect(Collectors.joining(", "));
        String more = coded.size() > SHOWN ? ", … (" + coded.size() + " in all)" : "";
        String baseline = kind == Kind.INDICATORS
                ? "the baseline is " + values.get(0)
                : "there is no baseline, since there is no intercept";
        return column + ": a 0/1 column for each of " + shown + more + "; " + baseline;
    }
}
