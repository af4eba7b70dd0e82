package io.github.elbo4j.expr;

import io.github.elbo4j.device.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Named columns of equal length, of numbers or of words. Its columns are data like any other until a model takes the table as
 * its rows of independent observations. Rows are counted from 1 in messages.
 */
public final class Table {
    private final Map<String, double[]> numbers;
    private final Map<String, String[]> words;
    private final Set<String> names;
    private final int rows;
    private final boolean ofRows;
    private final Map<String, Expr> columns =
            new ConcurrentHashMap<>(); // so that one that is used twice is on a device once
    private final Map<String, Levels> indexes = new ConcurrentHashMap<>();
    private final Map<String, Plate> levels; // that were given, or asked for

    private Table(
            Map<String, double[]> numbers,
            Map<String, String[]> words,
            Set<String> names,
            int rows,
            boolean ofRows,
            Map<String, Plate> levels) {
        this.numbers = numbers;
        this.words = words;
        this.names = names;
        this.rows = rows;
        this.ofRows = ofRows;
        this.levels = levels;
    }

    /** A table without columns, to which {@link #with} adds them. */
    public static Table empty() {
        return new Table(Map.of(), Map.of(), Set.of(), 0, false, new ConcurrentHashMap<>());
    }

    /** Columns of numbers by name, in the order of the map. */
    public static Table of(Map<String, double[]> numbers) {
        return of(numbers, Map.of());
    }

    /**
     * Columns of numbers and columns of words, by name.
     *
     * @throws IllegalArgumentException if the columns are not equally long, or two have one name
     */
    public static Table of(Map<String, double[]> numbers, Map<String, String[]> words) {
        Table table = empty();
        for (Map.Entry<String, double[]> column : numbers.entrySet()) {
            table = table.with(column.getKey(), column.getValue());
        }
        for (Map.Entry<String, String[]> column : words.entrySet()) {
            table = table.with(column.getKey(), column.getValue());
        }
        return table;
    }

    /** With one more column, of numbers. */
    public Table with(String name, double... values) {
        Map<String, double[]> more = new HashMap<>(numbers);
        more.put(name, values.clone());
        return new Table(
                more, words, added(name, values.length), values.length, ofRows, new ConcurrentHashMap<>(levels));
    }

    /** With one more column, of words. */
    public Table with(String name, String... values) {
        Map<String, String[]> more = new HashMap<>(words);
        more.put(name, values.clone());
        return new Table(
                numbers, more, added(name, values.length), values.length, ofRows, new ConcurrentHashMap<>(levels));
    }

    private Set<String> added(String name, int length) {
        if (names.contains(name)) {
            throw new IllegalArgumentException("the table has two columns " + name);
        }
        if (!names.isEmpty() && length != rows) {
            throw new IllegalArgumentException(
                    "column " + name + " has " + length + " rows, but the columns before it have " + rows);
        }
        Set<String> more = new LinkedHashSet<>(names);
        more.add(name);
        return Collections.unmodifiableSet(more);
    }

    /**
     * The same columns as rows of independent observations, from which minibatches may be taken: what a model makes of the
     * table that it is given.
     */
    public Table asRows() {
        return new Table(numbers, words, names, rows, true, levels);
    }

    /** N. */
    public int rows() {
        return rows;
    }

    /** The names of its columns, in order. */
    public Set<String> names() {
        return names;
    }

    /**
     * A column of numbers, [N].
     *
     * @throws IllegalArgumentException if there is none of that name, it has words, or a value is not finite in float32: the
     *     message names the row
     */
    public Expr column(String name) {
        return columns.computeIfAbsent(name, n -> data(n, numbers(n)));
    }

    /** Several columns of numbers, side by side: [N][number of names]. */
    public Expr columns(String... several) {
        double[] values = new double[Math.multiplyExact(rows, several.length)];
        for (int j = 0; j < several.length; j++) {
            double[] column = numbers(several[j]);
            for (int n = 0; n < rows; n++) {
                values[n * several.length + j] = column[n];
            }
        }
        return Leaves.data(String.join(",", several), values, ofRows, rows, several.length);
    }

    /** Numbers that are no column, one for each row: [N]. */
    public Expr data(String name, double... values) {
        if (values.length != rows) {
            throw new IllegalArgumentException(
                    name + " has " + values.length + " elements, but the table has " + rows + " rows");
        }
        checkFinite(name, values);
        return Leaves.data(name, values.clone(), ofRows, rows);
    }

    /**
     * Numbers that are no columns, several for each row: [N][width].
     *
     * @param values row-major
     */
    public Expr matrix(String name, int width, double... values) {
        if (width < 1 || values.length != (long) rows * width) {
            throw new IllegalArgumentException(name + " has " + values.length + " elements, but the table has " + rows
                    + " rows of " + width + " each");
        }
        return Leaves.data(name, values.clone(), ofRows, rows, width);
    }

