package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A CSV file of which every column that is not left out holds numbers.
 *
 * @param file the file's name without its folders
 * @param sha256 of the file
 * @param columns the names
 * @param values [rows][columns], row by row
 * @param rows the number of each row in the file, from 1
 * @param droppedRows rows that were left out because a cell of theirs is missing
 * @param notes what else the user should know about how the file was read, in sentences
 */
@SuppressWarnings("ArrayRecordComponent") // of this command alone
public record NumberTable(
        String file,
        String sha256,
        List<String> columns,
        double[] values,
        int[] rows,
        int droppedRows,
        List<String> notes) {
    /**
     * Of a file.
     *
     * @param ignore columns to leave out
     * @param dropMissing whether a row with a missing cell is left out, not refused
     * @param what is fitted, such as {@code a mixture is}, for messages
     */
    public static NumberTable of(CsvTable table, List<String> ignore, boolean dropMissing, String what) {
        Set<String> ignored = new HashSet<>();
        ignore.forEach(name -> ignored.add(table.column(name, "--ignore").name()));
        List<CsvColumn> used = table.columns().stream()
                .filter(column -> !ignored.contains(column.name()))
                .toList();
        if (used.isEmpty()) {
            throw new InputException(
                    table.file() + ": --ignore leaves no column out of which anything could be fitted");
        }
        BitSet dropped = new BitSet();
        for (int row = 0; row < table.rows() && dropMissing; row++) {
            int at = row;
            dropped.set(row, used.stream().anyMatch(column -> column.missing(at)));
        }
        int[] kept = IntStream.range(0, table.rows())
                .filter(row -> !dropped.get(row))
                .toArray();
        if (kept.length == 0) {
            throw new InputException(table.file() + ": every row has a missing cell, so --missing drop leaves none");
        }
        List<String> names = new ArrayList<>();
        double[] values = new double[Math.multiplyExact(kept.length, used.size())];
        for (int c = 0; c < used.size(); c++) {
            CsvColumn column = used.get(c);
            if (column.holdsWords()) {
                throw new InputException(table.file() + ", column " + Text.quote(column.name()) + " holds text ("
                        + column.textExamples() + "), but " + what + " of numbers. Leave it out with --ignore "
                        + Text.shellQuote(column.name()));
            }
            double[] numbers = column.numbers(dropped);
            names.add(column.name());
            for (int n = 0; n < kept.length; n++) {
                values[n * used.size() + c] = numbers[kept[n]];
            }
        }
        return new NumberTable(
                table.file(),
                table.sha256(),
                List.copyOf(names),
                values,
                IntStream.of(kept).map(row -> row + 1).toArray(),
                dropped.cardinality(),
                table.notes());
    }
}
