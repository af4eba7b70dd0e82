package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Shape;
import io.github.elbo4j.model.DiagonalGaussian;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A log-joint that stops a fit in the middle of a step: before each wave of draws it looks whether it is to go on. */
final class Stoppable implements LogJoint {
    private final LogJoint joint;
    private final BooleanSupplier stop;

    /** The step was not finished. */
    static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        StoppedException() {
            super("stopped in the middle of a step", null, false, false);
        }
    }

    /** @param joint stays its owner's */
    Stoppable(LogJoint joint, BooleanSupplier stop) {
        this.joint = joint;
        this.stop = stop;
    }

    @Override
    public int dimensions() {
        return joint.dimensions();
    }

    @Override
    public List<String> parameterNames() {
        return joint.parameterNames();
    }

    @Override
    public void evaluate(Shape shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        if (stop.getAsBoolean()) {
            throw new StoppedException();
        }
        joint.evaluate(shape, z, logP, gradient);
    }

    @Override
    public void atStep(int step) {
        joint.atStep(step);
    }

    @Override
    public @Nullable DiagonalGaussian diagonalGaussian() {
        return joint.diagonalGaussian();
    }

    @Override
    public int stepsPerEpoch() {
        return joint.stepsPerEpoch();
    }

    @Override
    public @Nullable String roundingLoss() {
        return joint.roundingLoss();
    }
}
