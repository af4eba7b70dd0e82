package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import io.github.elbo4j.model.RowsLogJoint;
import org.jspecify.annotations.Nullable;

/**
 * Some of the rows of a log-joint that has many, each counted N/n times: a posterior as narrow as that of all rows, a few
 * standard deviations beside it and of nearly its shape. What only has to come near, or only has to see the shape, takes a
 * sample's passes instead of those over all rows. No number of a result is of a sample.
 */
final class RowSample implements AutoCloseable {
    private final Device device;
    private final LogJoint joint; // of the sample
    private final int size;
    private final boolean hasOneMode;

    /**
     * From where on a sample is worth it.
     *
     * @param least rows of a sample, which is at most a quarter of all
     * @param numbers rows·D
     */
    record Rule(int least, long numbers) {
        static final Rule DEFAULT = new Rule(8192, 1L << 20);

        /** Rows of a sample for each dimension: its curvature is then that of all within some √(1/32). */
        private static final int EACH = 32;

        private static final int SHARE = 4;

        /** The rows of a sample; 0 if all are taken. Normals that a model draws are addressed by its rows: such a model has none. */
        int size(LogJoint joint) {
            if (!(joint instanceof RowsLogJoint data) || data.drawsNormals()) {
                return 0;
            }
            long rows = data.observations();
            long size = Math.max(least, (long) EACH * data.dimensions());
            return rows < SHARE * size || rows * data.dimensions() < numbers ? 0 : (int) size;
        }
    }

    private RowSample(RowsLogJoint all, int size, Key key) {
        this.device = all.device();
        this.joint = all.minibatches(size, key.fork("row sample"));
        this.size = size;
        this.hasOneMode = all.isLogConcave();
    }

    /**
     * Null where rows are not so many.
     *
     * @param joint of all rows; to be closed after the sample
     * @param key of the whole fit
     */
    static @Nullable RowSample of(LogJoint joint, Rule rule, Key key) {
        int size = rule.size(joint);
        if (size == 0 || !(joint instanceof RowsLogJoint data)) {
            return null;
        }
        return new RowSample(data, size, key);
    }

    /** n. */
    int size() {
        return size;
    }

    /** How many paths look for the modes of the sample, where so many would look for those of any log p. */
    int paths(int many) {
        return hasOneMode ? 1 : many;
    }

    /** The sample's own log p, which is N/n times that of its rows. The caller closes it. */
    PointDensity density() {
        return new PointDensity(device, joint);
    }

    /**
     * {@code log p_n(z) + (∇log p(m) − ∇log p_n(m))·(z − m)} up to a constant, with p that of all rows, p_n the sample's and m the
     * mean of q: the sample's shape with the slope that all rows have there.
     *
     * @param sample {@link #density}
     */
    static Objective tilted(PointDensity sample, PointDensity all, Gaussian q) {
        double[] mean = q.mean();
        int dimensions = mean.length;
        double[] tilt = new double[dimensions];
        double[] slope = new double[dimensions];
        all.evaluate(1, mean, new double[1], tilt);
        sample.evaluate(1, mean, new double[1], slope);
        for (int d = 0; d < dimensions; d++) {
            tilt[d] -= slope[d];
        }
        return new Objective() {
            @Override
            public int dimensions() {
                return dimensions;
            }

            @Override
            public boolean isExact() {
                return false;
            }

            @Override
            public void evaluate(int rows, double[] points, double[] values, double @Nullable [] gradient) {
                sample.evaluate(rows, points, values, gradient);
                for (int row = 0; row < rows; row++) {
                    for (int d = 0; d < dimensions; d++) {
                        int at = row * dimensions + d;
                        values[row] += tilt[d] * (points[at] - mean[d]);
                        if (gradient != null) {
                            gradient[at] += tilt[d];
                        }
                    }
                }
            }
        };
    }

    @Override
    public void close() {
        joint.close();
    }
}
