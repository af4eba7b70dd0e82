package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;

/** z itself, but each parameter's steps are taken in the unit that the family gives it at the latest q. */
final class ScaledSteps implements Coordinates {
    private final VariationalFamily q;
    private final Buffer scale; // [P]

    /** Units of 1. */
    ScaledSteps(Device device, VariationalFamily q) {
        this.q = q;
        float[] ones = new float[q.parameters()];
        Arrays.fill(ones, 1f);
        scale = device.copyOf(ones);
    }

    @Override
    public LogJoint wrap(LogJoint joint) {
        return joint;
    }

    @Override
    public float[] toOriginal(float[] parameters) {
        return parameters;
    }

    @Override
    public float[] moveTo(float[] parameters) {
        float[] units = q.units(parameters);
        scale.write(0, units, 0, units.length);
        return parameters;
    }

    @Override
    public Buffer scale() {
        return scale;
    }

    @Override
    public void hash(StateHash to) {
        to.add(scale);
    }

    @Override
    public void close() {
        scale.close();
    }
}