    /**
     * Standard normals for each row, [N][draws][width], of their own at each step of a fit: {@code epsilon(key, step, row, draw,
     * i)}, as {@link io.github.elbo4j.device.NormalOps} has it. A row's normals do not depend on which other rows a step takes. All
     * draws of the parameters see the same ones.
     */
    public Expr normals(String name, Key key, int draws, int width) {
        if (draws < 1 || width < 1) {
            throw new IllegalArgumentException(
                    name + " has " + draws + " draws of " + width + " normals each, but both must be at least 1");
        }
        return Leaves.normals(new Detail.Normals(name, key), ofRows, rows, draws, width);
    }

    private double[] numbers(String name) {
        double[] column = numbers.get(checkNamed(name));
        if (column == null) {
            throw new IllegalArgumentException("column " + name + " has words, not numbers: use index(\"" + name
                    + "\") to choose a parameter's element for each row");
        }
        checkFinite("column " + name, column);
        return column;
    }

    private void checkFinite(String what, double[] values) {
        for (int n = 0; n < values.length; n++) {
            if (!Double.isFinite((float) values[n])) {
                throw new IllegalArgumentException(what + " is " + values[n] + " in row " + (n + 1) + " of " + rows
                        + ", but must be finite (in float32)");
            }
        }
    }

    private String checkNamed(String name) {
        if (!names.contains(name)) {
            throw new IllegalArgumentException("the table has no column " + name + "; it has "
                    + (names.isEmpty() ? "none" : String.join(", ", names)));
        }
        return name;
    }

    /**
     * The same with these levels of a column, in the place of the values that it has: those of another table, from which a fit
     * is. A model that asks for a row's level then refuses one that is none of them.
     */
    public Table withLevels(String name, List<String> elements) {
        Map<String, Plate> more = new ConcurrentHashMap<>(levels);
        more.put(checkNamed(name), new Plate(name, elements));
        return new Table(numbers, words, names, rows, ofRows, more);
    }

    /** The levels that a model has asked for so far, by column. */
    public Map<String, Plate> levelsInUse() {
        return Map.copyOf(levels);
    }

    /** The distinct values of a column, sorted: numbers by size, words by alphabet; or what {@link #withLevels} has given. */
    public Plate levels(String name) {
        return levels.computeIfAbsent(name, this::distinct);
    }

    private Plate distinct(String name) {
        double[] column = numbers.get(checkNamed(name));
        if (column == null) {
            return new Plate(name, List.copyOf(new TreeSet<>(List.of(words(name)))));
        }
        checkFinite("column " + name, column);
        Set<Double> distinct = new TreeSet<>();
        for (double value : column) {
            distinct.add(value + 0.0); // −0 is 0
        }
        List<String> elements = new ArrayList<>();
        distinct.forEach(value -> elements.add(word(value)));
        return new Plate(name, elements);
    }

    /** For each row, which of the column's {@link #levels} it has: for {@link Expr#at}. */
    public Levels index(String name) {
        return indexes.computeIfAbsent(name, n -> index(n, levels(n)));
    }

    /**
     * For each row, which of these levels it has, such as those of another table.
     *
     * @throws IllegalArgumentException if a row has another one; the message names the row
     */
    public Levels index(String name, Plate levels) {
        String[] values = labels(name);
        Map<String, Integer> places = new HashMap<>();
        for (String element : levels.elements()) {
            places.put(element, places.size());
        }
        int[] of = new int[rows];
        for (int n = 0; n < rows; n++) {
            Integer place = places.get(values[n]);
            if (place == null) {
                throw new IllegalArgumentException("column " + name + " is " + values[n] + " in row " + (n + 1) + " of "
                        + rows + ", which is none of the " + levels.size() + " levels of " + levels.name());
            }
            of[n] = place;
        }
        return new Levels(name, of, levels.size(), ofRows);
    }

    /** What each row has, in words. */
    private String[] labels(String name) {
        double[] column = numbers.get(checkNamed(name));
        if (column == null) {
            return words(name);
        }
        checkFinite("column " + name, column);
        return Arrays.stream(column).mapToObj(Table::word).toArray(String[]::new);
    }

    private String[] words(String name) {
        String[] column = Objects.requireNonNull(words.get(name));
        for (int n = 0; n < rows; n++) {
            if (column[n] == null || column[n].isBlank()) {
                throw new IllegalArgumentException(
                        "column " + name + " has no value in row " + (n + 1) + " of " + rows + "; leave the row out");
            }
        }
        return column;
    }

    /** A number as a level's name: 3, not 3.0. */
    private static String word(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.valueOf(value);
    }

    @Override
    public String toString() {
        return "table of " + rows + " rows with columns " + String.join(", ", names);
    }
}
