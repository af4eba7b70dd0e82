package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.PriorDraws;
import java.util.SplittableRandom;

/** The kinds of {@link Proposal}. */
final class Proposals {
    private Proposals() {}

    /** @param owned whether q is closed with it */
    record OfFamily(VariationalFamily q, boolean owned) implements Proposal {
        @Override
        public Device device() {
            return q.device();
        }

        @Override
        public int firstProblem() {
            return q.firstProblem();
        }

        @Override
        public int problems() {
            return q.problems();
        }

        @Override
        public int dimensions() {
            return q.dimensions();
        }

        @Override
        public void record(Recorder to, Key key, Index step, DrawBlock shape, Buffer z, Buffer logDensity) {
            q.sample(to, key, step, shape, z);
            q.logDensityAtDraw(to, key, step, shape, z, logDensity);
        }

        @Override
        public void close() {
            if (owned) {
                q.close();
            }
        }
    }

    /** What a model without observations says of its parameters. */
    static final class OfPrior implements Proposal {
        private final PriorDraws draws;
        private final LogJoint density;

        OfPrior(Device device, Model prior) {
            draws = prior.priorDraws(device);
            try {
                density = prior.logJoint(device);
            } catch (RuntimeException | Error e) {
                draws.close();
                throw e;
            }
        }

        @Override
        public Device device() {
            return draws.device();
        }

        @Override
        public int dimensions() {
            return draws.dimensions();
        }

        @Override
        public int floatsPerDraw() {
            return draws.floatsPerDraw();
        }

        @Override
        public void record(Recorder to, Key key, Index step, DrawBlock shape, Buffer z, Buffer logDensity) {
            draws.record(to, key, step, shape, z);
            density.record(to, shape, z, logDensity, null);
        }

        @Override
        public void close() {
            draws.close();
            density.close();
        }
    }

    /** Uniform over a box. The same array takes one block after the other. */
    static final class OfBox implements Proposal {
        private final Device device;
        private final Box box;
        private float[] block = {};

        OfBox(Device device, Box box) {
            this.device = device;
            this.box = box;
        }

        @Override
        public Device device() {
            return device;
        }

        @Override
        public int dimensions() {
            return box.dimensions();
        }

        @Override
        public void record(Recorder to, Key key, Index step, DrawBlock shape, Buffer z, Buffer logDensity) {
            int size = Math.toIntExact(shape.elements());
            if (block.length < size) {
                block = new float[size];
            }
            to.call("uniform draws", () -> {
                long now = step.now();
                for (int s = 0; s < shape.draws(); s++) {
                    Key own = key.fork("step " + now + ", draw " + (shape.firstDraw() + s));
                    box.draw(new SplittableRandom(own.seed()), block, s * box.dimensions());
                }
                z.write(0, block, 0, size);
            });
            to.run(new MathOps.Fill(shape.draws(), -box.logVolume(), logDensity));
        }
    }
}
