package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.expr.Table;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A CSV file as the table of a model that a user has written. Which columns the model uses is not known before it asks for
 * them, so all are there: numbers as numbers, NaN where a cell is missing, which the table refuses when it is asked for; all else
 * as words.
 *
 * @param file the file's name without its folders
 * @param sha256 of the file
 * @param droppedRows rows that were left out because a cell of theirs is missing
 * @param notes what else the user should know about how the file was read, in sentences
 */
public record ModelTable(Table table, String file, String sha256, int droppedRows, List<String> notes) {
    /**
     * Of a file.
     *
     * @param dropMissing whether a row with a missing cell, in any column, is left out
     */
    public static ModelTable of(CsvTable csv, boolean dropMissing) {
        List<String> notes = new ArrayList<>(csv.notes());
        BitSet dropped = new BitSet();
        for (int row = 0; row < csv.rows() && dropMissing; row++) {
            int at = row;
            dropped.set(row, csv.columns().stream().anyMatch(column -> column.missing(at)));
        }
        int[] kept =
                IntStream.range(0, csv.rows()).filter(row -> !dropped.get(row)).toArray();
        if (kept.length == 0) {
            throw new InputException(csv.file() + ": every row has a missing cell, so --missing drop leaves none");
        }
        Table table = Table.empty();
        for (CsvColumn column : csv.columns()) {
            if (column.hasTooManyTexts()) {
                notes.add("column " + Text.quote(column.name()) + " has too many different texts and is left out");
            } else if (column.hasWords()) {
                String[] words = column.words();
                table = table.with(
                        column.name(),
                        IntStream.of(kept).mapToObj(row -> words[row]).toArray(String[]::new));
                if (!column.textAmongNumbers().isEmpty()) {
                    notes.add("column " + Text.quote(column.name()) + " is taken for words: among its numbers there is "
                            + column.textAmongNumbers());
                }
            } else {
                double[] numbers = column.numbersOrNaN();
                table = table.with(
                        column.name(),
                        IntStream.of(kept).mapToDouble(row -> numbers[row]).toArray());
            }
        }
        return new ModelTable(table, csv.file(), csv.sha256(), dropped.cardinality(), List.copyOf(notes));
    }

    public int rows() {
        return table.rows();
    }
}
