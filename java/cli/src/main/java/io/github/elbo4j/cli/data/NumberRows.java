package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.report.DataSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table of which every column that is used holds numbers, in memory that does not grow with their number. They are read
 * once from front to back, and checked; then any of them at any time: out of a {@code .npy} file where they lie, all others from a
 * {@link Spool}.
 */
public final class NumberRows implements NumberedRows {
    private final CsvTable table;
    private final List<String> columns;
    private final @Nullable String label;
    private final int rows;
    private final BitSet dropped;
    private final @Nullable Spool spool;
    private final @Nullable NpyFile array;
    private final int width; // of a row of the two
    private final int[] places; // of the columns in such a row
    private double[] all = new double[0]; // columns that are not wanted among them
    private int passed; // rows kept before the row of the file that is next
    private int next;

    /**
     * Which columns are used.
     *
     * @param uses whether that of a name is
     * @param of those of a table, in the order in which they are wanted
     * @param advice what to do about one that holds text
     */
    private record Wanted(
            Predicate<String> uses, Function<CsvTable, List<CsvColumn>> of, UnaryOperator<String> advice) {}

    /** How a table is read. */
    public static final class Reader {
        private final Path path;
        private final char decimal;
        private final boolean dropMissing;
        private final LongConsumer progress;
        private final Supplier<Path> folder;
        private int inMemory = Spool.IN_MEMORY;
        private @Nullable String label;
        private boolean takesLabel;

        /**
         * Of a file.
         *
         * @param decimal the decimal sign of its numbers
         * @param dropMissing whether a row with a missing cell is left out, not refused
         * @param progress told how many of the file's bytes are read
         * @param folder where rows go that are more than memory is to hold, asked for when there are any
         */
        public Reader(Path path, char decimal, boolean dropMissing, LongConsumer progress, Supplier<Path> folder) {
            this.path = path;
            this.decimal = decimal;
            this.dropMissing = dropMissing;
            this.progress = progress;
            this.folder = folder;
        }

        /** With fewer or more bytes in memory. */
        Reader inMemory(int bytes) {
            inMemory = bytes;
            return this;
        }

        /**
         * With labels of the rows.
         *
         * @param column of them, which is no column of the rows; null for none
         */
        public Reader label(@Nullable String column) {
            label = column;
            takesLabel = true;
            return this;
        }

        /** All columns but some. */
        public NumberRows allBut(List<String> ignore) {
            return read(new Wanted(
                    name -> !ignore.contains(name) && !name.equals(label),
                    table -> others(table, ignore),
                    name -> ". Leave it out with --ignore " + Text.shellQuote(name)
                            + (takesLabel ? ", or take it for --label" : "")));
        }

        private List<CsvColumn> others(CsvTable table, List<String> ignore) {
            ignore.forEach(name -> table.column(name, "--ignore"));
            List<CsvColumn> used = table.columns().stream()
                    .filter(column ->
                            !ignore.contains(column.name()) && !column.name().equals(label))
                    .toList();
            if (used.isEmpty()) {
                throw new InputException(table.file() + ": "
                        + (label == null ? "--ignore leaves" : "--ignore and --label leave")
                        + " no column out of which anything could be fitted");
            }
            return used;
        }

        /** The columns of these names, in this order; others may hold anything. */
        public NumberRows columns(List<String> names) {
            return read(new Wanted(
                    names::contains,
                    table -> names.stream()
                            .map(name -> table.column(name, "--data"))
                            .toList(),
                    name -> ""));
        }

        private NumberRows read(Wanted wanted) {
            Taker taker = new Taker(this, wanted.uses);
            try {
                CsvTable table = CsvTable.read(path, decimal, progress, taker);
                return new NumberRows(this, table, wanted, taker);
            } catch (RuntimeException e) {
                taker.close();
                throw e;
            }
        }
    }

    /** Puts rows aside that cannot be read again. */
    private static final class Taker implements CsvTable.Rows {
        private final Reader reader;
        private final Predicate<String> uses;
        private final BitSet dropped = new BitSet();
        private final boolean staysInFile;
        private @Nullable Spool spool;
        private int rows;
        private boolean isRefused;

        Taker(Reader reader, Predicate<String> uses) {
            this.reader = reader;
            this.uses = uses;
            this.staysInFile = NpyFile.isNamed(reader.path);
        }

        @Override
        public boolean uses(String column) {
            return uses.test(column);
        }

        @Override
        public boolean keeps(String column) {
            return column.equals(reader.label);
        }

        @Override
        public void row(double[] values) {
            boolean isWhole = true;
            for (double value : values) {
                isWhole &= !Double.isNaN(value);
            }
            if (!isWhole) {
                dropped.set(rows);
                isRefused |= !reader.dropMissing; // the reason is told when all such cells are counted
            } else if (!staysInFile && !isRefused && values.length > 0) {
                if (spool == null) {
                    spool = new Spool(reader.folder, values.length, reader.inMemory);
                }
                spool.add(values);
            }
            rows++;
        }

