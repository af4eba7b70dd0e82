package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.PriorDraws;

/** Where an {@link Expectation} takes draws of z from; each is the same in whatever blocks they are taken. */
interface DrawSource {
    Device device();

    /** D. */
    int dimensions();

    /** About how many floats a draw takes on the device, besides z. */
    int floatsPerDraw();

    /**
     * Records what writes draws.
     *
     * @param z [S][D], written
     */
    void record(Recorder to, Index step, DrawBlock shape, Buffer z);

    /** From a q of one problem. */
    record OfFamily(VariationalFamily q, Key key) implements DrawSource {
        public OfFamily {
            EstimateChecks.independent(key);
        }

        @Override
        public Device device() {
            return q.device();
        }

        @Override
        public int dimensions() {
            return q.dimensions();
        }

        @Override
        public int floatsPerDraw() {
            return 0;
        }

        @Override
        public void record(Recorder to, Index step, DrawBlock shape, Buffer z) {
            q.sample(to, key, step, shape, z);
        }
    }

    /** From a prior. */
    record OfPrior(PriorDraws prior, Key key) implements DrawSource {
        public OfPrior {
            EstimateChecks.independent(key);
        }

        @Override
        public Device device() {
            return prior.device();
        }

        @Override
        public int dimensions() {
            return prior.dimensions();
        }

        @Override
        public int floatsPerDraw() {
            return prior.floatsPerDraw();
        }

        @Override
        public void record(Recorder to, Index step, DrawBlock shape, Buffer z) {
            prior.record(to, key, step, shape, z);
        }
    }

    /** Draws of the host. The same array takes one block after the other. */
    final class Given implements DrawSource {
        private final Device device;
        private final int dimensions;
        private final int stepSize;
        private final Expectation.Reader reader;
        private float[] block = {};

        /** @param stepSize the draws of a step */
        Given(Device device, int dimensions, int stepSize, Expectation.Reader reader) {
            this.device = device;
            this.dimensions = dimensions;
            this.stepSize = stepSize;
            this.reader = reader;
        }

        @Override
        public Device device() {
            return device;
        }

        @Override
        public int dimensions() {
            return dimensions;
        }

        @Override
        public int floatsPerDraw() {
            return 0;
        }

        @Override
        public void record(Recorder to, Index step, DrawBlock shape, Buffer z) {
            int size = Math.toIntExact(shape.elements());
            if (block.length < size) {
                block = new float[size];
            }
            to.call("draws of the host", () -> {
                reader.read(step.now() * stepSize + shape.firstDraw(), shape.draws(), block);
                z.write(0, block, 0, size);
            });
        }
    }
}
