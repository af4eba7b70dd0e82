package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The rows of a table apart by the values of a column.
 *
 * @param column its name
 * @param names its values, numbers before words, in order: group g has the g-th
 * @param rows of each group
 * @param table whose rows they are
 */
public record TableGroups(String column, List<String> names, List<int[]> rows, CsvTable table) {
    /**
     * Of a table.
     *
     * @param option names the column
     * @param dropMissing whether a row whose cell in it is empty is in no group
     */
    public static TableGroups of(CsvTable table, String name, String option, boolean dropMissing) {
        CsvColumn column = table.column(name, option);
        BitSet dropped = new BitSet();
        for (int row = 0; row < table.rows() && dropMissing; row++) {
            dropped.set(row, column.missing(row));
        }
        Levels levels = column.levels(dropped);
        if (levels.values().isEmpty()) {
            throw new InputException(option + ": " + table.file() + ", column " + Text.quote(name)
                    + " is empty in every row, so there is no group");
        }
        int[] sizes = new int[levels.values().size()];
        for (int code : levels.codes()) {
            if (code >= 0) {
                sizes[code]++;
            }
        }
        List<int[]> rows = new ArrayList<>();
        for (int size : sizes) {
            rows.add(new int[size]);
        }
        int[] next = new int[sizes.length];
        for (int row = 0; row < table.rows(); row++) {
            int code = levels.codes()[row];
            if (code >= 0) {
                rows.get(code)[next[code]++] = row;
            }
        }
        return new TableGroups(name, levels.values(), rows, table);
    }

    /** The rows of a group as a table. */
    public CsvTable group(int group) {
        return table.rows(rows.get(group));
    }

    /** Rows of all groups. */
    public int count() {
        return rows.stream().mapToInt(some -> some.length).sum();
    }
}
