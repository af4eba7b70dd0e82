package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import java.util.BitSet;
import java.util.stream.IntStream;

/** The column to predict, without the rows that are dropped. */
public final class TargetColumn {
    /** How a model takes it. */
    public interface Reader {
        /** The target, or a refusal. */
        Target read(TargetColumn column);
    }

    private final CsvTable table;
    private final CsvColumn column;
    private final BitSet dropped;

    TargetColumn(CsvTable table, CsvColumn column, BitSet dropped) {
        this.table = table;
        this.column = column;
        this.dropped = dropped;
    }

    public String name() {
        return column.name();
    }

    /** File and column, as a message begins. */
    public String where() {
        return table.file() + ", target column " + Text.quote(column.name());
    }

    /** Whether it holds words that can be told apart, and no number. */
    public boolean holdsWords() {
        return column.holdsWords();
    }

    /** The numbers of all rows; a cell that is none is refused. */
    public double[] numbers() {
        return column.numbers(dropped);
    }

    public Levels levels() {
        return column.levels(dropped);
    }

    /** A few of its words, for a message. */
    public String textExamples() {
        return column.textExamples();
    }

    /** The rows that are not dropped. */
    public IntStream rows() {
        return IntStream.range(0, table.rows()).filter(row -> !dropped.get(row));
    }

    /** A row, as a person finds it in the file. */
    public String place(int row) {
        return table.place(row, column.name());
    }

    /** That there is but one value. */
    public InputException constant(String value) {
        return new InputException(where() + " is constant (" + value + " in every row): there is nothing to predict");
    }
}
