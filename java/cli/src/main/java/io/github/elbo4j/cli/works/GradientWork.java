package io.github.elbo4j.cli.works;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.GradientEstimator;
import io.github.elbo4j.estimate.StepCounter;
import io.github.elbo4j.family.MeanFieldGaussian;
import io.github.elbo4j.model.LogJoint;

/** The ELBO with its standard error and its gradient, as one step of a fit computes them, new draws each time. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
abstract class GradientWork extends Execution {
    /** A float32 sum of 1000 terms of like size keeps some 5 digits. */
    private static final double TOLERANCE = 1e-4;
    /** The workspace of a fit. */
    private static final long WORKSPACE = 256L << 20;

    /** More draws than this are not computed on the host again. */
    private static final long HOST = 1 << 26;

    private final Work work;
    private final Gradient kind;
    private DrawBlock shape;
    private Device place;
    private MeanFieldGaussian family;
    private GradientEstimator estimator;
    private Buffer moments; // [1][3] FLOAT64
    private Program program; // a gradient; the next one when it runs again
    private int step;

    GradientWork(Work work, Gradient kind) {
        this.work = work;
        this.kind = kind;
    }

    /** The log-joint on the device. */
    protected abstract LogJoint joint(Device on, DrawBlock shape);

    /** The same on the host. */
    abstract Host.LogJoint onHost();

    /** Compares what is known in closed form; {@code got} is the gradient in mu, then omega. */
    void checkClosedForm(float[] mu, float[] omega, double elbo, double standardError, float[] got) {}

    @Override
    void prepare(Device on) {
        place = on;
        shape = shape(work);
        family = own(new MeanFieldGaussian(on, 1, shape.dimensions()));
        float[] parameters = Work.uniform(2L * shape.dimensions(), -0.5, 0.5, 1);
        family.parameterBuffer().write(0, parameters, 0, parameters.length);
        family.update();
        LogJoint joint = own(joint(on, shape));
        estimator = own(new GradientEstimator(joint, family, kind, Baseline.LEAVE_ONE_OUT, shape.draws(), WORKSPACE));
        moments = own(on.allocate(ElementType.FLOAT64, 3));
        StepCounter counter = own(new StepCounter(on));
        Recorder to = new Recorder(own(new Workspace(on)));
        estimator.record(to, KEY, counter.step(), kind == Gradient.PATH, moments, Index.of(0), Scalar.of(1));
        counter.recordAdvance(to);
        program = own(to.bind());
    }

    @Override
    public Buffer step() {
        if (oneByOne()) {
            estimator.estimate(KEY, step, moments, 0);
        } else {
            program.run();
        }
        step++;
        return done(estimator.gradient());
    }

    @Override
    void check() {
        float[] got = step().toFloats();
        double elbo = moments.toDoubles()[0];
        double standardError = moments.toDoubles()[2];
        float[] mu = family.mu().toFloats();
        float[] omega = family.omega().toFloats();
        checkClosedForm(mu, omega, elbo, standardError, got);
        if (shape.elements() <= HOST) {
            checkOnHost(mu, omega, elbo, got);
        }
    }

    private void checkOnHost(float[] mu, float[] omega, double elbo, float[] got) {
        float[] draws;
        try (Buffer z = place.allocate(shape.elements())) {
            family.sample(KEY, step - 1, shape, z);
            draws = z.toFloats();
        }
        Host.Estimates want = Host.estimates(onHost(), mu, omega, draws);
        Expect.close("the ELBO", elbo, want.elbo(), TOLERANCE * want.size());
        double[] gradient = kind == Gradient.SCORE ? want.score() : want.pathwise();
        double[] size = kind == Gradient.SCORE ? want.scoreSize() : want.pathwiseSize();
        for (int p = 0; p < got.length; p++) {
            Expect.close("element " + p + " of the gradient", got[p], gradient[p], TOLERANCE * size[p]);
        }
    }
}
