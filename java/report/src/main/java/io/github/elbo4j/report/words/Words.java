package io.github.elbo4j.report.words;

import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/** Words for messages and tables, and untrusted text made harmless. */
public final class Words {
    private Words() {}

    /** {@code 1 row}, {@code 200 rows}. */
    public static String count(int n, String thing) {
        return Numbers.grouped(n) + " " + thing + (n == 1 ? "" : "s");
    }

    /** With a capital and a full stop. */
    public static String sentence(String clause) {
        String text = clause.isEmpty() ? "" : Character.toUpperCase(clause.charAt(0)) + clause.substring(1);
        return text.isEmpty() || text.endsWith(".") ? text : text + ".";
    }

    /** A constant's name in lower case: LEAVE_ONE_OUT is leave-one-out, with {@code between} between its words. */
    public static String name(Enum<?> value, char between) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', between);
    }

    /**
     * Untrusted text made safe for a terminal or a page: characters that control it, or are not visible, are shown as
     * escapes, such as {@code \\u001b}. All that is shown passes here at its end; twice does no harm.
     */
    public static String plain(String text) {
        return escaped(text, Words::steers, Words::escape);
    }

    /** The same for text of several lines, whose ends and tabs are its own. */
    public static String plainLines(String text) {
        return escaped(text, c -> steers(c) && c != '\n' && c != '\t', Words::escape);
    }

    /** JSON with the same characters escaped, as JSON spells them; its value is unchanged. Line ends between items stay. */
    public static String plainJson(String json) {
        return escaped(json, c -> steers(c) && c != '\n', Words::jsonEscape);
    }

    private static String escaped(String text, IntPredicate which, IntFunction<String> escape) {
        return text.codePoints().noneMatch(which)
                ? text
                : text.codePoints()
                        .mapToObj(c -> which.test(c) ? escape.apply(c) : Character.toString(c))
                        .collect(Collectors.joining());
    }

    /**
     * Control characters (C0 and C1, line ends among them), those that change the direction of writing, tags, and
     * others that are not seen; half a surrogate pair too. Joiners stay: scripts and emoji need them. The list is
     * written out, so that it is the same on every Java.
     */
    public static boolean steers(int c) {
        return c < 0x20
                || (c >= 0x7f && c <= 0x9f)
                || c == 0xad // soft hyphen
                || c == 0x61c // Arabic letter mark
                || c == 0x180e // Mongolian vowel separator
                || c == 0x200b // space of no width
                || c == 0x200e // left-to-right mark
                || c == 0x200f // right-to-left mark
                || (c >= 0x2028 && c <= 0x202e) // line and paragraph ends, embeddings and overrides
                || (c >= 0x2060 && c <= 0x206f) // isolates and others
                || (c >= 0xd800 && c <= 0xdfff)
                || c == 0xfeff
                || (c >= 0xfff9 && c <= 0xfffb)
                || (c >= 0xe0000 && c <= 0xe007f); // tags
    }

    /** A character that is not seen, as an escape. */
    public static String escape(int c) {
        return switch (c) {
            case '\t' -> "\\t";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            default -> String.format(Locale.ROOT, c > 0xffff ? "\\u{%x}" : "\\u%04x", c);
        };
    }

    private static String jsonEscape(int c) {
        return Character.toString(c)
                .chars()
                .mapToObj(unit -> String.format(Locale.ROOT, "\\u%04x", unit))
                .collect(Collectors.joining());
    }
}
