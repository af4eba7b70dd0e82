package io.github.elbo4j.cli;

import java.util.List;
import java.util.stream.Collectors;

/**
 * How the values of a column became numbers.
 *
 * @param column its name
 * @param values the values in order
 */
record Coding(String column, List<String> values, Kind kind) {
    private static final int SHOWN = 20;

    /** What the values became. */
    enum Kind {
        /** Of two values the first is 0 and the second 1. */
        TWO_VALUES("two values"),
        /** Each value but the first, the baseline, has a 0/1 column. */
        INDICATORS("indicators"),
        /** Each value has a 0/1 column, where there is no intercept to stand for one of them. */
        ALL_INDICATORS("all indicators");

        /** As {@code fit.json} calls it. */
        final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /** The first value that has a 0/1 column. */
    int firstIndicator() {
        return kind == Kind.ALL_INDICATORS ? 0 : 1;
    }

    /** The column of the value at {@code index}. */
    String indicator(int index) {
        return column + "=" + values.get(index);
    }

    /** Such as {@code type: No = 0, Yes = 1}. */
    String words() {
        if (kind == Kind.TWO_VALUES) {
            return column + ": " + values.get(0) + " = 0, " + values.get(1) + " = 1";
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
