package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;

/**
 * Coordinates of a mean-field fit: z itself, but the steps of each mean are taken in units of q's standard deviation there.
 * Logarithms of standard deviations have no unit.
 */
final class DiagonalScale implements Coordinates {
    private final int dimensions;
    private final float[] onHost; // [2][D]
    private final Buffer scale; // [2][D]

    /** Units of 1. */
    DiagonalScale(Device device, int dimensions) {
        this.dimensions = dimensions;
        onHost = new float[2 * dimensions];
        Arrays.fill(onHost, 1);
        scale = device.copyOf(onHost);
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
        for (int d = 0; d < dimensions; d++) {
            onHost[d] = (float) StrictMath.exp(parameters[dimensions + d]);
        }
        scale.write(0, onHost, 0, onHost.length);
        return parameters;
    }

    @Override
    public Buffer scale() {
        return scale;
    }

    @Override
    public void close() {
        scale.close();
    }
}
