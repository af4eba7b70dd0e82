package io.github.elbo4j.cli;

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

    /** Text from a file, without the control characters that could steer a terminal. */
    static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
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

    /** {@code text} as one word of a shell's command line. */
    static String shellQuote(String text) {
        return text.matches("[\\w.,+%/=:-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
