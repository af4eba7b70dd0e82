package io.github.elbo4j.infer;

import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.model.LogJoint;
import java.util.List;

/** A joint that is another one but for how its density is recorded: the same parameters, rows and steps. */
abstract class ForwardingJoint implements LogJoint {
    final LogJoint joint;

    ForwardingJoint(LogJoint joint) {
        this.joint = joint;
    }

    @Override
    public final int dimensions() {
        return joint.dimensions();
    }

    @Override
    public final List<String> parameterNames() {
        return joint.parameterNames();
    }

    @Override
    public final void atStep(int step) {
        joint.atStep(step);
    }

    @Override
    public final void recordEndOfStep(Recorder to) {
        joint.recordEndOfStep(to);
    }

    @Override
    public final int stepsPerEpoch() {
        return joint.stepsPerEpoch();
    }
}
