package io.github.elbo4j.cli.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first line in which two {@code fit.json} of the same arguments differ; but for those that say where and how long a fit ran,
 * and for the trail, which is compared state by state.
 *
 * @param field the outermost field that it is in; empty if there is none
 * @param there the line of the one
 * @param here the line of the other
 */
public record ResultDifference(String field, String there, String here) {
    private static final Set<String> OTHERS =
            Set.of("device", "seconds", "drawsPerSecond", "arguments", "trailVersion", "trail");
    private static final Pattern FIELD = Pattern.compile("  \"(\\w+)\": .*");
    private static final int LONGEST = 100; // of a line that is shown

    /** A line, and the outermost field that it is in. */
    private record Line(String field, String text) {
        static final Line NONE = new Line("", "");
    }

    /** Of two files as {@code fit} writes them, a line for each item. */
    public static ResultDifference of(String there, String here) {
        List<Line> one = compared(there);
        List<Line> other = compared(here);
        for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
            Line a = i < one.size() ? one.get(i) : Line.NONE;
            Line b = i < other.size() ? other.get(i) : Line.NONE;
            if (!a.equals(b)) {
                return new ResultDifference(a.field.isEmpty() ? b.field : a.field, a.text, b.text);
            }
        }
        return new ResultDifference("", "", "");
    }

    private static List<Line> compared(String document) {
        List<Line> lines = new ArrayList<>();
        String field = "{";
        for (String line : document.lines().toList()) {
            Matcher matcher = FIELD.matcher(line);
            if (matcher.matches()) {
                field = matcher.group(1);
            }
            if (!OTHERS.contains(field) || !line.startsWith("  ")) {
                lines.add(new Line(field, line));
            }
        }
        return lines;
    }

    /** Whether they are the same. */
    public boolean isNone() {
        return field.isEmpty();
    }

    /** In a sentence. */
    String inWords() {
        return isNone()
                ? "Every number of the result agrees, too."
                : "But the result differs, first in \"" + field + "\": in the fit " + brief(there) + ", here "
                        + brief(here) + ".";
    }

    private static String brief(String line) {
        String text = line.strip().replaceFirst(",$", "");
        return text.isEmpty() ? "nothing" : text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
