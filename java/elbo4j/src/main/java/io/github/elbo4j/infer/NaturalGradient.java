package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Buffers;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.device.Shape;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.GradientEstimator;
import io.github.elbo4j.estimate.StepCounter;
import io.github.elbo4j.family.FamilyKind;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The natural gradient of the ELBO from many draws, for the end of a fit. In coordinates where q is N(0, I) the Fisher
 * information of the means and of the factor's elements below the diagonal is 1, and that of the logarithms on it is 2; so
 * {@code delta = F⁻¹·∇ELBO} is the natural gradient (Amari 1998), and near a Gaussian posterior it is the whole way to the
 * optimum. A round estimates delta from independent groups of draws, whose scatter gives its standard error.
 *
 * <p>Of a mean-field q the means are moved by {@code delta = P⁻¹·∇ELBO} with P the measured precision of the posterior,
 * since q's own variances do not show how correlated means must move together. The noise that a Gaussian of precision P
 * contributes is known, {@code −s∘mean(epsilon)} in delta, and is subtracted: none is left where the posterior is
 * Gaussian, however correlated. (The path derivative does that only where it is not correlated.)
 */
final class NaturalGradient implements AutoCloseable {
    /** Groups of a round: enough to estimate its standard error. */
    static final int GROUPS = 16;
    /** Draws of a group. */
    static final int DRAWS = 256;

    private final FamilyKind family;
    private final VariationalFamily q;
    private final int dimensions;
    private final int parameters;
    private final int draws;
    private final Key key;
    private final Device device;
    private final GradientEstimator estimator;
    private final Buffers opened;
    private final Buffer moments; // [1][3]
    private final Buffer normals; // [S][D], of a mean-field fit of few dimensions
    private final double[] momentsOnHost = new double[3];
    private final float[] gradient;
    private final float[] epsilon; // [S][D]
    private final Workspace workspace;
    private final StepCounter counter; // of groups, which are the addresses of their draws
    private final @Nullable Program[] programs = new Program[2]; // without the path derivative, and with it
    private int groups; // so far

    /**
     * A round, in units of the posterior's standard deviations for means, and of 1 for all else.
     *
     * @param delta the natural gradient, [P]
     * @param variance of delta's errors, [P]
     * @param groups how many there were; fewer than {@link #GROUPS} if it was cancelled or something was not finite
     * @param finite whether all was
     */
    record Round(double[] delta, double[] variance, int groups, boolean finite) {}

    /** The posterior's precision at a point and its inverse. */
    record Curvature(double[][] precision, double[][] covariance) {}

