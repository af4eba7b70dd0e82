package io.github.elbo4j.spark;

import io.github.elbo4j.device.SumTree;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Scaling;
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

    Scaling.Part part() {
        return new Scaling.Part(x, y);
    }

    Panel scaled(Scaling by) {
        Panel moved = new Panel(number, x.clone(), y.clone());
        by.apply(moved.x, moved.y);
        return moved;
    }

    RegressionData data(List<String> columns) {
        return new RegressionData(columns, x, y);
    }
}
