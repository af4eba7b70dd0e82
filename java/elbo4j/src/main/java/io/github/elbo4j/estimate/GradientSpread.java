package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;

/**
 * How a gradient of the ELBO at one q varies with its draws, from many estimates with draws of their own. Each parameter is measured
 * in the units of {@link VariationalFamily#units}: means in standard deviations, logarithms as they are.
 *
 * @param draws S of an estimate
 * @param repeats how many estimates
 * @param mean their mean, [P]; all unbiased estimators have the same limit
 * @param variance of a single estimate, [P]
 * @param seconds the median time of an estimate with its results on the host, on the machine that measured it
 */
public record GradientSpread(
        Gradient kind, Baseline baseline, int draws, int repeats, double[] mean, double[] variance, double seconds) {
    /** Estimates before those that count: the compiler of the JVM has seen their code, and the running mean has settled. */
    private static final int WARM_UP = 20;

    /**
     * Estimates and measures.
     *
     * @param q of one problem; its parameters do not change
     * @param kind not {@link Gradient#AUTO}, which is one of the others at a time
     * @param baseline of the score gradient; not used otherwise
     * @param repeats 2 or more
     * @param workspaceBytes what draws and gradients may take
     */
    public static GradientSpread of(
            LogJoint joint,
            VariationalFamily q,
            Gradient kind,
            Baseline baseline,
            int draws,
            int repeats,
            Key key,
            long workspaceBytes) {
        if (kind == Gradient.AUTO || repeats < 2 || q.problems() != 1 || joint.stepsPerEpoch() != 1) {
            throw new IllegalArgumentException(
                    "there must be a single kind of gradient, 2 or more repeats, and 1 problem"
                            + " with all its rows, but these are " + kind + ", " + repeats + ", " + q.problems()
                            + " and "
                            + joint.stepsPerEpoch() + " minibatches");
        }
        int parameters = q.parameters();
        float[] values = new float[parameters];
        q.parameterBuffer().read(0, values, 0, parameters);
        float[] units = q.units(values);
        float[] gradient = new float[parameters];
        double[] mean = new double[parameters];
        double[] squares = new double[parameters];
        double[] seconds = new double[repeats];
        try (GradientEstimator estimator = new GradientEstimator(joint, q, kind, baseline, draws, workspaceBytes);
                StepCounter counter = new StepCounter(q.device());
                Resources own = new Resources(q.device());
                Workspace workspace = new Workspace(q.device())) {
            Buffer moments = own.allocate(ElementType.FLOAT64, 3);
            for (int t = 0; t < WARM_UP; t++) {
                estimator.estimate(key, t, moments, 0);
            }
            Recorder to = new Recorder(workspace);
            Scalar rate = Scalar.of(estimator.runningRate(1));
            estimator.record(to, key, counter.step(), kind == Gradient.PATH, moments, Index.of(0), rate);
            counter.recordAdvance(to);
            counter.set(WARM_UP, 0);
            try (Program program = to.bind()) {
                for (int t = 0; t < repeats; t++) {
                    Interrupts.check();
                    long start = System.nanoTime();
                    program.run();
                    estimator.gradient().read(0, gradient, 0, parameters);
                    seconds[t] = 1e-9 * (System.nanoTime() - start);
                    for (int p = 0; p < parameters; p++) {
                        double value = (double) gradient[p] * units[p];
                        double before = value - mean[p];
                        mean[p] += before / (t + 1);
                        squares[p] += before * (value - mean[p]);
                    }
                }
            }
        }
        double[] variance = new double[parameters];
        Arrays.setAll(variance, p -> squares[p] / (repeats - 1));
        Arrays.sort(seconds);
        return new GradientSpread(kind, baseline, draws, repeats, mean, variance, seconds[repeats / 2]);
    }

    /** The variance of a single estimate, added up over the parameters: {@code E‖g − E g‖²}. */
    public double totalVariance() {
        return Arrays.stream(variance).sum();
    }

    /** The length of the mean gradient, {@code ‖E g‖}, too long by what is left of the variance. */
    public double length() {
        return Math.sqrt(Arrays.stream(mean).map(m -> m * m).sum());
    }
}
