package io.github.elbo4j.cli;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One column of a CSV file: its numbers, and the first cell of each kind that is not one. What is wrong is told only when
 * the column is asked for, so that a column that is left out may hold anything.
 */
final class CsvColumn {
    /** A cell that is not a number. {@code row} counts data rows from 0, {@code line} is the line in the file from 1. */
    private record Cell(int row, long line, String text) {}

    private static final Set<String> MISSING = Set.of("na", "n/a", "nan", "null", "none", "?", ".", "-", "missing");
    private static final Pattern DECIMAL_COMMA = Pattern.compile("[-+]?\\d+,\\d+");
    private static final int EXAMPLES = 5;

    private final String file;
    private final String name;
    private double[] values = new double[256];
    private int size;
    private @Nullable Cell firstMissing;
    private int missing;
    private @Nullable Cell firstInfinite;
    private @Nullable Cell firstText;
    private int texts;
    private final List<String> distinctTexts = new ArrayList<>();

    CsvColumn(String file, String name) {
        this.file = file;
        this.name = name;
    }

    String name() {
        return name;
    }

    /** Adds the cell of the next row. */
    void add(long line, String cell) {
        String text = cell.strip();
        double value = Double.NaN;
        if (text.isEmpty() || MISSING.contains(text.toLowerCase(Locale.ROOT))) {
            missing++;
            firstMissing = firstMissing == null ? new Cell(size, line, text) : firstMissing;
        } else {
            value = parse(text);
            if (Double.isNaN(value)) {
                texts++;
                firstText = firstText == null ? new Cell(size, line, text) : firstText;
                if (distinctTexts.size() <= EXAMPLES && !distinctTexts.contains(text)) {
                    distinctTexts.add(text);
                }
            } else if (Float.isInfinite((float) value)) { // the devices compute in float32
                firstInfinite = firstInfinite == null ? new Cell(size, line, text) : firstInfinite;
            }
        }
        if (size == values.length) {
            values = Arrays.copyOf(values, Math.multiplyExact(size, 2));
        }
        values[size++] = value;
    }

    /** Whether every cell that is not empty holds text. */
    boolean holdsText() {
        return texts > 0 && texts + missing == size;
    }

    /** The first few different texts, quoted. */
    String textExamples() {
        List<String> shown = distinctTexts.subList(0, Math.min(EXAMPLES, distinctTexts.size()));
        String list = String.join(", ", shown.stream().map(Text::quote).toList());
        return distinctTexts.size() > EXAMPLES ? list + ", …" : list;
    }

    /** The numbers, one a row; what is not a finite number is refused with the place of its first cell. */
    double[] numbers() {
        if (holdsText()) {
            throw new InputException(file + ", column " + Text.quote(name) + " holds text (" + textExamples()
                    + "), and only numbers can be fitted. Write it as numbers (0 and 1 for two values; for more, a 0/1"
                    + " column for each value but one)" + orIgnore());
        }
        if (firstText != null) {
            String comma = DECIMAL_COMMA.matcher(firstText.text).matches() ? " (write the decimal point as \".\")" : "";
            throw new InputException(place(firstText) + ": " + Text.quote(firstText.text) + " is not a number" + comma
                    + more(texts) + ". Correct the cell" + orIgnore());
        }
        if (firstMissing != null) {
            String what = firstMissing.text.isEmpty()
                    ? "the cell is empty"
                    : Text.quote(firstMissing.text) + " is not a number";
            throw new InputException(place(firstMissing) + ": " + what + more(missing)
                    + ". Missing values are not filled in: complete the cell, remove the row" + orIgnore());
        }
        if (firstInfinite != null) {
            throw new InputException(place(firstInfinite) + ": " + Text.quote(firstInfinite.text)
                    + " is infinite or beyond single precision (about 3.4e38). Correct the cell or rescale the column");
        }
        return Arrays.copyOf(values, size);
    }

    /** Where row {@code row} (from 0) of a column whose cells are all numbers stands; for messages on its value. */
    static String place(String file, int row, long line, String column) {
        return file + ", row " + (row + 1) + " (line " + line + "), column " + Text.quote(column);
    }

    /** A finite or infinite number, or NaN for anything that is not written as a decimal number. */
    private static double parse(String text) {
        char last = text.charAt(text.length() - 1);
        if (!((last >= '0' && last <= '9') || last == '.') || text.indexOf('x') >= 0 || text.indexOf('X') >= 0) {
            // Java also reads "1d", "2f" and hexadecimal floats; in a table they are more likely a slip.
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
                case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
                default -> Double.NaN;
            };
        }
        try {
            return JavaDoubleParser.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private String place(Cell cell) {
        return place(file, cell.row, cell.line, name);
    }

    private String orIgnore() {
        return ", or leave the column out with --ignore " + Text.shellQuote(name);
    }

    private static String more(int count) {
        return count > 1 ? " (the first of " + count + " such cells in this column)" : "";
    }
}
