package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import java.util.regex.Pattern;

/** What a cell that is no number looks like, and what to do about it. */
enum CellShape {
    /** A decimal comma where a point is expected, without a doubt: 0,5 or 1,25. */
    DECIMAL_COMMA,
    /** One or more groups of three digits behind commas: 1,234 is a thousand, or one and a bit. */
    COMMA_AND_THREE,
    /** Groups of three digits behind commas (points, if the decimal sign is a comma), without a doubt: 1,234.5. */
    THOUSANDS,
    /** Groups of three digits behind spaces, apostrophes or underlines. */
    GROUPS,
    /** A point where a decimal comma is expected. */
    DECIMAL_POINT,
    PERCENT,
    MONEY,
    DATE,
    /** The minus sign of print, or a dash, instead of the hyphen that computers read. */
    MINUS,
    TEXT;

    private static final Pattern COMMA = Pattern.compile("[-+]?\\d*,\\d+([eE][-+]?\\d+)?");
    private static final Pattern COMMA_THREE = Pattern.compile("[-+]?[1-9]\\d{0,2}(,\\d{3})+");
    private static final Pattern COMMA_GROUPS = Pattern.compile("[-+]?\\d{1,3}(,\\d{3})+(\\.\\d*)?");
    private static final Pattern POINT_GROUPS = Pattern.compile("[-+]?\\d{1,3}(\\.\\d{3})+(,\\d*)?");
    private static final Pattern POINT = Pattern.compile("[-+]?(\\d+\\.\\d*|\\.\\d+)([eE][-+]?\\d+)?");
    private static final Pattern OTHER_GROUPS =
            Pattern.compile("[-+]?\\d{1,3}([ \\u00a0\\u2007\\u2009\\u202f'\\u2019_]\\d{3})+([.,]\\d*)?");
    private static final Pattern PERCENTAGE = Pattern.compile("[-+]?[\\d.,]*\\d[\\s\\u00a0\\u202f]*%");
    private static final Pattern AMOUNT = Pattern.compile("[-+(]*(\\p{Sc}\\s*[-+]?[\\d.,]+|[\\d.,]+\\s*\\p{Sc})\\)?");
    private static final Pattern DAY =
            Pattern.compile("\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}([T ].*)?|\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{2,4}([T ].*)?");
    private static final Pattern DASH = Pattern.compile("[\\u2212\\u2012\\u2013]\\d.*");

    /** {@code text}, a cell that could not be read as a number. */
    static CellShape of(String text, char decimal) {
        if (text.length() > 60) {
            return TEXT;
        }
        if (decimal == ',') {
            if (POINT.matcher(text).matches() || COMMA_GROUPS.matcher(text).matches()) {
                return DECIMAL_POINT;
            }
            if (POINT_GROUPS.matcher(text).matches()) {
                return THOUSANDS;
            }
        } else {
            if (COMMA_THREE.matcher(text).matches()) {
                return text.indexOf(',') == text.lastIndexOf(',') ? COMMA_AND_THREE : THOUSANDS;
            }
            if (COMMA.matcher(text).matches()) {
                return DECIMAL_COMMA;
            }
            if (POINT_GROUPS.matcher(text).matches()) {
                return text.indexOf(',') < 0 ? THOUSANDS : DECIMAL_COMMA;
            }
            if (COMMA_GROUPS.matcher(text).matches()) {
                return THOUSANDS;
            }
        }
        return OTHER_GROUPS.matcher(text).matches()
                ? GROUPS
                : PERCENTAGE.matcher(text).matches()
                        ? PERCENT
                        : AMOUNT.matcher(text).matches()
                                ? MONEY
                                : DAY.matcher(text).matches()
                                        ? DATE
                                        : DASH.matcher(text).matches() ? MINUS : TEXT;
    }

    /** The shape of both: of a column whose cells have the one and the other. TEXT where they disagree. */
    CellShape and(CellShape other) {
        if (this == other || (other == COMMA_AND_THREE && (this == DECIMAL_COMMA || this == THOUSANDS))) {
            return this;
        }
        return this == COMMA_AND_THREE && (other == DECIMAL_COMMA || other == THOUSANDS) ? other : TEXT;
    }

    /**
     * What {@code text} looks like and what to do, as the rest of a sentence; empty for mere text.
     *
     * @param quotedOnly whether a comma could not stand in a cell without quotes: then it is more likely one of thousands
     */
    String advice(String text, boolean quotedOnly) {
        String digits = text.replaceAll("[^\\d.eE+-]", "");
        return switch (this) {
            case DECIMAL_COMMA -> "it looks like a number with a decimal comma. Read the file with \"--decimal ,\"";
            case COMMA_AND_THREE ->
                "it looks like a number with a comma between thousands. Write it without (" + digits + ")"
                        + (quotedOnly
                                ? ""
                                : "; or, if the comma is a decimal comma, read the file with \"--decimal ,\"");
            case THOUSANDS ->
                POINT_GROUPS.matcher(text).matches()
                        ? "it looks like a number with a point between thousands. Write it without ("
                                + text.replace(".", "") + ")"
                        : "it looks like a number with a comma between thousands. Write it without (" + digits + ")";
            case GROUPS ->
                "it looks like a number whose thousands are set apart. Write the digits together ("
                        + text.replaceAll("[^\\d.,eE+-]", "") + ")";
            case DECIMAL_POINT ->
                "it has a point, and numbers are read with a decimal comma (\"--decimal ,\"). Write all of them in one way";
            case PERCENT ->
                "it looks like a percentage. Write the number alone (" + Text.strip(text.replace("%", ""))
                        + "), in every row";
            case MONEY -> "it looks like an amount of money. Write the number alone, in every row";
            case DATE -> "it looks like a date. Write it as a number, for example in days since the first one";
            case MINUS -> "its dash is not the minus sign that computers read. Write -" + text.substring(1);
            case TEXT -> "";
        };
    }
}
