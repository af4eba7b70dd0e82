package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.report.words.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One column of a CSV file: its numbers, its texts, and the first cell of each kind that is no number. What is wrong is
 * reported only when the column is used, so that a column that is left out may hold anything.
 */
final class CsvColumn {
    /** A cell that is not a number. {@code row} counts data rows from 0, {@code line} is the line in the file from 1. */
    private record Cell(int row, long line, String text) {}

    private static final int EXAMPLES = 5;
    /** Times what is here, for which room is made. */
    private static final int TRUSTED = 16;
    /** Different texts that are told apart; more are notes or keys, not values of a variable. */
    static final int MOST_TEXTS = 1 << 16;

    private final String file;
    private final String name;
    private final char delimiter;
    private final char decimal;
    private final boolean isStored;
    private final @Nullable WholeNumbers index; // of a column without a name
    private double[] values = new double[0]; // NaN where there is no number
    private int size;
    private int row; // of the file, where the next cell stands
    private int numbers;
    private int missing;
    private int nones;
    private int texts;
    private @Nullable Cell firstMissing;
    private @Nullable Cell firstNone;
    private @Nullable Cell firstInfinite;
    private @Nullable Cell firstText;
    private CellShape shape = CellShape.TEXT; // of all texts, if they agree
    private CellShape firstShape = CellShape.TEXT;
    private boolean onlyWords = true;
    private int @Nullable [] codes; // for each row the index in distinct, plus 1; null for all 0
    private final List<String> distinct = new ArrayList<>(0);
    private @Nullable Map<String, Integer> codeOf;
    private boolean tooManyTexts;

    /** @param isStored whether its cells are kept; else it tells only whether they are what they must be */
    CsvColumn(String file, String name, char delimiter, char decimal, boolean isStored) {
        this.file = file;
        this.name = name;
        this.delimiter = delimiter;
        this.decimal = decimal;
        this.isStored = isStored;
        this.index = name.isEmpty() ? new WholeNumbers() : null;
    }

    String name() {
        return name;
    }

    /** Adds the cell of the next row; returns its number, NaN if it is none. */
    double add(long line, String cell) {
        reserve(1, 0);
        String text = Text.strip(cell);
        double value = Decimals.parse(text, decimal);
        if (Double.isNaN(value) && !Blanks.isMissing(text)) {
            addText(line, text);
        } else {
            count(line, value, text);
        }
        return put(value);
    }

    /** Some of the rows as if there were no others, in their places; missing cells are taken to be written as the first. */
    CsvColumn rows(int[] chosen, long[] lines) {
        CsvColumn some = new CsvColumn(file, name, delimiter, decimal, true);
        String missed = firstMissing == null ? "" : firstMissing.text;
        for (int each : chosen) {
            some.row = each;
            some.reserve(1, 0);
            long line = lines.length == 0 ? 0 : lines[each];
            boolean none = Double.isNaN(values[each]);
            if (code(each) > 0 || (none && tooManyTexts)) {
                some.addText(line, code(each) > 0 ? distinct.get(code(each) - 1) : "text " + each);
            } else {
                some.count(line, values[each], none ? missed : String.valueOf(values[each]));
            }
            some.put(values[each]);
        }
        return some;
    }

    /**
     * Adds the cell of a row (from 0) of a file of which only some rows are here: a text, a number, or null.
     *
     * @param line 0 if it is not known
     */
    void addOf(int rowOfFile, long line, @Nullable Object cell) {
        row = rowOfFile;
        if (cell instanceof Double value) {
            add((double) value);
        } else {
            add(line, cell == null ? "" : String.valueOf(cell));
        }
    }

    /** Adds the next row of an array, which has no lines. */
    void add(double value) {
        reserve(1, 0);
        boolean isOrdinary = Math.abs(value) <= Float.MAX_VALUE;
        count(0, value, isOrdinary ? "" : Double.isNaN(value) ? "nan" : String.valueOf(value));
        put(value);
    }