    /**
     * Takes its memory.
     *
     * @param joint of all rows, in the coordinates of q
     * @param draws of a training step; a group has no fewer
     */
    NaturalGradient(
            Device device,
            LogJoint joint,
            VariationalFamily q,
            FamilyKind family,
            int draws,
            long workspaceBytes,
            Key key) {
        this.device = device;
        this.opened = new Buffers(device);
        this.family = family;
        this.dimensions = q.dimensions();
        this.parameters = q.parameters();
        this.q = q;
        this.draws = draws(draws);
        this.key = key;
        this.gradient = new float[parameters];
        boolean dense = family == FamilyKind.MEAN_FIELD && dimensions <= Starts.DENSE;
        epsilon = new float[dense ? this.draws * dimensions : 0];
        try {
            moments = opened.allocate(ElementType.FLOAT64, 3);
            normals = opened.allocate(epsilon.length);
            workspace = new Workspace(device);
            opened.add(workspace::close);
            counter = new StepCounter(device);
            opened.add(counter::close);
            estimator = new GradientEstimator(joint, q, Gradient.PATH, Baseline.NONE, this.draws, workspaceBytes);
            opened.add(estimator::close);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Draws of each group of a fit whose training steps have so many. */
    static int draws(int ofStep) {
        return Math.max(DRAWS, ofStep);
    }

    /** {@link VariationalFamily#describe}. */
    String describe(int p, List<String> names) {
        return q.describe(p, names);
    }

    /**
     * Estimates delta at the present q.
     *
     * @param curvature of the posterior, of a mean-field fit; null for q's own variances
     * @param sd of q, [D], of a mean-field fit; not read otherwise
     * @param trace gets the ELBO of each group
     */
    Round round(@Nullable Curvature curvature, double[] sd, Trace trace, BooleanSupplier cancelled) {
        Program program = program(curvature == null);
        double[] unit = units(curvature, sd);
        double[] first = new double[0]; // squares are of deviations from it, so that they do not cancel
        double[] sum = new double[parameters];
        double[] squares = new double[parameters];
        int done = 0;
        for (; done < GROUPS && !cancelled.getAsBoolean(); done++) {
            int step = groups++;
            program.run();
            moments.read(0, momentsOnHost, 0, 3);
            if (!Double.isFinite(momentsOnHost[0])) {
                return new Round(sum, squares, done, false);
            }
            estimator.gradient().read(0, gradient, 0, parameters);
            double[] delta = natural(curvature, sd, step);
            trace.add(momentsOnHost[0], momentsOnHost[2]);
            first = done == 0 ? delta.clone() : first;
            for (int p = 0; p < parameters; p++) {
                double deviation = (delta[p] - first[p]) / unit[p];
                sum[p] += deviation;
                squares[p] += deviation * deviation;
            }
        }
        boolean finite = done > 1;
        for (int p = 0; p < parameters && finite; p++) {
            double mean = sum[p] / done;
            squares[p] = Math.max(0, squares[p] - done * mean * mean) / (done - 1) / done;
            sum[p] = first[p] / unit[p] + mean;
            finite = Double.isFinite(sum[p]) && Double.isFinite(squares[p]);
        }
        return new Round(sum, squares, done, finite);
    }

    /** A group: its gradient, with the path derivative or with all that a pathwise one has, and its ELBO. */
    private Program program(boolean path) {
        Program bound = programs[path ? 1 : 0];
        if (bound == null) {
            Recorder to = new Recorder(workspace);
            estimator.record(to, key, counter.step(), path, moments, Index.of(0), Scalar.of(1));
            counter.recordAdvance(to);
            bound = to.bind();
            opened.add(bound::close);
            programs[path ? 1 : 0] = bound;
        }
        return bound;
    }

    /** What a change of each parameter is measured in. */
    double[] units(@Nullable Curvature curvature, double[] sd) {
        double[] unit = new double[parameters];
        Arrays.fill(unit, 1);
        if (family == FamilyKind.MEAN_FIELD) {
            for (int d = 0; d < dimensions; d++) {
                unit[d] = curvature == null ? sd[d] : Math.sqrt(curvature.covariance[d][d]);
            }
        }
        return unit;
    }

    @Override
    public void close() {
        opened.close();
    }

    private double[] natural(@Nullable Curvature curvature, double[] sd, int step) {
        double[] delta = new double[parameters];
        if (family == FamilyKind.FULL_RANK) {
            for (int p = 0; p < parameters; p++) {
                delta[p] = gradient[p];
            }
            for (int d = 0; d < dimensions; d++) {
                delta[(d + 1) * dimensions + d] *= 0.5;
            }
            return delta;
        }
        for (int d = 0; d < dimensions; d++) {
            delta[d] = sd[d] * sd[d] * gradient[d];
            delta[dimensions + d] = 0.5 * gradient[dimensions + d];
        }
        if (curvature != null) {
            addGaussianNoise(curvature, sd, step, delta);
        }
        return delta;
    }

    /** Moves the means by the curvature, and subtracts the noise that a Gaussian of this precision makes. */
    private void addGaussianNoise(Curvature curvature, double[] sd, int step, double[] delta) {
        device.ops().normal(key, step, Shape.of(1, draws, dimensions), normals);
        normals.read(0, epsilon, 0, epsilon.length);
        double[] mean = new double[dimensions];
        double[] square = new double[dimensions]; // of epsilon_i·Σ_j s_i·P_ij·s_j·epsilon_j
        double[][] scaled = new double[dimensions][dimensions];
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j < dimensions; j++) {
                scaled[i][j] = sd[i] * curvature.precision[i][j] * sd[j];
            }
        }
        double[] e = new double[dimensions];
        for (int s = 0; s < draws; s++) {
            for (int d = 0; d < dimensions; d++) {
                e[d] = epsilon[s * dimensions + d];
                mean[d] += e[d];
            }
            for (int i = 0; i < dimensions; i++) {
                square[i] += e[i] * InverseHessian.dot(scaled[i], e);
            }
        }
        for (int i = 0; i < dimensions; i++) {
            double moved = 0;
            for (int j = 0; j < dimensions; j++) {
                moved += curvature.covariance[i][j] * gradient[j];
            }
            delta[i] = moved + sd[i] * mean[i] / draws;
            delta[dimensions + i] += 0.5 * (square[i] / draws - scaled[i][i]);
        }
    }
}
