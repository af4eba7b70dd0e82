package io.github.elbo4j.cli.view;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;

/** A table of names and numbers for the terminal. */
public final class TextTable {
    /** A longer name is cut, so that one long name does not push the numbers off the screen. */
    private static final int LONGEST_NAME = 32;
    /** With fewer columns than that left for it, a name stands above its numbers. */
    private static final int SHORTEST_NAME = 10;

    private final int width;

    /** @param width the columns of a line */
    public TextTable(int width) {
        this.width = width;
    }

    /** Prints rows, of which the first is the head. */
    public void print(PrintWriter out, List<List<String>> rows) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], Text.width(row.get(c)));
            }
        }
        int numbers = Arrays.stream(widths, 1, widths.length).map(w -> 2 + w).sum();
        int names = Math.min(Math.min(widths[0], LONGEST_NAME), width - numbers);
        boolean beside = names >= Math.min(widths[0], SHORTEST_NAME);
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            if (beside) {
                String name = Text.cut(row.get(0), names);
                line.append(name).append(" ".repeat(names - Text.width(name)));
            } else {
                out.println(Text.cut(row.get(0), width));
            }
            for (int c = 1; c < widths.length; c++) {
                line.append(" ".repeat(2 + widths[c] - Text.width(row.get(c)))).append(row.get(c));
            }
            out.println(line);
        }
    }
}
