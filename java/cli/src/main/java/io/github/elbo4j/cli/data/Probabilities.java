package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * A table of probabilities in a CSV file: a column of them, or two columns, of which the first names the cases.
 *
 * @param file its name without folders
 * @param cases their names; empty if the file gives none
 */
public record Probabilities(String file, List<String> cases, double[] values) {
    /** How far the sum may be from 1. */
    private static final double TOLERANCE = 1e-6;

    /** Reads a file and checks that it is one. */
    public static Probabilities read(Path path) {
        CsvTable table;
        try {
            table = CsvTable.read(path, '.');
        } catch (InputException e) {
            throw new InputException(String.valueOf(e.getMessage()).replaceFirst("^--data: ", ""), e);
        }
        List<CsvColumn> columns = table.columns();
        String file = table.file();
        if (columns.isEmpty() || columns.size() > 2) {
            throw new InputException(
                    file + " has " + columns.size() + " columns, but a table of probabilities has one of"
                            + " numbers, or two, of which the first names the cases");
        }
        CsvColumn last = columns.get(columns.size() - 1);
        if (last.holdsText()) {
            throw new InputException(file + ", column " + Text.quote(last.name()) + " holds text ("
                    + last.textExamples() + "), but its numbers are the probabilities");
        }
        double[] values = last.numbers(new BitSet());
        double sum = 0;
        for (int row = 0; row < values.length; row++) {
            if (!(values[row] >= 0 && values[row] <= 1)) {
                throw new InputException(table.place(row, last.name()) + ": " + values[row]
                        + " is no probability, which is from 0 to 1");
            }
            sum += values[row];
        }
        if (!(Math.abs(sum - 1) <= TOLERANCE)) {
            throw new InputException(
                    file + ": the probabilities in column " + Text.quote(last.name()) + " have the sum " + sum
                            + ", but it must be 1. Divide each by the sum if they are counts or rounded");
        }
        return new Probabilities(file, columns.size() == 1 ? List.of() : cases(table, columns.get(0)), values);
    }

    private static List<String> cases(CsvTable table, CsvColumn column) {
        List<String> cases = List.of(column.words());
        Map<String, Integer> seen = new HashMap<>();
        for (int row = 0; row < cases.size(); row++) {
            Integer before = seen.put(cases.get(row), row);
            if (before != null) {
                throw new InputException(table.place(row, column.name()) + ": " + Text.quote(cases.get(row))
                        + " is the name of row " + (before + 1) + " too; each case needs its own");
            }
        }
        return cases;
    }

    /** What a case is called, for messages. */
    public String name(int i) {
        return cases.isEmpty() ? "row " + (i + 1) : Text.quote(cases.get(i));
    }

    /** The probabilities in the order of the cases of another table; refuses one of other cases. */
    public double[] inOrderOf(Probabilities other) {
        if (values.length != other.values.length && (cases.isEmpty() || other.cases.isEmpty())) {
            throw new InputException(file + " has " + values.length + " cases, but " + other.file + " has "
                    + other.values.length + "; a case that one of them rules out has the probability 0 there");
        }
        if (cases.isEmpty() || other.cases.isEmpty()) {
            return values.clone();
        }
        lacks(other, this);
        lacks(this, other);
        Map<String, Double> byCase = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            byCase.put(cases.get(i), values[i]);
        }
        return other.cases.stream().mapToDouble(byCase::get).toArray();
    }

    private static void lacks(Probabilities has, Probabilities lacks) {
        List<String> missing = new ArrayList<>(has.cases);
        missing.removeAll(new HashSet<>(lacks.cases));
        if (!missing.isEmpty()) {
            throw new InputException(has.file + " has the case " + Text.quote(missing.get(0)) + ", which " + lacks.file
                    + " does not have; if it is ruled out there, add it with the probability 0");
        }
    }
}
