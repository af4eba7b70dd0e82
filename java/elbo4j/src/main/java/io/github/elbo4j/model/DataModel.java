package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Recorder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model of N observations that are independent given z: {@code log p(x, z) = log p(z) + Σ_n log p(x_n | z)}. Its
 * author writes the two terms; {@link DataLogJoint} adds them and multiplies the sum over a minibatch by N/n, so that
 * this cannot be forgotten.
 */
public interface DataModel extends AutoCloseable {
    Device device();

    /** D. */
    int dimensions();

    /** What the D coordinates are called. */
    List<String> parameterNames();

    /** N. */
    int observations();

    /**
     * Records {@code logP[b,s] = log p(z[b,s,:])} with its constants, and its gradient. Both are overwritten.
     *
     * @param z [B][S][D]
     * @param logP [B][S] FLOAT64, written
     * @param gradient null, or [B][S][D], written
     */
    void logPrior(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient);

    /**
     * Records {@code logLikelihood[b,s] = Σ_{n in rows} log p(x_n | z[b,s,:])}, of these rows and no more, with its constants; and
     * its gradient. Both are overwritten.
     *
     * @param rows the observations to sum over
     * @param z [B][S][D]
     * @param logLikelihood [B][S] FLOAT64, written
     * @param gradient null, or [B][S][D], written
     */
    void logLikelihood(
            Recorder to, Rows rows, DrawBlock shape, Buffer z, Buffer logLikelihood, @Nullable Buffer gradient);

    /** {@link LogJoint#roundingLoss}. */
    default @Nullable String roundingLoss() {
        return null;
    }

    /** {@link RowsLogJoint#isLogConcave}. */
    default boolean isLogConcave() {
        return false;
    }

    @Override
    void close();
}
