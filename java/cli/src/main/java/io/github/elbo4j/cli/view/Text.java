package io.github.elbo4j.cli.view;

import io.github.elbo4j.report.words.Words;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jline.utils.WCWidth;

/** Text for messages and tables of a terminal. */
public final class Text {
    /** Columns of the names of facts. */
    private static final int FACTS = 8;

    private Text() {}

    /** The columns that {@code text} takes on a terminal: two for a wide character, none for an accent that stands alone. */
    static int width(String text) {
        return text.codePoints().map(Text::width).sum();
    }

    private static int width(int codePoint) {
        return Math.max(0, WCWidth.wcwidth(codePoint));
    }

    /** Broken between words into lines of at most {@code width} columns, all but the first indented. */
    public static String wrap(String text, int width, String indent) {
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

    /** Without white space at its ends, spaces that do not break included. */
    public static String strip(String text) {
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

    /** No wider than {@code longest} columns; an ellipsis stands for what is cut off. */
    public static String cut(String text, int longest) {
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
    public static String quote(String text) {
        return '"' + cut(Words.plain(text), 60) + '"';
    }

    /** {@code text} as one word of a shell's command line; what is not seen is written as bash reads it. */
    public static String shellQuote(String text) {
        if (text.codePoints().noneMatch(Words::steers)) {
            return text.matches("[\\w.,+%/=:-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
        }
        return text.codePoints()
                .mapToObj(c -> c == '\'' || c == '\\'
                        ? "\\" + Character.toString(c)
                        : !Words.steers(c)
                                ? Character.toString(c)
                                : c > 0xffff ? String.format(Locale.ROOT, "\\U%08x", c) : Words.escape(c))
                .collect(Collectors.joining("", "$'", "'"));
    }

    /** A fact by its name, in a column of names; further lines stand below the fact. */
    static String fact(String name, String value, int width) {
        return wrap(pad(name, FACTS) + Words.plain(value), width, " ".repeat(FACTS));
    }
}
