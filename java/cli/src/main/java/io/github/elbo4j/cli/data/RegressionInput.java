package io.github.elbo4j.cli.data;

import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Standardization;
import io.github.elbo4j.report.Coding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a regression is fitted to: the target and the columns that predict it, all numbers and none of them constant.
 *
 * @param file the file's name without its folders
 * @param sha256 of the file
 * @param target the name of the target column
 * @param predictors the names of the other columns, in the order of the header
 * @param x [predictors][rows]; empty where they are no longer needed
 * @param y [rows]
 * @param classes the names of the classes that y numbers; empty if it numbers none
 * @param droppedRows rows that were left out because a cell of theirs is missing
 * @param codings how columns that held no numbers became numbers
 * @param notes what else the user should know about how the file was read, in sentences
 * @param beside the columns that have another part
 */
public record RegressionInput(
        String file,
        String sha256,
        String target,
        List<String> predictors,
        double[][] x,
        double[] y,
        List<String> classes,
        int droppedRows,
        List<Coding> codings,
        List<String> notes,
        Beside beside) {
    private static final int SOME_ROWS = 1024;

    public int rows() {
        return y.length;
    }

    /** Some of the rows. */
    public RegressionInput rows(int from, int to) {
        return new RegressionInput(
                file,
                sha256,
                target,
                predictors,
                Arrays.stream(x)
                        .map(column -> Arrays.copyOfRange(column, from, to))
                        .toArray(double[][]::new),
                Arrays.copyOfRange(y, from, to),
                classes,
                droppedRows,
                codings,
                notes,
                beside.rows(from, to));
    }

    /** Rows with other numbers, of the same columns; none has a part beside these. */
    public RegressionInput with(double[][] otherX, double[] otherY) {
        return new RegressionInput(
                file, sha256, target, predictors, otherX, otherY, classes, droppedRows, codings, notes, Beside.NONE);
    }

    /** The same without the numbers of the predictors, which are as large as the data. */
    public RegressionInput withoutX() {
        return new RegressionInput(
                file, sha256, target, predictors, new double[0][], y, classes, droppedRows, codings, notes, beside);
    }

    /** Takes the columns apart. */
    public static RegressionInput of(
            CsvTable table,
            RegressionColumns columns,
            TargetColumn.Reader reader,
            boolean intercept,
            boolean standardize) {
        return new RegressionReading(table, columns, reader, intercept, standardize).input();
    }

    /** The data for the library: rows of predictors, and a column of ones before them if there is an intercept. */
    public RegressionData toData(boolean intercept) {
        int first = intercept ? 1 : 0;
        int k = first + predictors.size();
        List<String> columns = new ArrayList<>(predictors);
        if (intercept) {
            columns.add(0, RegressionData.INTERCEPT);
        }
        double[] rowMajor = new double[Math.multiplyExact(rows(), k)];
        IntStream.rangeClosed(0, rows() / SOME_ROWS).parallel().forEach(part -> {
            for (int row = part * SOME_ROWS; row < Math.min((part + 1) * SOME_ROWS, rows()); row++) {
                rowMajor[row * k] = 1; // overwritten where there is no intercept
                for (int j = first; j < k; j++) {
                    rowMajor[row * k + j] = x[j - first][row];
                }
            }
        });
        return new RegressionData(columns, rowMajor, y);
    }

    /** The standard deviation (divisor N) of a predictor. */
    public double sd(int predictor) {
        return Standardization.deviation(x[predictor]);
    }
}
