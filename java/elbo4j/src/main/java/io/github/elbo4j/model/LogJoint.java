package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Recorder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A log-joint density {@code log p(x, z)} with all its constants: without them an ELBO does not bound {@code log p(x)}.
 * This is what a user's own model implements: {@link HostLogJoint} makes one from a Java function, and a class that
 * composes {@link io.github.elbo4j.device.Operation}s stays on the device. A model of independent observations implements
 * {@link DataModel} instead, so that it need not scale minibatches itself. The methods after {@link #evaluate} are
 * called by estimators and fits; most models keep the defaults.
 */
public interface LogJoint extends AutoCloseable {
    /** D. */
    int dimensions();

    /** What the D coordinates are called. */
    List<String> parameterNames();

    /**
     * Records {@code logP[b,s] = log p_b(x, z[b,s,:])} and, if asked, {@code gradient[b,s,:] = ∇z log p_b(x, z[b,s,:])}. Both
     * are overwritten. Draws do not depend on each other: the same draw gives the same bits in any block.
     *
     * @param to what keeps the operations; they run later, again and again
     * @param shape B problems, S draws, D dimensions, and the address of the first of each
     * @param z [B][S][D]
     * @param logP [B][S] FLOAT64, written
     * @param gradient null, or [B][S][D], written
     */
    void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient);

    /** {@link #record Records} it and runs it once. */
    default void evaluate(DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        Recorder.run(z.device(), to -> record(to, shape, z, logP, gradient));
    }

    /**
     * Called before a step runs. A joint that is an unbiased estimate chooses its rows as a function of the step alone;
     * here it writes to the device what {@link #recordEndOfStep} does not advance by itself.
     *
     * @param step from 0
     */
    default void atStep(int step) {}

    /**
     * Records the operations that move the joint on to the rows of the next step. It is called once, after everything
     * that a step evaluates; from then on every step must end with these operations.
     */
    default void recordEndOfStep(Recorder to) {}

    /**
     * The diagonal Gaussian whose log-density {@link #record} computes, to the bit, at every step; null if it is
     * another function. Draws of such a joint need not be stored. The joint keeps and closes the buffers.
     */
    default @Nullable DiagonalGaussian diagonalGaussian() {
        return null;
    }

    /**
     * After how many steps an estimate has used its data once: 1 of a joint that is the same function at every step, or the
     * minibatches of an epoch. The stopping rule compares whole epochs.
     */
    default int stepsPerEpoch() {
        return 1;
    }

    /** Where a fit that is not told begins, [D]: a point of some density. Zeros, unless the model knows better. */
    default double[] start() {
        return new double[dimensions()];
    }

    /**
     * What was lost when the model's data were rounded to float32, in words; null if nothing that matters. A fit may be close
     * to such a posterior and yet far from that of the data.
     */
    default @Nullable String roundingLoss() {
        return null;
    }

    /** What is read of a draw beside its coordinates; the verdict on a fit looks at these, too. */
    default Quantities quantities() {
        return Quantities.NONE;
    }

    @Override
    default void close() {}
}
