package io.github.elbo4j.spark;

import io.github.elbo4j.device.SumTree;
import io.github.elbo4j.model.RegressionData;
import java.io.Serializable;
import java.util.List;

/**
 * Rows {@code 1024·number …} of a table, what a sum over rows is cut into.
 *
 * @param x [rows][K]
 * @param y [rows]
 */
record Panel(long number, double[] x, double[] y) implements Serializable {
    /** Rows of each but the last. */
    static final int ROWS = SumTree.PART;

    static long count(long rows) {
        return (rows + ROWS - 1) / ROWS;
    }

    RegressionData data(List<String> columns) {
        return new RegressionData(columns, x, y);
    }
}
