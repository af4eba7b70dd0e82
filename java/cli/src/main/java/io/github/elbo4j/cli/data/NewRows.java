package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.report.Coding;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.Grouping;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rows of a table for a regression that was fitted before: columns are read as that fit read them. */
public final class NewRows {
    private final CsvTable table;
    private final DataSource fitted;
    private final Map<String, Coding> codings = new LinkedHashMap<>();
    private final BitSet dropped = new BitSet();

    /**
     * What was read.
     *
     * @param rows the row of the file, from 1, that each row is
     * @param isKnown whether the target is there, so that it is not 0 throughout
     */
    public record Read(RegressionInput input, int[] rows, boolean isKnown) {}

    private NewRows(CsvTable table, DataSource fitted) {
        this.table = table;
        this.fitted = fitted;
        fitted.codings().forEach(coding -> codings.put(coding.column(), coding));
    }

    /**
     * Reads them. Levels of the group that the fit does not know follow those that it knows.
     *
     * @param fitted what the fit was of
     * @param beside its offset and its weights; groups are those of {@code fitted}
     * @param dropMissing whether a row with a missing cell in a column that is used is left out, not refused; a target that is
     *     missing is no such cell where the whole column is
     */
    public static Read read(CsvTable table, DataSource fitted, Beside.Names beside, boolean dropMissing) {
        return new NewRows(table, fitted).input(beside.offset(), beside.exposure(), beside.weights(), dropMissing);
    }

    private Read input(@Nullable String offset, boolean exposure, @Nullable String weights, boolean dropMissing) {
        Grouping grouping =
                fitted.groupings().isEmpty() ? null : fitted.groupings().get(0);
        boolean known = table.has(fitted.target()) && !column(fitted.target()).isBlank();
        List<String> used = new ArrayList<>(
                fitted.predictors().stream().map(this::source).distinct().toList());
        if (offset != null) {
            used.add(offset);
        }
        if (weights != null) {
            used.add(weights);
        }
        if (grouping != null) {
            used.add(grouping.column());
        }
        if (known) {
            used.add(fitted.target());
        }
        if (dropMissing) {
            used.forEach(this::drop);
        }
        int kept = table.rows() - dropped.cardinality();
        if (kept == 0) {
            throw new InputException(table.file() + ": every row misses a cell, so none is left");
        }
        double[][] x = fitted.predictors().stream().map(this::predictor).toArray(double[][]::new);
        Beside beside = new Beside(
                offset == null ? null : offset(offset, exposure),
                weights == null
                        ? null
                        : new Beside.PerRow(weights, keep(column(weights).numbers(dropped))),
                grouping == null ? null : group(grouping));
        Coding classes = codings.get(fitted.target());
        RegressionInput input = new RegressionInput(
                table.file(),
                table.sha256(),
                fitted.target(),
                fitted.predictors(),
                x,
                known ? target() : new double[kept],
                classes == null ? List.of() : classes.values(),
                dropped.cardinality(),
                List.of(),
                table.notes(),
                beside);
        int[] rows = IntStream.range(0, table.rows())
                .filter(row -> !dropped.get(row))
                .map(row -> row + 1)
                .toArray();
        return new Read(input, rows, known);
    }

    /** The column of the table that a predictor comes from. */
    private String source(String predictor) {
        for (Coding coding : fitted.codings()) {
            boolean indicators = coding.kind() == Coding.Kind.INDICATORS || coding.kind() == Coding.Kind.ALL_INDICATORS;
            for (int i = coding.firstIndicator();
                    indicators && i < coding.values().size();
                    i++) {
                if (coding.indicator(i).equals(predictor)) {
                    return coding.column();
                }
            }
        }
        return predictor;
    }

    private CsvColumn column(String name) {
        return table.column(name, "--data");
    }

    private void drop(String name) {
        CsvColumn column = column(name);
        IntStream.range(0, table.rows()).filter(column::missing).forEach(dropped::set);
    }

    private double[] predictor(String name) {
        String source = source(name);
        if (!source.equals(name)) {
            Coding coding = Objects.requireNonNull(codings.get(source));
            double[] codes = codes(column(source), coding.values());
            int index = IntStream.range(0, coding.values().size())
                    .filter(i -> coding.indicator(i).equals(name))
                    .findFirst()
                    .orElseThrow();
            return Arrays.stream(codes).map(code -> code == index ? 1 : 0).toArray();
        }
        return numbers(name);
    }

    private double[] target() {
        return numbers(fitted.target());
    }

    /** Numbers, or the places of words in their coding. */
    private double[] numbers(String name) {
        Coding coding = codings.get(name);
        return coding == null ? keep(column(name).numbers(dropped)) : codes(column(name), coding.values());
    }

    private double[] codes(CsvColumn column, List<String> values) {
        String[] words = column.words();
        double[] codes = new double[words.length];
        for (int row = 0; row < codes.length; row++) {
            if (dropped.get(row)) {
                continue;
            }
            codes[row] = place(words[row], values);
            if (codes[row] < 0) {
                throw new InputException(table.place(row, column.name()) + ": "
                        + (words[row].isEmpty() ? "there is nothing" : Text.quote(words[row]))
                        + ", but the fit knows only "
                        + String.join(", ", values));
            }
        }
        return keep(codes);
    }

    /** Words count in any case where that is not ambiguous. */
    private static int place(String word, List<String> values) {
        int exact = values.indexOf(word);
        if (exact >= 0) {
            return exact;
        }
        int[] same = IntStream.range(0, values.size())
                .filter(i -> values.get(i).equalsIgnoreCase(word))
                .toArray();
        return same.length == 1 ? same[0] : -1;
    }

    private Beside.PerRow offset(String name, boolean exposure) {
        double[] values = column(name).numbers(dropped);
        for (int row = 0; row < values.length && exposure; row++) {
            if (!dropped.get(row) && !(values[row] > 0)) {
                throw new InputException(table.place(row, name) + ": " + Levels.label(values[row])
                        + ", but the exposure of a count must be positive");
            }
        }
        return new Beside.PerRow(name, keep(values));
    }

    private Beside.Group group(Grouping grouping) {
        Levels levels = column(grouping.column()).levels(dropped);
        List<String> all = new ArrayList<>(grouping.levels());
        levels.values().stream().filter(level -> !all.contains(level)).forEach(all::add);
        int[] of = IntStream.of(levels.codes())
                .filter(code -> code >= 0)
                .map(code -> all.indexOf(levels.values().get(code)))
                .toArray();
        return new Beside.Group(grouping.column(), all, of);
    }

    private double[] keep(double[] values) {
        return IntStream.range(0, values.length)
                .filter(row -> !dropped.get(row))
                .mapToDouble(row -> values[row])
                .toArray();
    }
}
