package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.ImportanceMoments;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import io.github.elbo4j.model.Quantities;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Where an {@link Evaluation} takes fresh draws of q from, and what p says of them. More draws keep the first ones. */
interface DrawSource {
    /** What the D parameters are called. */
    List<String> names();

    double mean(int i);

    double standardDeviation(int i);

    /** Whether a point is within so many standard deviations of the mean in every coordinate. */
    default boolean isNear(double[] at, double standardDeviations) {
        return isNear(at, standardDeviations, this::mean, this::standardDeviation);
    }

    private static boolean isNear(double[] at, double most, IntToDoubleFunction mean, IntToDoubleFunction sd) {
        return IntStream.range(0, at.length)
                .allMatch(d -> Math.abs(at[d] - mean.applyAsDouble(d)) <= most * sd.applyAsDouble(d));
    }

    /** The ELBO, from draws of its own or in closed form. */
    Estimate elbo(Key key, int draws);

    /**
     * {@code log p − log q} at draws.
     *
     * @param some of them, if they are known: fewer, by the same key; null if none are
     */
    LogWeights ratios(Key key, @Nullable LogWeights some, int draws);

    /** Whether draws are of normals, so that a heavy tail under their weights is the posterior's; else q may have it, and its moments in closed form. */
    default boolean isOfNormals() {
        return true;
    }

    /** Moments of the same draws under those weights. */
    ImportanceMoments moments(Key key, LogWeights ratios);

    /** What else is read of a draw. */
    Quantities quantities();

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
     * @param points of the draws of the ELBO; weights, whose tail is judged, are of independent ones
     */
    record OnDevice(LogJoint joint, VariationalFamily q, Gaussian posterior, long workspaceBytes, PointSet points)
            implements DrawSource {
        /** Numbers of draws on the host at a time, beside the columns. */
        private static final int PART = 1 << 16;

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
            return LogWeights.elbo(joint, q, key.with(points), draws, workspaceBytes);
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
        public ImportanceMoments moments(Key key, LogWeights ratios) {
            return ImportanceMoments.of(q, posterior, key, ratios, workspaceBytes);
        }

        @Override
        public Quantities quantities() {
            return joint.quantities();
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
                    for (int d = 0; d < dimensions; d++) {
                        for (int s = 0; s < rows; s++) {
                            columns[d][from + s] = z[s * dimensions + d];
                        }
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

    /** Of any posterior whose draws are made on the host, in float64. */
    interface OnHost extends DrawSource {
        Posterior q();

        /** log p at draws. */
        double[] logP(double[][] z);

        @Override
        default List<String> names() {
            return q().names();
        }

        @Override
        default double mean(int i) {
            return q().mean(i);
        }

        @Override
        default double standardDeviation(int i) {
            return q().standardDeviation(i);
        }

        /** The draws, as p sees them. */
        default double[][] draws(Key key, int count) {
            return q().draws(key, count);
        }

        /** log p − log q at draws. */
        default double[] logRatios(double[][] z) {
            double[] ratios = logP(z);
            for (int s = 0; s < z.length; s++) {
                ratios[s] -= q().logDensity(z[s]);
            }
            return ratios;
        }

        @Override
        default LogWeights ratios(Key key, @Nullable LogWeights some, int draws) {
            double[] known = some == null ? new double[0] : some.values(0);
            double[] ratios = Arrays.copyOf(known, draws);
            double[][] z = draws(key, draws);
            double[] more = logRatios(Arrays.copyOfRange(z, known.length, draws));
            System.arraycopy(more, 0, ratios, known.length, more.length);
            return LogWeights.of(ratios);
        }

        @Override
        default ImportanceMoments moments(Key key, LogWeights ratios) {
            double[] mean = q().mean();
            double[] sd = new double[mean.length];
            Arrays.setAll(sd, q()::standardDeviation);
            return ImportanceMoments.ofColumns(columns(key, ratios.draws()), mean, sd, ratios);
        }

        @Override
        default double[][] columns(Key key, int draws) {
            double[][] z = draws(key, draws);
            double[][] columns = new double[q().dimensions()][draws];
            for (int d = 0; d < columns.length; d++) {
                for (int s = 0; s < draws; s++) {
                    columns[d][s] = z[s][d];
                }
            }
            return columns;
        }
    }

    /**
     * Of a posterior whose joint is cheap.
     *
     * @param elbo in closed form
     * @param logJoint log p at a draw, with its constants
     */
    record InClosedForm(Posterior q, Estimate elbo, ToDoubleFunction<double[]> logJoint) implements OnHost {
        @Override
        public Estimate elbo(Key key, int draws) {
            return elbo;
        }

        @Override
        public boolean isOfNormals() {
            return false;
        }

        @Override
        public Quantities quantities() {
            return Quantities.NONE;
        }

        @Override
        public double[] logP(double[][] z) {
            return Arrays.stream(z).mapToDouble(logJoint).toArray();
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

    /**
     * Of a mixture, whose joint is evaluated at many draws at a time.
     *
     * @param density of the joint
     */
    record OfMixture(LogJoint joint, PointDensity density, NormalMixture q) implements OnHost {
        @Override
        public Estimate elbo(Key key, int draws) {
            return ratios(key, null, draws).elbo(0);
        }

        @Override
        public Quantities quantities() {
            return joint.quantities();
        }

        @Override
        public double[][] draws(Key key, int count) {
            double[][] z = q.draws(key, count);
            Points.round(density, z);
            return z;
        }

        @Override
        public double[] logP(double[][] z) {
            double[] logP = new double[z.length];
            Points.evaluate(density, z, logP, null);
            return logP;
        }

        @Override
        public boolean isNear(double[] at, double standardDeviations) {
            return q.components().stream()
                    .anyMatch(each -> DrawSource.isNear(at, standardDeviations, each::mean, each::standardDeviation));
        }

        @Override
        public @Nullable String outside(Key key, int draws) {
            return Support.outside(joint.parameterNames(), density, q.mean(), draws(key, draws));
        }

        @Override
        public List<Concern> resolution(double elbo) {
            return Resolution.concerns(joint, q.moments(), elbo);
        }
    }
}
