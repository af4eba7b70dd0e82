package io.github.elbo4j.report;

import io.github.elbo4j.report.words.Words;
import java.util.regex.Pattern;

/** Text made safe for HTML. Column names come from files that cannot be trusted: all of them pass through here. */
final class Html {
    private static final Pattern MINUS = Pattern.compile("(?<=^|[\\s(])-(?=\\d)");

    private Html() {}

    /** {@code text} as the content of an element or of a quoted attribute. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (char c : Words.plain(text).toCharArray()) {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }

    /** JSON made safe inside a script element: no tag can begin or end in it. The value is unchanged. */
    static String script(String json) {
        return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
    }

    /** A sentence, its negative numbers with the minus sign of print; hyphens stay. */
    static String prose(String text) {
        return escape(MINUS.matcher(text).replaceAll("\u2212"));
    }

    /** A number from {@link io.github.elbo4j.report.words.Numbers}, with the minus sign of print. */
    static String number(String text) {
        return escape(text.replace('-', '\u2212'));
    }
}
