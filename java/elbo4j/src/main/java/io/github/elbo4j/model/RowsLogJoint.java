package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Recorder;
import org.jspecify.annotations.Nullable;

/** A log-joint of N observations that are independent given z, so that fewer of them give an unbiased estimate of it. */
public interface RowsLogJoint extends LogJoint {
    Device device();

    /** N. */
    int observations();

    /** Whether it depends on normals that each step draws anew; without minibatches, they are those of step 0 always. */
    default boolean drawsNormals() {
        return false;
    }

    /**
     * Whether log p is known to be strictly concave in z: then it has one mode, and a single path finds it. Not known, unless the model says
     * so; where it says so and is not, other modes are not looked for, and the verdict does not see them.
     */
    default boolean isLogConcave() {
        return false;
    }

    /** As {@link LogJoint#record}, estimated from some rows, whose log-likelihood counts N/n times. */
    void record(Recorder to, Rows rows, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient);

    @Override
    default void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        record(to, Rows.all(observations()), shape, z, logP, gradient);
    }

    /**
     * An unbiased estimate of this joint from {@code size} rows, other rows at each step. Rows come from an endless
     * stream of permutations of all of them, so an epoch uses each row once.
     *
     * @param size n, from 1 to N
     * @param key of the permutations
     * @return shares this joint's memory and must be closed before it
     */
    default LogJoint minibatches(int size, Key key) {
        if (observations() == 0) {
            throw new IllegalArgumentException("batch is " + size
                    + ", but the model has no rows to choose from: a model" + " that takes a table by rows(table) has");
        }
        if (size < 1 || size > observations()) {
            throw new IllegalArgumentException(
                    "batch is " + size + ", but must be from 1 to the number of rows, " + observations());
        }
        return size == observations() && !drawsNormals() ? this : new MinibatchLogJoint(this, size, key);
    }
}
