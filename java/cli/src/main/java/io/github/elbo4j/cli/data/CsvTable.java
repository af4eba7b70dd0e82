package io.github.elbo4j.cli.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import io.github.elbo4j.cli.view.Text;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A table in a file. A CSV file: a header row that names the columns, then rows of cells. The delimiter (comma, semicolon, tab or bar) is found
 * from the first lines or taken from a line {@code sep=;} before them; quoted cells, a byte order mark, gzip and one
 * delimiter at the end of each row are understood. A first column without a name is left out if it numbers or names the rows. Or a NumPy array in
 * a {@code .npy} file, whose columns are called x1, x2 and so on.
 */
public final class CsvTable {
    /** What a decoder puts in the place of bytes that are not in its character set. */
    private static final char REPLACEMENT = '\uFFFD';

    private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9.]+([eE][-+]?[0-9]+)?");
    /** The parser's message for a fault contains its place. */
    private static final Pattern PARSER_LINE = Pattern.compile("(.*) \\(record starting at line (\\d+)\\).*");

    private final String file;
    private final List<CsvColumn> columns;
    private final Map<String, CsvColumn> byName = new HashMap<>();
    private final List<String> names;
    private final int rows;
    private final long[] lines; // where each row begins; empty if that is not known
    private final String sha256;
    private final List<String> notes;
    private final @Nullable Chosen chosen; // rows of the file; null if all are here

    /** Takes the rows while a file is read, so that the table need not hold them. */
    interface Rows {
        /** Whether a column is needed. Others may hold anything. */
        boolean uses(String column);

        /** Whether the column keeps its cells itself. They are no part of the rows then. */
        default boolean keeps(String column) {
            return false;
        }

        /**
         * Takes the next row.
         *
         * @param values of the columns that are needed, in their order: NaN where a cell holds no number
         */
        void row(double[] values);
    }

    /** Rows of the file that are here; {@code firstLine} is that of row 0 where each row has one, else 0. */
    private record Chosen(int[] rows, int firstLine) {}

    private CsvTable(
            String file,
            List<CsvColumn> columns,
            int rows,
            long[] lines,
            String sha256,
            List<String> notes,
            @Nullable Chosen chosen) {
        this.file = file;
        this.rows = rows;
        this.sha256 = sha256;
        this.columns = columns;
        this.names = columns.stream().map(CsvColumn::name).toList();
        this.lines = lines;
        this.notes = notes;
        this.chosen = chosen;
        columns.forEach(column -> byName.put(column.name(), column));
    }

    /**
     * Of rows that someone else has read.
     *
     * @param file its name without its folders
     * @param names of the columns
     * @param numbers of the rows in the file, from 0
     * @param cells [rows][columns]: texts, {@link Double}s, or null where there is nothing
     * @param firstLine that of row 0 in the file, where each row has a line; 0 if that is not known
     */
    public static CsvTable of(
            String file, List<String> names, int[] numbers, List<@Nullable Object[]> cells, int firstLine) {
        List<CsvColumn> columns = names.stream()
                .map(name -> new CsvColumn(file, name, ',', '.', true))
                .toList();
        for (int row = 0; row < numbers.length; row++) {
            for (int c = 0; c < columns.size(); c++) {
                columns.get(c)
                        .addOf(numbers[row], firstLine == 0 ? 0 : numbers[row] + (long) firstLine, cells.get(row)[c]);
            }
        }
        return new CsvTable(file, columns, numbers.length, new long[0], "", List.of(), new Chosen(numbers, firstLine));
    }

    /** The file's name without its folders. */
    public String file() {
        return file;
    }

    /** The columns in the order of the header. */
    List<CsvColumn> columns() {
        return columns;
    }

    /** The names in the order of the header. */
    List<String> names() {
        return names;
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /** The digest of the file's bytes, in hexadecimal. */
    public String sha256() {
        return sha256;
    }

    int rows() {
        return rows;
    }

    /** What was left out, in sentences. */
    public List<String> notes() {
        return notes;
    }

    /** Some rows of this table as a table, whose messages still tell where each stands in the file. */
    CsvTable rows(int[] some) {
        List<CsvColumn> chosenCells =
                columns.stream().map(c -> c.rows(some, lines)).toList();
        return new CsvTable(file, chosenCells, some.length, lines, sha256, notes, new Chosen(some, 0));
    }

    /** Row {@code row} (from 0) of a column, as a person finds it in the file. */
    String place(int row, String column) {
        int at = chosen == null ? row : chosen.rows()[row];
        long first = chosen == null ? 0 : chosen.firstLine();
        return CsvColumn.place(file, at, lines.length > 0 ? lines[at] : first > 0 ? first + at : 0, column);
    }

    /** The column of that name; {@code role} says in the message what asked for it. */
    CsvColumn column(String name, String role) {
        CsvColumn column = byName.get(name);
        if (column == null) {
            String near = NearName.of(name, names)
                    .map(n -> ": did you mean " + Text.quote(n) + "?")
                    .orElse(".");
            throw new InputException(role + ": " + file + " has no column " + Text.quote(name) + near
                    + " Its columns are " + list(names));
        }
        return column;
    }

    /** Reads a file. */
    public static CsvTable read(Path path, char decimal) {
        return read(path, decimal, bytes -> {}, null);
    }

    /**
     * Reads a file.
     *
     * @param decimal the decimal sign of its numbers, a point or a comma
     * @param progress told now and then how many of the file's bytes are read
     */
    public static CsvTable read(Path path, char decimal, LongConsumer progress) {
        return read(path, decimal, progress, null);
    }

    /**
     * Reads a file.
     *
     * @param to takes the rows; the columns then tell only whether they hold what they must. Null to keep them all
     */
    static CsvTable read(Path path, char decimal, LongConsumer progress, @Nullable Rows to) {
        Path fileName = path.getFileName();
        String file = fileName == null ? path.toString() : fileName.toString();
        if (Files.isDirectory(path)) {
            throw new InputException("--data: " + path + " is a folder; name the file in it");
        }
        if (!Files.exists(path)) {
            throw new InputException("--data: there is no file " + path + nearFile(path, file));
        }
        if (NpyFile.isNamed(path)) {
            return array(path, file, progress, to);
        }
        try (CsvSource source = CsvSource.open(path, file, progress)) {
            try {
                return read(file, source, decimal, to);
            } catch (CsvParseException e) {
                throw unreadable(file, path, source.before(), e);
            }
        } catch (EOFException | ZipException e) {
            throw CsvSource.damaged(file, e);
        } catch (IOException e) {
            throw new InputException("--data: cannot read " + path + ": " + reason(e), e);
        } catch (UncheckedIOException e) {
            throw unreadable(file, path, 0, e);
        }
    }

    private static CsvTable array(Path path, String file, LongConsumer progress, @Nullable Rows to) {
        try (NpyFile array = NpyFile.open(path, file)) {
            long bytes = Files.size(path);
            String sha256 = Digest.sha256(path, done -> progress.accept(done / 2)); // half of the work
            List<CsvColumn> columns = IntStream.rangeClosed(1, array.columns())
                    .mapToObj(c -> new CsvColumn(file, "x" + c, ',', '.', to == null || to.keeps("x" + c)))
                    .toList();
            Intake intake = new Intake(columns, to);
            int block = Math.max(1, (1 << 16) / array.columns());
            double[] values = new double[block * array.columns()];
            for (int row = 0; row < array.rows(); row += Math.min(block, array.rows() - row)) {
                int count = Math.min(block, array.rows() - row);
                array.read(row, count, values, 0);
                for (int n = 0; n < count; n++) {
                    for (int c = 0; c < array.columns(); c++) {
                        intake.add(c, values[n * array.columns() + c]);
                    }
                    intake.end();
                }
                progress.accept(bytes / 2 + (long) (0.5 * bytes * row / array.rows()));
            }
            return new CsvTable(file, columns, array.rows(), new long[0], sha256, List.of(), null);
        } catch (IOException e) {
            throw new InputException("--data: cannot read " + path + ": " + reason(e), e);
        }
    }

    private static CsvTable read(String file, CsvSource source, char decimal, @Nullable Rows to) throws IOException {
        List<String> names = source.header();
        if (names.isEmpty()) {
            throw new InputException("--data: " + file + " is empty; its first line must name the columns");
        }
        List<CsvColumn> columns =
                header(file, names, source.delimiter(), decimal, name -> to == null || to.keeps(name));
        CsvRows taken = new CsvRows(file, columns, new Intake(columns, to), to == null);
        source.rows(taken, columns.size(), decimal);
        int rows = taken.rows();
        if (rows == 0) {
            throw new InputException("--data: " + file + " has a header but no rows; there is nothing to fit");
        }
        List<String> notes = new ArrayList<>();
        leaveOutUnnamed(file, columns, notes);
        return new CsvTable(file, List.copyOf(columns), rows, taken.lines(), source.digest(), List.copyOf(notes), null);
    }

    /** Takes away a last column that is nothing but a delimiter, and a first one that numbers or names the rows. */
    private static void leaveOutUnnamed(String file, List<CsvColumn> columns, List<String> notes) {
        int last = columns.size() - 1;
        if (columns.get(last).name().isEmpty()) {
            if (!columns.get(last).isBlank()) {
                throw noName(file, last);
            }
            columns.remove(last);
        }
        if (!columns.isEmpty() && columns.get(0).name().isEmpty()) {
            if (!columns.get(0).isIndex()) {
                throw noName(file, 0);
            }
            boolean words = columns.get(0).holdsText();
            columns.remove(0);
            notes.add("the first column has no name and " + (words ? "names" : "numbers")
                    + " the rows, so it is left out");
        }
    }

    private static InputException noName(String file, int column) {
        return new InputException("--data: " + file + ", header: column " + (column + 1)
                + " has no name, and its cells do not number or name the rows. Name it, or remove it");
    }

    private static List<CsvColumn> header(
            String file, List<String> cells, char delimiter, char decimal, Predicate<String> isStored) {
        List<CsvColumn> columns = new ArrayList<>(cells.size());
        Map<String, Integer> seen = new HashMap<>();
        int numbers = 0;
        for (int c = 0; c < cells.size(); c++) {
            String name = Text.strip(cells.get(c));
            boolean atEdge = c == 0 || c == cells.size() - 1;
            if (name.isEmpty() && !atEdge) {
                throw new InputException("--data: " + file + ", header: column " + (c + 1)
                        + " has no name. Name it, or remove it if it only holds row names");
            }
            if (name.indexOf(REPLACEMENT) >= 0) {
                throw new InputException("--data: " + file + ", header: the name of column " + (c + 1)
                        + " is not UTF-8 text. Save the file as UTF-8");
            }
            Integer before = name.isEmpty() ? null : seen.put(name, c);
            if (before != null) {
                throw new InputException("--data: " + file + ", header: columns " + (before + 1) + " and " + (c + 1)
                        + " are both named " + Text.quote(name) + ". Give each its own name");
            }
            numbers += NUMBER.matcher(name).matches() ? 1 : 0;
            columns.add(new CsvColumn(file, name, delimiter, decimal, isStored.test(name)));
        }
        if (numbers == cells.size()) {
            throw new InputException("--data: " + file + ": the first line must name the columns, but it holds only"
                    + " numbers (" + list(cells.stream().map(Text::strip).toList()) + "). Add a header line");
        }
        return columns;
    }

    /**
     * In our words where the parser's are known, else in its own.
     *
     * @param before lines of the file before those that the parser has counted
     */
    private static InputException unreadable(String file, Path path, long before, RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            Matcher place = PARSER_LINE.matcher(message);
            String line = place.matches() ? String.valueOf(before + Long.parseLong(place.group(2))) : "";
            if (cause instanceof EOFException || cause instanceof ZipException) {
                return CsvSource.damaged(file, (IOException) cause);
            }
            if (place.matches() && (message.startsWith("Unclosed") || message.contains("buffer size"))) {
                return new InputException(
                        "--data: " + file + ", line " + line
                                + ": a quote (\") that opens in this row is never"
                                + " closed. Close it, or write it twice (\"\") where it belongs to the text",
                        e);
            }
            if (place.matches() && message.startsWith("Unexpected character after closing quote")) {
                return new InputException(
                        "--data: " + file + ": in the row that begins in line " + line
                                + " a quote (\") closes and more text follows it. Perhaps an earlier quote was not closed;"
                                + " a quote that belongs to the text is written twice (\"\")",
                        e);
            }
        }
        Throwable cause = e.getCause();
        return e instanceof UncheckedIOException && cause instanceof IOException io
                ? new InputException("--data: cannot read " + path + ": " + reason(io), e)
                : new InputException(
                        "--data: " + file + " is not a CSV file that can be read: "
                                + (cause == null || cause.getMessage() == null ? e.getMessage() : cause.getMessage()),
                        e);
    }

    private static String nearFile(Path path, String file) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return folder == null ? "" : " (nor a folder " + folder + ")";
        }
        try (Stream<Path> there = Files.list(folder)) {
            List<String> names = there.map(p -> String.valueOf(p.getFileName())).toList();
            return NearName.of(file, names)
                    .map(n -> "; did you mean " + path.resolveSibling(n) + "?")
                    .orElse("");
        } catch (IOException | UncheckedIOException e) {
            return ""; // the folder cannot be listed; the message is true without the hint
        }
    }

    /** The names, or the first of them where there are many. */
    private static String list(List<String> names) {
        int shown = 20;
        String list = String.join(
                ", ",
                names.subList(0, Math.min(shown, names.size())).stream()
                        .map(name -> Text.cut(name, 60))
                        .toList());
        return names.size() > shown ? list + ", … (" + names.size() + " in all)" : list;
    }

    /** The system's own words; where it gives only a file's name, what happened to it. */
    public static String reason(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof java.nio.file.FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
