package io.github.elbo4j.cli;

import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.RegressionData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a regression is fitted to: the target and the columns that predict it, all numbers and none of them constant.
 *
 * @param file the file's name without its folders
 * @param sha256 of the file
 * @param target the name of the target column
 * @param predictors the names of the other columns, in the order of the header
 * @param x [predictors][rows]
 * @param y [rows]
 */
record RegressionInput(String file, String sha256, String target, List<String> predictors, double[][] x, double[] y) {
    int rows() {
        return y.length;
    }

    /**
     * Takes the columns apart.
     *
     * @param ignored columns to leave out
     * @param constantAllowed whether a predictor may hold one value only, as it may where it stands for the intercept
     */
    static RegressionInput of(
            CsvTable table, String target, List<String> ignored, RegressionModel model, boolean constantAllowed) {
        Set<String> left = new HashSet<>();
        for (String name : ignored) {
            // A name may itself hold a comma.
            for (String part : table.names().contains(name) ? List.of(name) : List.of(name.split(",", -1))) {
                left.add(table.column(part.strip(), "--ignore").name());
            }
        }
        CsvColumn targetColumn = table.column(target, "--target");
        if (left.contains(target)) {
            throw new InputException(
                    "--ignore: column " + Text.quote(target) + " is the target; it cannot be left out");
        }
        double[] y = target(table, targetColumn, model);
        List<String> predictors = new ArrayList<>();
        List<double[]> x = new ArrayList<>();
        for (String name : table.names()) {
            if (name.equals(target) || left.contains(name)) {
                continue;
            }
            if (name.equals(RegressionData.INTERCEPT) || name.equals(BayesianLinearRegression.LOG_NOISE)) {
                throw new InputException(table.file() + ", column " + Text.quote(name) + " has the name of a parameter"
                        + " that elbo4j adds. Rename it, or leave it out with --ignore " + Text.shellQuote(name));
            }
            double[] values = table.column(name, "--data").numbers();
            if (!constantAllowed && constant(values)) {
                throw new InputException(
                        table.file() + ", column " + Text.quote(name) + " is constant (" + show(values[0])
                                + " in every row), so its effect cannot be told from the intercept. Leave it out with --ignore "
                                + Text.shellQuote(name));
            }
            predictors.add(name);
            x.add(values);
        }
        return new RegressionInput(
                table.file(), table.sha256(), target, List.copyOf(predictors), x.toArray(double[][]::new), y);
    }

    /** The data for the library: rows of predictors, and a column of ones before them if there is an intercept. */
    RegressionData toData(boolean intercept) {
        int first = intercept ? 1 : 0;
        int k = first + predictors.size();
        List<String> columns = new ArrayList<>(predictors);
        if (intercept) {
            columns.add(0, RegressionData.INTERCEPT);
        }
        double[] rowMajor = new double[Math.multiplyExact(rows(), k)];
        for (int row = 0; row < rows(); row++) {
            rowMajor[row * k] = 1; // overwritten where there is no intercept
            for (int j = first; j < k; j++) {
                rowMajor[row * k + j] = x[j - first][row];
            }
        }
        return new RegressionData(columns, rowMajor, y);
    }

    /** The standard deviation (divisor N) of a predictor. */
    double sd(int predictor) {
        double[] values = x[predictor];
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / values.length);
    }

    private static double[] target(CsvTable table, CsvColumn column, RegressionModel model) {
        String where = table.file() + ", target column " + Text.quote(column.name());
        if (column.holdsText()) {
            throw new InputException(where + " holds text (" + column.textExamples() + "). "
                    + (model == RegressionModel.LOGISTIC
                            ? "Write it as 0 and 1, where 1 is the outcome whose probability is wanted"
                            : "The target must be a number"));
        }
        double[] y = column.numbers();
        if (model == RegressionModel.LOGISTIC) {
            for (int row = 0; row < y.length; row++) {
                if (y[row] != 0 && y[row] != 1) {
                    throw new InputException(table.place(row, column.name()) + ": the target is " + show(y[row])
                            + ", but a logistic regression needs 0 or 1" + recoding(y));
                }
            }
        }
        if (constant(y)) {
            throw new InputException(
                    where + " is constant (" + show(y[0]) + " in every row): there is nothing to predict");
        }
        return y;
    }

    /** Says how two values become 0 and 1, and names the other command for a quantity. */
    private static String recoding(double[] y) {
        double[] distinct = Arrays.stream(y).distinct().sorted().limit(3).toArray();
        return distinct.length == 2
                ? ". Its two values are " + show(distinct[0]) + " and " + show(distinct[1])
                        + ": write the first as 0 and the second as 1"
                : ". For a quantity use: elbo4j fit linear";
    }

    private static boolean constant(double[] values) {
        for (double value : values) {
            if (value != values[0]) {
                return false;
            }
        }
        return true;
    }

    /** The number as a person writes it: whole numbers without a fraction. */
    private static String show(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
