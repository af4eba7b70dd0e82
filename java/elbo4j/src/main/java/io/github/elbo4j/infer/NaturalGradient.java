package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.GradientEstimator;
import io.github.elbo4j.estimate.StepCounter;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The natural gradient of the ELBO from many draws (Amari 1998), for the end of a fit: {@code delta = F⁻¹·∇ELBO} with F the
 * Fisher information of q is, near a Gaussian posterior, the whole way to the optimum. A round estimates delta from
 * independent groups of draws, whose scatter gives its standard error.
 *
 * <p>A family that has one in closed form extends this class.
 */
abstract class NaturalGradient implements AutoCloseable {
    /** Groups of a round: enough to estimate its standard error. */
    static final int GROUPS = 16;

    private final VariationalFamily q;
    private final int parameters;
    private final int draws;
    private final Key key;
    private final GradientEstimator estimator;
    private final Buffer moments; // [1][3]
    private final double[] momentsOnHost = new double[3];
    private final float[] gradient;
    private final Workspace workspace;
    private final StepCounter counter; // of groups, which are the addresses of their draws
    private final @Nullable Program[] programs = new Program[2]; // without the path derivative, and with it
    final Resources opened; // with those of the subclass
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

    /**
     * Takes its memory.
     *
     * @param joint of all rows, in the coordinates of q
     * @param settings of the fit
     */
    NaturalGradient(SgviSettings settings, LogJoint joint, VariationalFamily q, Key key) {
        this.opened = new Resources(q.device());
        this.q = q;
        this.parameters = q.parameters();
        this.draws = settings.effort.group();
        this.key = key;
        this.gradient = new float[parameters];
        Device device = q.device();
        try {
            moments = opened.allocate(ElementType.FLOAT64, 3);
            workspace = new Workspace(device);
            opened.add(workspace::close);
            counter = new StepCounter(device);
            opened.add(counter::close);
            estimator =
                    new GradientEstimator(joint, q, Gradient.PATH, Baseline.NONE, this.draws, settings.workspaceBytes);
            opened.add(estimator::close);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** {@link VariationalFamily#describe}. */
    final String describe(int p, List<String> names) {
        return q.describe(p, names);
    }

    /** Adds what the next round depends on besides q. */
    void hash(StateHash to) {
        to.add(groups);
    }

    /** q has moved. */
    void moved(float[] inOriginal) {}

    /** q may have become so much wider or narrower that it sees another curvature of the posterior. */
    void renew() {}

    /** Whether the groups' gradients are path derivatives. */
    boolean path() {
        return true;
    }

    /**
     * delta of a group.
     *
     * @param gradient ∇ELBO, [P]
     * @param group which is the step of its draws' addresses
     */
    abstract double[] natural(float[] gradient, int group);

    /** What a change of each parameter is measured in, [P]. */
    abstract double[] units();

    /** Standard deviations that the posterior's curvature under q implies; null if q's own say it. */
    double @Nullable [] linearResponse() {
        return null;
    }

    /**
     * Estimates delta at the present q.
     *
     * @param trace gets the ELBO of each group
     */
    final Round round(Trace trace, BooleanSupplier cancelled) {
        Program program = program(path());
        double[] unit = units();
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
            double[] delta = natural(gradient, step);
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

    @Override
    public void close() {
        opened.close();
    }
}
