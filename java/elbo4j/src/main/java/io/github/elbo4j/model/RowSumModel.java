package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DataModel} whose log-likelihood is a function of sums over its rows: one number a draw, and the slopes that are products
 * with the rows. So the rows may lie on several machines, each of which sums its own, and whoever has the sums of all makes the
 * likelihood of them. The bits are those of one machine where the rows are cut at multiples of 1024, the numbers are added as the
 * elements of a row are, and the slopes as the panels of a product are ({@link io.github.elbo4j.device.Operation}).
 */
public interface RowSumModel extends DataModel {
    /**
     * Records the sums over this model's rows. Both are overwritten.
     *
     * @param z [B][S][D]
     * @param sums [B][S] FLOAT64, written
     * @param slopes null, or [B][S][D], written: 0 where a slope is no product with the rows
     */
    void recordSums(Recorder to, DrawBlock shape, Buffer z, Buffer sums, @Nullable Buffer slopes);

    /**
     * Makes, in place and on the host, the log-likelihood and its gradient, as {@link #logLikelihood} has them, of the sums over all rows.
     *
     * @param observations N, of all machines
     * @param z [B][S][D]
     * @param sums [B][S], which become the log-likelihood
     * @param slopes null, or [B][S][D], which become its gradient
     */
    void fromSums(long observations, float[] z, double[] sums, float @Nullable [] slopes);
}