        void close() {
            if (spool != null) {
                spool.close();
            }
        }
    }

    private NumberRows(Reader reader, CsvTable table, Wanted wanted, Taker taker) {
        this.table = table;
        label = reader.label == null
                ? null
                : table.column(reader.label, "--label").name();
        List<CsvColumn> used = wanted.of.apply(table);
        columns = used.stream().map(CsvColumn::name).toList();
        dropped = taker.dropped;
        rows = table.rows() - dropped.cardinality();
        check(used, wanted, reader.dropMissing);
        List<String> read = table.names().stream()
                .filter(name -> taker.staysInFile || wanted.uses.test(name))
                .toList();
        places = columns.stream().mapToInt(read::indexOf).toArray();
        width = read.size();
        spool = taker.spool;
        if (spool != null) {
            spool.end();
        }
        try {
            array = taker.staysInFile ? NpyFile.open(reader.path, table.file()) : null;
        } catch (IOException e) {
            throw new InputException("--data: cannot read " + reader.path + ": " + CsvTable.reason(e), e);
        }
    }

    private void check(List<CsvColumn> used, Wanted wanted, boolean dropMissing) {
        for (CsvColumn column : used) {
            if (column.holdsWords()) {
                throw new InputException(
                        table.file() + ", column " + Text.quote(column.name()) + " holds text (" + column.textExamples()
                                + "), but every column must hold numbers" + wanted.advice.apply(column.name()));
            }
            column.check(dropMissing && !dropped.isEmpty());
        }
        if (rows == 0) {
            throw new InputException(table.file() + ": every row has a missing cell, so --missing drop leaves none");
        }
    }

    /** The file's name without its folders. */
    public String file() {
        return table.file();
    }

    /** Of the file's bytes. */
    public String sha256() {
        return table.sha256();
    }

    @Override
    public List<String> columns() {
        return columns;
    }

    @Override
    public int rows() {
        return rows;
    }

    /** How many rows were left out because a cell of theirs is missing. */
    public int droppedRows() {
        return dropped.cardinality();
    }

    /** What else the user should know about how the file was read, in sentences. */
    public List<String> notes() {
        return table.notes();
    }

    /** The number in the file, from 1, of row n, from 0. Rows are quickly found in their order. */
    @Override
    public int numberInFile(int n) {
        if (n < passed) {
            passed = 0;
            next = 0;
        }
        while (true) {
            int end = dropped.nextSetBit(next);
            int kept = (end < 0 ? table.rows() : end) - next;
            if (n < passed + kept) {
                return next + n - passed + 1;
            }
            passed += kept;
            next = dropped.nextClearBit(end);
        }
    }

    /** The labels of the rows; empty without any. */
    public List<String> labels() {
        if (label == null) {
            return List.of();
        }
        String[] all = table.column(label, "--label").words();
        return IntStream.range(0, all.length)
                .filter(row -> !dropped.get(row))
                .mapToObj(row -> all[row])
                .toList();
    }

    @Override
    public DataSource source() {
        return new DataSource(
                file(),
                sha256(),
                rows,
                label == null ? "" : label,
                columns,
                droppedRows(),
                List.of(),
                notes(),
                Map.of());
    }

    @Override
    public void read(long first, int count, double[] into) {
        int from = Math.toIntExact(first);
        if (spool != null) {
            pick(count, into, block -> spool.read(from, count, block));
        } else if (array != null) {
            pick(count, into, block -> readArray(array, from, count, block));
        }
    }

    /** Rows of the file that are not left out; neighbours at once. */
    private void readArray(NpyFile of, int first, int count, double[] into) {
        for (int done = 0; done < count; ) {
            int row = numberInFile(first + done) - 1;
            int end = dropped.nextSetBit(row);
            int n = Math.min(count - done, (end < 0 ? table.rows() : end) - row);
            of.read(row, n, into, done);
            done += n;
        }
    }

    private interface Block {
        void read(double[] into);
    }

    /** Columns in the order in which they are wanted. */
    private void pick(int count, double[] into, Block block) {
        if (IntStream.range(0, width).allMatch(c -> c < places.length && places[c] == c)) {
            block.read(into);
            return;
        }
        if (all.length < Math.multiplyExact(count, width)) {
            all = new double[count * width];
        }
        block.read(all);
        for (int n = 0; n < count; n++) {
            for (int c = 0; c < places.length; c++) {
                into[n * places.length + c] = all[n * width + places[c]];
            }
        }
    }

    @Override
    public void close() {
        if (spool != null) {
            spool.close();
        }
        if (array != null) {
            array.close();
        }
    }
}
