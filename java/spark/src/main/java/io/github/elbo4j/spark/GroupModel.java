package io.github.elbo4j.spark;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import java.io.Serializable;
import java.util.List;

/**
 * Fits the rows of a group, where they lie.
 *
 * @param <V> what a row is
 */
interface GroupModel<V> extends Serializable {
    /**
     * A group's rows, in the order of the table.
     *
     * @param group its number
     * @param numbers of the rows in the table, from 0
     */
    record Rows<V>(int group, List<Long> numbers, List<V> rows) {}

    /** Cells of a row. */
    int width();

    /** What became of a group whose fit has failed. */
    GroupOutcome failed(Rows<V> group, RuntimeException failure);

    /** The result is on the scale of the rows; what it throws is the failure of this group alone. */
    FitResult fit(Device device, Rows<V> group);
}
