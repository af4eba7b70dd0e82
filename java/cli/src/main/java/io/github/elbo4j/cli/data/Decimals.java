package io.github.elbo4j.cli.data;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;
import java.util.Locale;

/** Decimal numbers as tables have them. */
final class Decimals {
    private static final int LONGEST_INFINITY = 9;

    private Decimals() {}

    /**
     * A finite or infinite number, or NaN for anything that is not written as a decimal number.
     *
     * @param point what stands before the decimals, a point or a comma
     */
    static double parse(String text, char point) {
        if (text.isEmpty()) {
            return Double.NaN;
        }
        char last = text.charAt(text.length() - 1);
        if (!((last >= '0' && last <= '9') || last == point) || text.indexOf('x') >= 0 || text.indexOf('X') >= 0) {
            // Java also reads "1d", "2f" and hexadecimal floats; in a table they are more likely a slip.
            return switch (text.length() > LONGEST_INFINITY ? "" : text.toLowerCase(Locale.ROOT)) {
                case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
                case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
                default -> Double.NaN;
            };
        }
        if (point != '.' && text.indexOf('.') >= 0) {
            return Double.NaN;
        }
        try {
            return JavaDoubleParser.parseDouble(point == '.' ? text : text.replace(point, '.'));
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
