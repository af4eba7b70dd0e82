package io.github.elbo4j.report;

import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model was fitted to.
 *
 * @param file the file's name without its folders
 * @param sha256 of the file's bytes, in hexadecimal
 * @param rows rows that were fitted
 * @param target the name of the column to predict
 * @param predictors the names of the columns that predict it
 * @param droppedRows rows of the file that were left out because a cell of theirs is missing
 * @param codings how columns that held no numbers became numbers
 * @param notes what else is to be known of how the file was read
 * @param units of each parameter that multiplies a column, by the parameter's name: the column's standard deviation. It
 *     makes effects of columns with different units comparable
 * @param groupings the columns whose values choose elements of parameters
 * @param scales how columns were moved and scaled for a fit that stays on that scale; empty where it was brought back to theirs
 */
public record DataSource(
        String file,
        String sha256,
        int rows,
        String target,
        List<String> predictors,
        int droppedRows,
        List<Coding> codings,
        List<String> notes,
        Map<String, Double> units,
        List<Grouping> groupings,
        Map<String, Scale> scales) {
    /**
     * {@code (x − mean)/sd} of a column x was fitted.
     *
     * @param sd positive
     */
    public record Scale(double mean, double sd) {
        /** A value of the column as it is fitted. */
        public double fitted(double value) {
            return (value - mean) / sd;
        }

        /** A value that is fitted, as one of the column. */
        public double original(double fitted) {
            return mean + sd * fitted;
        }
    }

    public DataSource {
        scales = Collections.unmodifiableMap(new LinkedHashMap<>(scales));
        groupings = List.copyOf(groupings);
        predictors = List.copyOf(predictors);
        codings = List.copyOf(codings);
        notes = List.copyOf(notes);
        units = Collections.unmodifiableMap(new LinkedHashMap<>(units));
    }

    /** Without scales. */
    public DataSource(
            String file,
            String sha256,
            int rows,
            String target,
            List<String> predictors,
            int droppedRows,
            List<Coding> codings,
            List<String> notes,
            Map<String, Double> units,
            List<Grouping> groupings) {
        this(file, sha256, rows, target, predictors, droppedRows, codings, notes, units, groupings, Map.of());
    }

    /** Without groupings. */
    public DataSource(
            String file,
            String sha256,
            int rows,
            String target,
            List<String> predictors,
            int droppedRows,
            List<Coding> codings,
            List<String> notes,
            Map<String, Double> units) {
        this(file, sha256, rows, target, predictors, droppedRows, codings, notes, units, List.of());
    }

    /** The same with columns that were moved and scaled. */
    public DataSource scaled(Map<String, Scale> by) {
        return new DataSource(
                file, sha256, rows, target, predictors, droppedRows, codings, notes, units, groupings, by);
    }

    /** Such as {@code 197 rows}, or {@code 197 rows (3 with missing cells dropped)}. */
    public String rowsInWords() {
        return Words.count(rows, "row")
                + (droppedRows == 0 ? "" : " (" + Numbers.grouped(droppedRows) + " with missing cells dropped)");
    }
}
