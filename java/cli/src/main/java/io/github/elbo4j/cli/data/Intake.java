package io.github.elbo4j.cli.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where cells go: to the columns, and row by row to who takes them. */
final class Intake {
    private final List<CsvColumn> columns;
    private final CsvTable.@Nullable Rows to;
    private final boolean[] uses;
    private final boolean[] isInRow;
    private final double[] row;
    private int filled;

    Intake(List<CsvColumn> columns, CsvTable.@Nullable Rows to) {
        this.columns = columns;
        this.to = to;
        uses = new boolean[columns.size()];
        isInRow = new boolean[uses.length];
        int width = 0;
        for (int c = 0; c < uses.length; c++) {
            String name = columns.get(c).name();
            boolean isKept = to != null && to.keeps(name);
            uses[c] = to == null || name.isEmpty() || isKept || to.uses(name);
            isInRow[c] = uses[c] && !name.isEmpty() && !isKept;
            width += isInRow[c] ? 1 : 0;
        }
        row = new double[width];
    }

    void add(int c, long line, String cell) {
        if (uses[c]) {
            double value = columns.get(c).add(line, cell);
            if (isInRow[c]) {
                row[filled++] = value;
            }
        }
    }

    void add(int c, double value) {
        if (uses[c]) {
            columns.get(c).add(value);
            if (isInRow[c]) {
                row[filled++] = value;
            }
        }
    }

    /** Whether the columns take all, so that they may take their cells one column after the other. */
    boolean isByColumn() {
        return to == null;
    }

    /** The row is whole. */
    void end() {
        filled = 0;
        if (to != null) {
            to.row(row);
        }
    }
}
