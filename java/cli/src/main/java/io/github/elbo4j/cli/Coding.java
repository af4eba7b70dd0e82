package io.github.elbo4j.cli;

import java.util.List;
import java.util.stream.Collectors;

/**
 * How the values of a column became numbers.
 *
 * @param column its name
 * @param values the values in order
 * @param indicators false: the two values are 0 and 1; true: each value but the first, the baseline, has a 0/1 column
 */
record Coding(String column, List<String> values, boolean indicators) {
    private static final int SHOWN = 20;

    /** The column of the value at {@code index}. */
    String indicator(int index) {
        return column + "=" + values.get(index);
    }

    /** Such as {@code type: No = 0, Yes = 1}. */
    String words() {
        if (!indicators) {
            return column + ": " + values.get(0) + " = 0, " + values.get(1) + " = 1";
        }
        String rest = values.stream().skip(1).limit(SHOWN).collect(Collectors.joining(", "));
        String more = values.size() - 1 > SHOWN ? ", … (" + (values.size() - 1) + " in all)" : "";
        return column + ": a 0/1 column for each of " + rest + more + "; the baseline is " + values.get(0);
    }
}
