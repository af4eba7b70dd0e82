package io.github.elbo4j.cli;

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

    /** Broken between words into lines of at most {@code width} characters, all but the first indented. */
    static String wrap(String text, int width, String indent) {
        StringBuilder wrapped = new StringBuilder();
        int column = -1; // nothing yet
        for (String word : text.split(" ", -1)) {
            if (column >= 0 && column + 1 + word.length() > width) {
                wrapped.append('\n').append(indent);
                column = indent.length();
            } else if (column >= 0) {
                wrapped.append(' ');
                column++;
            }
            wrapped.append(word);
            column = Math.max(column, 0) + word.length();
        }
        return wrapped.toString();
    }

    /** Text from a file, without the control characters that could steer a terminal. */
    static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    static String cut(String text, int longest) {
        return text.length() > longest ? text.substring(0, longest - 1) + "…" : text;
    }

    static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
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
