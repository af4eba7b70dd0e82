package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.device.Key;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows to fit and rows to judge by.
 *
 * @param held null if there are none
 */
record NetworkHoldout(RegressionInput fitted, @Nullable RegressionInput held) {
    /** Some rows, a function of the seed and of how many there are. */
    static NetworkHoldout of(RegressionInput all, double share, long seed) {
        int rows = all.rows();
        int held = (int) Math.round(share * rows);
        if (held == 0) {
            return new NetworkHoldout(all, null);
        }
        int[] order = new Key(seed).fork("holdout").permutation(rows);
        RegressionInput fitted = some(all, Arrays.copyOfRange(order, held, rows));
        refuseConstant(fitted, fitted.target(), fitted.y());
        for (int j = 0; j < fitted.predictors().size(); j++) {
            refuseConstant(fitted, fitted.predictors().get(j), fitted.x()[j]);
        }
        return new NetworkHoldout(fitted, some(all, Arrays.copyOf(order, held)));
    }

    /** In the order of the file. */
    private static RegressionInput some(RegressionInput all, int[] rows) {
        Arrays.sort(rows);
        double[][] x = Arrays.stream(all.x()).map(column -> some(column, rows)).toArray(double[][]::new);
        return all.with(x, some(all.y(), rows));
    }

    private static double[] some(double[] values, int[] rows) {
        return Arrays.stream(rows).mapToDouble(row -> values[row]).toArray();
    }

    private static void refuseConstant(RegressionInput fitted, String column, double[] values) {
        if (Arrays.stream(values).allMatch(value -> value == values[0])) {
            throw new InputException("--holdout leaves " + fitted.rows() + " rows of " + fitted.file()
                    + ", in which column \"" + column + "\" is constant; hold fewer rows out");
        }
    }
}
