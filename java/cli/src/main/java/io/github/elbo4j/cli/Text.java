package io.github.elbo4j.cli;

import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jline.utils.WCWidth;

/** Words for messages and tables. */
final class Text {
    private Text() {}

    /** {@code 1 row}, {@code 200 rows}. */
    static String count(int n, String thing) {
        return Numbers.grouped(n) + " " + thing + (n == 1 ? "" : "s");
    }

    /** With a capital and a full stop. */
    static String sentence(String clause) {
        String text = clause.isEmpty() ? "" : Character.toUpperCase(clause.charAt(0)) + clause.substring(1);
        return text.isEmpty() || text.endsWith(".") ? text : text + ".";
    }

    /** The columns that {@code text} takes on a terminal: two for a wide character, none for an accent that stands alone. */
    static int width(String text) {
        return text.codePoints().map(Text::width).sum();
    }

    private static int width(int codePoint) {
        return Math.max(0, WCWidth.wcwidth(codePoint));
    }

    /** Broken between words into lines of at most {@code width} columns, all but the first indented. */
    static String wrap(String text, int width, String indent) {
        StringBuilder wrapped = new StringBuilder();
        int column = -1; // nothing yet
        for (String word : text.split(" ", -1)) {
            if (column >= 0 && column + 1 + width(word) > width) {
                wrapped.append('\n').append(indent);
                column = width(indent);
            } else if (column >= 0) {
                wrapped.append(' ');
                column++;
            }
            wrapped.append(word);
            column = Math.max(column, 0) + width(word);
        }
        return wrapped.toString();
    }

    /**
     * Text from a file or a stranger, fit for a terminal or a page: characters that steer or deceive instead of being seen
     * are shown as escapes, such as {@code \\u001b}. All that is shown passes here at its end; twice does no harm.
     */
    static String plain(String text) {
        return escaped(text, Text::steers, Text::escape);
    }

    /** The same for text of several lines, whose ends and tabs are its own. */
    static String plainLines(String text) {
        return escaped(text, c -> steers(c) && c != '\n' && c != '\t', Text::escape);
    }

    /** JSON with the same characters escaped, as JSON spells them; its value is unchanged. Line ends between items stay. */
    static String plainJson(String json) {
        return escaped(json, c -> steers(c) && c != '\n', Text::jsonEscape);
    }

    private static String escaped(String text, IntPredicate which, IntFunction<String> escape) {
        return text.codePoints().noneMatch(which)
                ? text
                : text.codePoints()
                        .mapToObj(c -> which.test(c) ? escape.apply(c) : Character.toString(c))
                        .collect(Collectors.joining());
    }

    /**
     * Control characters (C0 and C1, line ends among them), those that change the direction of writing, tags, and others
     * that are not seen; half a surrogate pair too. Joiners stay: scripts and emoji need them. Written out, so that every
     * Java agrees.
     */
    private static boolean steers(int c) {
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

    private static String escape(int c) {
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

    /** Without white space at its ends, spaces that do not break included. */
    static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || Character.isWhitespace(c) || (c > 0x7f && (Character.isSpaceChar(c) || c == 0xfeff));
    }

    /** No wider than {@code longest} columns; what is cut off is told by an ellipsis. */
    static String cut(String text, int longest) {
        if (width(text) <= longest) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int room = longest - 1;
        for (int c : text.codePoints().toArray()) {
            room -= width(c);
            if (room < 0) {
                break;
            }
            kept.appendCodePoint(c);
        }
        return kept.append('…').toString();
    }

    /** With spaces to {@code width} columns, and one at least. */
    static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - width(text)));
    }

    /** {@code text} in quotes, as it stands in messages. */
    static String quote(String text) {
        return '"' + cut(plain(text), 60) + '"';
    }

    /** {@code text} as one word of a shell's command line; what is not seen is written as bash reads it. */
    static String shellQuote(String text) {
        if (text.codePoints().noneMatch(Text::steers)) {
            return text.matches("[\\w.,+%/=:-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
        }
        return text.codePoints()
                .mapToObj(c -> c == '\'' || c == '\\'
                        ? "\\" + Character.toString(c)
                        : !steers(c)
                                ? Character.toString(c)
                                : c > 0xffff ? String.format(Locale.ROOT, "\\U%08x", c) : escape(c))
                .collect(Collectors.joining("", "$'", "'"));
    }
}
