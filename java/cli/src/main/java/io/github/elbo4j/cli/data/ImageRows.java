package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.report.DataSource;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of numbers that may be images.
 *
 * @param columns what they are called
 * @param values [rows][columns]
 * @param labels of the rows; empty without any
 * @param width of an image in pixels; 0 if rows are none
 * @param height of an image
 * @param source where they are from
 */
@SuppressWarnings("ArrayRecordComponent") // of this command alone
public record ImageRows(
        List<String> columns, double[][] values, List<String> labels, int width, int height, DataSource source) {
    /** Of an IDX file. */
    public static ImageRows of(IdxFile idx) {
        List<String> columns = IntStream.rangeClosed(1, idx.width() * idx.height())
                .mapToObj(i -> "x" + i)
                .toList();
        DataSource source = new DataSource(
                idx.file(), idx.sha256(), idx.pixels().length, "", columns, 0, List.of(), List.of(), Map.of());
        return new ImageRows(columns, idx.pixels(), List.of(), idx.width(), idx.height(), source);
    }

    /**
     * Of a table.
     *
     * @param label a column that is not among the values; null for none
     * @param ignore columns to leave out
     * @param dropMissing whether a row with a missing cell is left out, not refused
     */
    public static ImageRows of(CsvTable table, @Nullable String label, List<String> ignore, boolean dropMissing) {
        ignore.forEach(name -> table.column(name, "--ignore"));
        CsvColumn labels = label == null ? null : table.column(label, "--label");
        List<CsvColumn> used = table.columns().stream()
                .filter(column ->
                        !ignore.contains(column.name()) && !column.name().equals(label))
                .toList();
        if (used.isEmpty()) {
            throw new InputException(table.file() + ": no column is left that anything could be fitted to");
        }
        for (CsvColumn column : used) {
            if (column.holdsWords()) {
                throw new InputException(table.file() + ", column " + Text.quote(column.name()) + " holds text ("
                        + column.textExamples() + "), but every column must hold numbers. Leave it out with --ignore "
                        + Text.shellQuote(column.name()) + ", or take it for --label");
            }
        }
        BitSet dropped = new BitSet();
        for (int row = 0; row < table.rows() && dropMissing; row++) {
            int at = row;
            dropped.set(row, used.stream().anyMatch(column -> column.missing(at)));
        }
        int[] kept = IntStream.range(0, table.rows())
                .filter(row -> !dropped.get(row))
                .toArray();
        double[][] values = new double[kept.length][used.size()];
        for (int c = 0; c < used.size(); c++) {
            double[] column = used.get(c).numbers(dropped);
            for (int n = 0; n < kept.length; n++) {
                values[n][c] = column[kept[n]];
            }
        }
        List<String> columns = used.stream().map(CsvColumn::name).toList();
        String[] all = labels == null ? new String[0] : labels.words();
        List<String> words = labels == null
                ? List.of()
                : Arrays.stream(kept).mapToObj(row -> all[row]).toList();
        DataSource source = new DataSource(
                table.file(),
                table.sha256(),
                kept.length,
                label == null ? "" : label,
                columns,
                dropped.cardinality(),
                List.of(),
                table.notes(),
                Map.of());
        int side = (int) Math.round(Math.sqrt(used.size()));
        boolean square = side > 1 && side * side == used.size();
        return new ImageRows(columns, values, words, square ? side : 0, square ? side : 0, source);
    }

    /** The same with images of this size. */
    public ImageRows sized(int imageWidth, int imageHeight) {
        if ((long) imageWidth * imageHeight != columns.size()) {
            throw new InputException("--image is " + imageWidth + "x" + imageHeight + ", which is "
                    + (long) imageWidth * imageHeight + " pixels, but a row has " + columns.size() + " columns");
        }
        return new ImageRows(columns, values, labels, imageWidth, imageHeight, source);
    }

    /** The same with other values. */
    public ImageRows withValues(double[][] other) {
        return new ImageRows(columns, other, labels, width, height, source);
    }

    /** Whether rows are images. */
    public boolean areImages() {
        return width > 0;
    }
}
