package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.estimate.Proposal;

/** Draws of a mixture, made on the host and rounded to float32, with their densities. The same arrays take one block after the other. */
final class MixtureProposal implements Proposal {
    private final Device device;
    private final NormalMixture mixture;
    private float[] floats = {};
    private double[] densities = {};

    MixtureProposal(Device device, NormalMixture mixture) {
        this.device = device;
        this.mixture = mixture;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public int dimensions() {
        return mixture.dimensions();
    }

    @Override
    public void record(Recorder to, Key key, Index step, DrawBlock shape, Buffer z, Buffer logDensity) {
        int draws = shape.draws();
        int size = Math.toIntExact(shape.elements());
        if (floats.length < size) {
            floats = new float[size];
            densities = new double[draws];
        }
        to.call("mixture draws", () -> {
            Key own = key.fork("step " + step.now());
            for (int s = 0; s < draws; s++) {
                double[] draw = mixture.draw(own, shape.firstDraw() + s);
                for (int d = 0; d < draw.length; d++) {
                    floats[s * draw.length + d] = (float) draw[d];
                    draw[d] = (float) draw[d];
                }
                densities[s] = mixture.logDensity(draw);
            }
            z.write(0, floats, 0, size);
            logDensity.write(0, densities, 0, draws);
        });
    }
}
