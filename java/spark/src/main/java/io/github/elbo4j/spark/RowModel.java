package io.github.elbo4j.spark;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.RowSumModel;
import java.io.Serializable;

/**
 * How a model is made of rows: an executor makes one of each part of its rows, on its own device. It must be the same model but for the
 * rows.
 *
 * <pre>{@code
 * RowModel model = (device, rows) -> new BayesianLogisticRegression(device, rows, new NormalPrior(0, 2.5));
 * }</pre>
 */
@FunctionalInterface
public interface RowModel extends Serializable {
    /** The model of these rows; whoever asks closes it. */
    RowSumModel on(Device device, RegressionData rows);
}
