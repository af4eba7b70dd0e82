package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.model.DiagonalGaussian;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The joint of a fit's steps, which can be left out of a step that is recorded: where log p is asked for is marked, so that it can be
 * evaluated of the draws of several fits at once. See {@link StepBatch}.
 */
final class SharedJoint extends ForwardingJoint {
    private @Nullable List<Gap> gaps; // while a step is recorded without log p

    /**
     * Where a step asks for log p.
     *
     * @param operations recorded before it
     */
    record Gap(
            int operations,
            DrawBlock shape,
            Buffer z,
            Buffer logP,
            @Nullable Buffer gradient) {}

    /** A step without log p. */
    record Step(List<Operation> operations, List<Gap> gaps) {
        /** Its operations before gap k, after the one before; after the last gap, those that are left; then none. */
        List<Operation> part(int k) {
            if (k > gaps.size()) {
                return List.of();
            }
            int from = k == 0 ? 0 : gaps.get(k - 1).operations();
            int to = k == gaps.size() ? operations.size() : gaps.get(k).operations();
            return operations.subList(from, to);
        }
    }

    SharedJoint(LogJoint joint) {
        super(joint);
    }

    /** Whether it is this very one, of all rows, the same at every step. */
    boolean isAllOf(LogJoint whole) {
        return joint == whole && joint.stepsPerEpoch() == 1;
    }

    /** Records a step without log p. */
    Step without(Recorder to, Consumer<Recorder> step) {
        List<Gap> found = new ArrayList<>();
        gaps = found;
        try {
            step.accept(to);
        } finally {
            gaps = null;
        }
        return new Step(to.operations(), found);
    }

    @Override
    public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        if (gaps == null) {
            joint.record(to, shape, z, logP, gradient);
        } else {
            gaps.add(new Gap(to.operations().size(), shape, z, logP, gradient));
        }
    }

    @Override
    public @Nullable DiagonalGaussian diagonalGaussian() {
        return joint.diagonalGaussian();
    }
}
