package io.github.elbo4j.cli.data;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Whole lines of a CSV file in which no cell is quoted, as numbers and, where a cell is none, its text. A block is taken apart
 * without the others, so several are at once. One that holds anything unusual says so, and is left to the parser. It is used
 * again for other lines: a file would leave as much garbage as it is long.
 */
final class CsvBlock implements Runnable {
    private final byte delimiter;
    private final int columns;
    private final DecimalBytes number = new DecimalBytes();
    private byte[] bytes = new byte[0]; // as many more as a number may be looked for in
    private int to;
    private double[] values = new double[0]; // [rows][columns]; NaN where there is a text
    private int[] lines = new int[0]; // of each row, from 0
    private final List<String> texts = new ArrayList<>(); // in order
    private int rows;
    private int ends; // of lines
    private boolean isUnusual;

    /** @param columns that each row must have */
    CsvBlock(char delimiter, int columns) {
        this.delimiter = (byte) delimiter;
        this.columns = columns;
    }

    /**
     * Room for lines, UTF-8.
     *
     * @param kept bytes that are there already
     */
    byte[] room(int size, int kept) {
        int length = Math.addExact(size, DecimalBytes.BEHIND);
        if (bytes.length < length) {
            byte[] larger = new byte[length];
            System.arraycopy(bytes, 0, larger, 0, kept);
            bytes = larger;
        }
        return bytes;
    }

    /**
     * Holds the lines that are in its room, and no others any more.
     *
     * @param length in bytes; the last ends a line or the file
     */
    void hold(int length) {
        to = length;
        bytes[to] = '\n'; // where the file ends without one
        rows = 0;
        ends = 0;
        isUnusual = false;
        texts.clear();
    }

    byte[] bytes() {
        return bytes;
    }

    /** Behind the last byte. */
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
        for (int at = 0; at < to && !isUnusual; ) {
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

    private boolean endsCell(int at) {
        return bytes[at] == delimiter || bytes[at] == '\n' || isReturn(at);
    }

    /** Takes a row; returns where the next line begins. */
    private int row(int start) {
        int first = rows * columns;
        if (first + columns > values.length) {
            values = Arrays.copyOf(values, Math.max(first + columns, Math.multiplyExact(2, values.length)));
        }
        if (rows == lines.length) {
            lines = Arrays.copyOf(lines, Math.max(64, 2 * rows));
        }
        lines[rows] = ends;
        int at = start;
        for (int cell = 0; cell < columns; cell++) {
            double value = number.read(bytes, at);
            int end = number.end();
            if (!(Math.abs(value) <= Float.MAX_VALUE) || !endsCell(end)) {
                end = end(at);
                value = isUnusual ? Double.NaN : other(at, end);
            }
            values[first + cell] = value;
            end += bytes[end] == '\r' ? 1 : 0;
            if (bytes[end] == '\n') {
                isUnusual |= cell + 1 < columns;
                ends += end < to ? 1 : 0;
                rows++;
                return end + 1;
            }
            at = end + 1;
        }
        isUnusual = true; // there are more cells
        return to;
    }

    /** The end of any cell. */
    private int end(int start) {
        int end = start;
        while (!endsCell(end)) {
            isUnusual |= bytes[end] == '"' || bytes[end] == '\r';
            end++;
        }
        return end;
    }

    /** The number of a cell that is not written in the ordinary way; NaN if it is none, and then its text is kept. */
    private double other(int start, int end) {
        double value = decimal(start, end);
        if (!(Math.abs(value) <= Float.MAX_VALUE)) {
            texts.add(new String(bytes, start, end - start, StandardCharsets.UTF_8));
            return Double.NaN;
        }
        return value;
    }

    /** Of a number in any decimal notation; NaN if it is none. */
    private double decimal(int start, int end) {
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
}
