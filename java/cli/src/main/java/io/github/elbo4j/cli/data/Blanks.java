package io.github.elbo4j.cli.data;

import java.util.Locale;
import java.util.Set;

/** Cells in which there is nothing. */
final class Blanks {
    private static final Set<String> MISSING = Set.of("na", "n/a", "nan", "null", "?", ".", "-", "#n/a", "<na>", "\\n");
    private static final Set<String> NONE = Set.of("none", "missing");
    private static final int LONGEST = 7;

    private Blanks() {}

    /** Whether a cell, without white space at its ends, has nothing. */
    static boolean isMissing(String text) {
        return text.isEmpty() || isIn(MISSING, text);
    }

    /** Whether it says that there is nothing: missing among numbers, but a value among texts. */
    static boolean isNone(String text) {
        return isIn(NONE, text);
    }

    private static boolean isIn(Set<String> words, String text) {
        return text.length() <= LONGEST && words.contains(text.toLowerCase(Locale.ROOT));
    }
}
