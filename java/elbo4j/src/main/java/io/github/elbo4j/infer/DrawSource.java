package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.ImportanceMoments;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Where an {@link Evaluation} takes fresh draws of q from, and what p says of them. More draws keep the first ones. */
interface DrawSource {
    /** What the D parameters are called. */
    List<String> names();

    double mean(int i);

    double standardDeviation(int i);

    /** The ELBO, from draws of its own or in closed form. */
    Estimate elbo(Key key, int draws);

    /**
     * {@code log p − log q} at draws.
     *
     * @param some of them, if they are known: fewer, by the same key; null if none are
     */
    LogWeights ratios(Key key, @Nullable LogWeights some, int draws);

    /** Moments of the same draws under those weights. */
    ImportanceMoments moments(Key key, double[] logRatios);

    /** The first of the same draws, coordinate by coordinate: [D][S]. */
    double[][] columns(Key key, int draws);

    /** A draw at which log p is not finite, in words; null if there is none among so many. */
    @Nullable
    String outside(Key key, int draws);

    /** What is lost to the resolution of numbers; the ELBO is about the value of log p. */
    List<Concern> resolution(double elbo);

    /**
     * Of a family of Gaussians, on its device.
     *
     * @param q free to use
     * @param posterior q itself
     */
    record OnDevice(LogJoint joint, VariationalFamily q, Gaussian posterior, long workspaceBytes)
            implements DrawSource {
        /** Numbers of draws on the host at a time, beside the columns. */
        private static final int PART = 1 << 18;

        @Override
        public List<String> names() {
            return joint.parameterNames();
        }

        @Override
        public double mean(int i) {
            return posterior.mean(i);
        }

        @Override
        public double standardDeviation(int i) {
            return posterior.standardDeviation(i);
        }

        @Override
        public Estimate elbo(Key key, int draws) {
            return LogWeights.elbo(joint, q, key, draws, workspaceBytes);
        }

        @Override
        public LogWeights ratios(Key key, @Nullable LogWeights some, int draws) {
            if (some == null) {
                return LogWeights.draw(joint, q, key, draws, workspaceBytes);
            }
            int there = some.values(0).length;
            return some.and(LogWeights.draw(joint, q, key, there, draws - there, workspaceBytes));
        }

        @Override
        public ImportanceMoments moments(Key key, double[] logRatios) {
            return ImportanceMoments.of(q, posterior, key, logRatios, workspaceBytes);
        }

        @Override
        public double[][] columns(Key key, int draws) {
            int dimensions = q.dimensions();
            double[][] columns = new double[dimensions][draws];
            int part = Math.max(1, Math.min(draws, PART / dimensions));
            float[] z = new float[part * dimensions];
            try (Buffer buffer = q.device().allocate(z.length)) {
                for (int from = 0; from < draws; from += part) {
                    int rows = Math.min(part, draws - from);
                    q.sample(key, 0, q.block(rows, from), buffer);
                    buffer.read(0, z, 0, rows * dimensions);
                    for (int i = 0; i < rows * dimensions; i++) {
                        columns[i % dimensions][from + i / dimensions] = z[i];
                    }
                }
            }
            return columns;
        }

        @Override
        public @Nullable String outside(Key key, int draws) {
            return Support.outside(joint, q, key, 0, draws);
        }

        @Override
        public List<Concern> resolution(double elbo) {
            return Resolution.concerns(joint, posterior, elbo);
        }
    }

    /**
     * Of any posterior, on the host in float64.
     *
     * @param elbo in closed form
     * @param logJoint log p at a draw, with its constants
     */
    record OnHost(Posterior q, Estimate elbo, ToDoubleFunction<double[]> logJoint) implements DrawSource {
        @Override
        public List<String> names() {
            return q.names();
        }

        @Override
        public double mean(int i) {
            return q.mean(i);
        }

        @Override
        public double standardDeviation(int i) {
            return q.standardDeviation(i);
        }

        @Override
        public Estimate elbo(Key key, int draws) {
            return elbo;
        }

        @Override
        public LogWeights ratios(Key key, @Nullable LogWeights some, int draws) {
            double[] known = some == null ? new double[0] : some.values(0);
            double[] ratios = Arrays.copyOf(known, draws);
            double[][] z = q.draws(key, draws);
            for (int s = known.length; s < draws; s++) {
                ratios[s] = logJoint.applyAsDouble(z[s]) - q.logDensity(z[s]);
            }
            return LogWeights.of(ratios);
        }

        @Override
        public ImportanceMoments moments(Key key, double[] logRatios) {
            double[] mean = q.mean();
            double[] sd = new double[mean.length];
            for (int i = 0; i < sd.length; i++) {
                sd[i] = q.standardDeviation(i);
            }
            return ImportanceMoments.of(q.draws(key, logRatios.length), mean, sd, logRatios);
        }

        @Override
        public double[][] columns(Key key, int draws) {
            double[][] z = q.draws(key, draws);
            double[][] columns = new double[q.dimensions()][draws];
            for (int d = 0; d < columns.length; d++) {
                for (int s = 0; s < draws; s++) {
                    columns[d][s] = z[s][d];
                }
            }
            return columns;
        }

        @Override
        public @Nullable String outside(Key key, int draws) {
            return null; // a joint in closed form is finite wherever its coordinates are
        }

        @Override
        public List<Concern> resolution(double elbo) {
            return List.of(); // all is float64
        }
    }
}
