package io.github.elbo4j.cli.data;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Whole lines of a CSV file in which no cell is quoted, as numbers and, where a cell is none, its text. A block is taken apart
 * without the others, so several are at once. One that holds anything unusual says so, and is left to the parser.
 */
final class CsvBlock implements Runnable {
    /** 10^k, of which float64 holds 22 exactly. */
    private static final double[] POWERS = powers();

    private static final long MOST_EXACT = 1L << 53;

    private final byte[] bytes;
    private final int from;
    private final int to;
    private final byte delimiter;
    private final int columns;
    private double[] values = new double[0]; // [rows][columns]; NaN where there is a text
    private int[] lines = new int[0]; // of each row, from 0
    private final List<String> texts = new ArrayList<>(); // in order
    private int rows;
    private int ends; // of lines
    private boolean isUnusual;

    /**
     * Some bytes, UTF-8.
     *
     * @param from the first of them, of a line's first
     * @param to behind the last, which ends a line or the file
     * @param columns that each row must have
     */
    CsvBlock(byte[] bytes, int from, int to, char delimiter, int columns) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
        this.delimiter = (byte) delimiter;
        this.columns = columns;
    }

    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** Whether there is a quote, a return without a line feed, or a row of another number of cells. */
    boolean isUnusual() {
        return isUnusual;
    }

    int rows() {
        return rows;
    }

    /** Line ends. */
    int ends() {
        return ends;
    }

    /** The line of a row, from 0 at the block's first. */
    int line(int row) {
        return lines[row];
    }

    /** [rows][columns]; the array may be longer. */
    double[] values() {
        return values;
    }

    double value(int row, int column) {
        return values[row * columns + column];
    }

    /** The texts of the cells whose value is NaN, row by row. */
    List<String> texts() {
        return texts;
    }

    @Override
    public void run() {
        values = new double[Math.max(columns, (to - from) / 4)];
        lines = new int[Math.max(1, values.length / columns)];
        for (int at = from; at < to && !isUnusual; ) {
            if (bytes[at] == '\n' || isReturn(at)) { // an empty line is no row
                at += bytes[at] == '\n' ? 1 : 2;
                ends++;
            } else {
                at = row(at);
            }
        }
    }

    private boolean isReturn(int at) {
        return bytes[at] == '\r' && at + 1 < to && bytes[at + 1] == '\n';
    }

    /** Takes a row; returns where the next line begins. */
    private int row(int start) {
        int first = rows * columns;
        if (first + columns > values.length) {
            values = Arrays.copyOf(values, Math.max(first + columns, Math.multiplyExact(2, values.length)));
        }
        if (rows == lines.length) {
            lines = Arrays.copyOf(lines, 2 * rows);
        }
        lines[rows] = ends;
        int cell = 0;
        int at = start;
        while (true) {
            int end = at;
            while (end < to && bytes[end] != delimiter && bytes[end] != '\n') {
                isUnusual |= bytes[end] == '"' || (bytes[end] == '\r' && !isReturn(end));
                end++;
            }
            boolean isLast = end == to || bytes[end] == '\n';
            int behind = isLast && end > at && bytes[end - 1] == '\r' ? end - 1 : end;
            if (cell == columns || isUnusual) {
                isUnusual = true;
                return to;
            }
            values[first + cell++] = cell(at, behind);
            at = end + 1;
            if (isLast) {
                isUnusual |= cell < columns;
                ends += end < to ? 1 : 0;
                rows++;
                return at;
            }
        }
    }

    /** The number of a cell; NaN if it is none, and then its text is kept. */
    private double cell(int start, int end) {
        double value = simple(start, end);
        if (Double.isNaN(value)) {
            value = scientific(start, end);
        }
        if (!(Math.abs(value) <= Float.MAX_VALUE)) {
            texts.add(new String(bytes, start, end - start, StandardCharsets.UTF_8));
            return Double.NaN;
        }
        return value;
    }

    /** Of a sign, digits and a point: {@code ±m/10^k} with both exact is the nearest number (Clinger 1990). NaN if it is not so. */
    private double simple(int start, int end) {
        boolean negative = start < end && bytes[start] == '-';
        int at = negative ? start + 1 : start;
        long digits = 0;
        int point = -1;
        int first = at;
        for (; at < end; at++) {
            int digit = bytes[at] - '0';
            if (digit >= 0 && digit <= 9 && digits < MOST_EXACT / 10 - 1) {
                digits = 10 * digits + digit;
            } else if (bytes[at] == '.' && point < 0) {
                point = at;
            } else {
                return Double.NaN;
            }
        }
        int places = point < 0 ? 0 : end - 1 - point;
        if (end - first == (point < 0 ? 0 : 1) || places >= POWERS.length) {
            return Double.NaN;
        }
        double value = digits / POWERS[places];
        return negative ? -value : value;
    }

    /** Of a number in any other decimal notation; NaN if it is none. */
    private double scientific(int start, int end) {
        if (start == end || (bytes[end - 1] != '.' && (bytes[end - 1] < '0' || bytes[end - 1] > '9'))) {
            return Double.NaN;
        }
        for (int at = start; at < end; at++) {
            byte b = bytes[at];
            if ((b < '0' || b > '9') && b != '.' && b != '-' && b != '+' && b != 'e' && b != 'E') {
                return Double.NaN;
            }
        }
        try {
            return JavaDoubleParser.parseDouble(bytes, start, end - start);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static double[] powers() {
        double[] powers = new double[23];
        powers[0] = 1;
        for (int k = 1; k < powers.length; k++) {
            powers[k] = 10 * powers[k - 1];
        }
        return powers;
    }
}