    /** Adds the next rows, for which there is room, of a matrix that float32 holds, each {@code stride} behind the one before. */
    void add(double[] from, int first, int stride, int count) {
        if (index != null || !isStored) {
            for (int i = 0; i < count; i++) {
                add(from[first + i * stride]);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            values[size + i] = from[first + i * stride];
        }
        size += count;
        row = size;
        numbers += count;
    }

    /** Makes room for the next rows, and, as far as what is here promises, for all rows of the file, about. */
    void reserve(int count, long all) {
        int next = Math.addExact(size, count);
        if (isStored && next > values.length) {
            long promised = Math.min(all, (long) TRUSTED * next);
            values = Arrays.copyOf(values, (int)
                    Math.min(Integer.MAX_VALUE - 8, Math.max(promised, next + (long) next / 2)));
        }
    }

    private double put(double value) {
        if (isStored) {
            values[size] = value;
        }
        row = ++size;
        return value;
    }

    private void count(long line, double value, String text) {
        if (Double.isNaN(value)) {
            missing++;
            firstMissing = firstMissing == null ? new Cell(row, line, text) : firstMissing;
            return;
        }
        numbers++;
        if (index != null) {
            index.add(value);
        }
        if (Float.isInfinite((float) value) && firstInfinite == null) { // the devices compute in float32
            firstInfinite = new Cell(row, line, text);
        }
    }

    private void addText(long line, String text) {
        if (Blanks.isNone(text)) {
            nones++;
            firstNone = firstNone == null ? new Cell(row, line, text) : firstNone;
        } else {
            texts++;
            firstText = firstText == null ? new Cell(row, line, text) : firstText;
        }
        if (tooManyTexts) {
            return;
        }
        if (codeOf == null) {
            codeOf = new HashMap<>();
        }
        Integer code = codeOf.get(text);
        if (code == null) {
            distinct.add(text);
            code = distinct.size();
            codeOf.put(text, code);
            CellShape looks = CellShape.of(text, decimal);
            firstShape = distinct.size() == 1 ? looks : firstShape;
            shape = distinct.size() == 1 ? looks : shape.and(looks);
            onlyWords &= looks == CellShape.TEXT;
        }
        if (isStored) {
            if (codes == null || codes.length < values.length) {
                codes = codes == null ? new int[values.length] : Arrays.copyOf(codes, values.length);
            }
            codes[size] = code;
        }
        if (distinct.size() > MOST_TEXTS) {
            tooManyTexts = true;
            codes = null;
            codeOf = null;
        }
    }

    /** Whether every cell that is not empty holds text. */
    boolean holdsText() {
        return numbers == 0 && texts + nones > 0;
    }

    /** Whether every cell that is not empty holds text, and none looks like a number that is written in some other way. */
    boolean holdsWords() {
        return holdsText() && onlyWords;
    }

    /** Whether every cell is empty. */
    boolean isBlank() {
        return numbers + texts + nones == 0 && (firstMissing == null || firstMissing.text.isEmpty());
    }

    /** Whether the cells tell the rows apart as an index does: different whole numbers, or different texts, in every row. */
    boolean isIndex() {
        return numbers == size
                ? index != null && index.distinct()
                : texts + nones == size && (tooManyTexts || distinct.size() == size);
    }

    /** Whether the cell of a row (from 0) holds nothing that could be fitted. */
    boolean missing(int row) {
        return Double.isNaN(values[row]) && !(textsAreValues() && (tooManyTexts || code(row) > 0));
    }

    /** A lone "none" among numbers is a missing one. */
    private boolean textsAreValues() {
        return texts > 0 || numbers == 0;
    }

    private int code(int row) {
        return codes == null || row >= codes.length ? 0 : codes[row];
    }

    /** The first few different texts, quoted. */
    String textExamples() {
        List<String> shown = distinct.subList(0, Math.min(EXAMPLES, distinct.size()));
        String list = String.join(", ", shown.stream().map(Text::quote).toList());
        return distinct.size() > EXAMPLES ? list + ", …" : list;
    }

    /**
     * The numbers, one a row, in the column's own array, which is not to be changed: a copy would be as large as the data. What is
     * not a finite number is refused with the place of its first cell.
     *
     * @param dropped rows that are left out; among them are all whose cell is missing, if any is
     */
    double[] numbers(BitSet dropped) {
        check(!dropped.isEmpty());
        if (values.length > size) {
            values = Arrays.copyOf(values, size);
        }
        return values;
    }

    /** @param drops whether rows are left out, and among them all whose cell is missing */
    void check(boolean drops) {
        if (holdsText() && firstShape == CellShape.TEXT) {
            throw new InputException(file + ", column " + Text.quote(name) + " holds text (" + textExamples()
                    + "), and only numbers and two words, such as yes and no, can be fitted as they are. Give each value"
                    + " but one a 0/1 column with --categorical " + Text.shellQuote(name) + orIgnore());
        }
        if (texts > 0 && firstText != null) {
            throw new InputException(place(firstText) + ": " + Text.quote(firstText.text) + " is not a number"
                    + more(texts) + looks(firstText.text) + orIgnore());
        }
        refuseMissing(drops);
        if (firstInfinite != null) {
            throw new InputException(place(firstInfinite) + ": " + Text.quote(firstInfinite.text)
                    + " is infinite or beyond single precision (about 3.4e38). Correct the cell or rescale the column");
        }
    }

    /** The different values, whatever they are; refused are missing cells, and more values than a variable has. */
    Levels levels(BitSet dropped) {
        refuseMissing(!dropped.isEmpty());
        if (tooManyTexts) {
            throw new InputException(file + ", column " + Text.quote(name) + " holds more than "
                    + Numbers.grouped(MOST_TEXTS) + " different texts (" + textExamples()
                    + "), too many for values of a variable. Leave it out with --ignore " + Text.shellQuote(name));
        }
        TreeMap<Double, Integer> ofNumber = new TreeMap<>();
        TreeMap<String, Integer> ofText = new TreeMap<>();
        for (int row = 0; row < size; row++) {
            if (dropped.get(row)) {
                continue;
            }
            int code = code(row);
            if (code > 0) {
                ofText.put(distinct.get(code - 1), 0);
            } else {
                ofNumber.put(values[row] + 0.0, 0); // −0 is 0
            }
        }
        List<String> labels = new ArrayList<>();
        ofNumber.replaceAll((value, none) -> index(labels, Levels.label(value)));
        ofText.replaceAll((text, none) -> index(labels, text));
        int[] index = new int[size];
        for (int row = 0; row < size; row++) {
            int code = code(row);
            Integer of = code > 0 ? ofText.get(distinct.get(code - 1)) : ofNumber.get(values[row] + 0.0);
            index[row] = of == null || dropped.get(row) ? -1 : of;
        }
        return new Levels(List.copyOf(labels), index);
    }

    /** Whether it has words where anything is: then a number in it is a word, too. */
    boolean hasWords() {
        return textsAreValues() && texts + nones > 0;
    }

    /** Whether there are more different texts than are kept. */
    boolean hasTooManyTexts() {
        return tooManyTexts;
    }

    /** The numbers as they are, NaN where there is none. */
    double[] numbersOrNaN() {
        return Arrays.copyOf(values, size);
    }

    /** What each row has, as a person writes it; empty where it is missing. */
    String[] words() {
        String[] words = new String[size];
        for (int row = 0; row < size; row++) {
            int code = code(row);
            words[row] = code > 0 ? distinct.get(code - 1) : Double.isNaN(values[row]) ? "" : Levels.label(values[row]);
        }
        return words;
    }

    /** The first text among numbers, with its place; empty if there are not both. */
    String textAmongNumbers() {
        return numbers == 0 || texts == 0 || firstText == null
                ? ""
                : Text.quote(firstText.text) + " in row " + (firstText.row + 1) + " (line " + firstText.line + ")";
    }

    private static int index(List<String> labels, String next) {
        labels.add(next);
        return labels.size() - 1;
    }

    private void refuseMissing(boolean drops) {
        int count = missing + (textsAreValues() ? 0 : nones);
        if (count == 0 || drops) { // rows are dropped for missing cells: then none is left
            return;
        }
        Cell first = firstMissing;
        if (first == null || (!textsAreValues() && firstNone != null && firstNone.row < first.row)) {
            first = firstNone;
        }
        if (first != null) {
            String what = first.text.isEmpty() ? "the cell is empty" : Text.quote(first.text) + " is not a number";
            throw new InputException(place(first) + ": " + what + more(count)
                    + ". Missing values are not filled in: complete the cell, leave such rows out with --missing drop"
                    + orIgnore());
        }
    }

    /** Where row {@code row} (from 0) of a column stands; for messages on its value. An array has no lines: 0. */
    static String place(String file, int row, long line, String column) {
        return file + ", row " + (row + 1) + (line == 0 ? "" : " (line " + line + ")") + ", column "
                + Text.quote(column);
    }

    /** What a cell looks like that is no number, and what to do. */
    private String looks(String text) {
        if (text.indexOf('\n') >= 0) {
            return ". A quote (\") opens before it and closes "
                    + text.chars().filter(c -> c == '\n').count() + " lines later: correct the quotes";
        }
        // What all cells look like is more certain than what the first does: 1,234 beside 0,5 has a decimal comma.
        CellShape looks = shape == CellShape.TEXT ? firstShape : shape;
        String advice = looks.advice(text, delimiter == ',');
        return advice.isEmpty() ? ". Correct the cell" : ": " + advice;
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
