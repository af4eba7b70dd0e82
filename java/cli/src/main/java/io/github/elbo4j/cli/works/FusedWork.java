package io.github.elbo4j.cli.works;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Runner;

/**
 * W7: 10,000 fits of a mean-field q to a diagonal Gaussian of its own, 8 dimensions and 16 draws a step, each from N(0, I) by
 * 1000 steps of Adam up the ELBO; the ELBO of the last step with its standard error.
 */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
final class FusedWork extends Execution {
    private static final int STEPS = Work.STEPS;
    private static final float RATE = 0.02f;
    /** What Adam's noise leaves at this rate: 0.0242 ± 0.0003 in NumPy's float64, with draws of its own. */
    private static final double MEAN_KL = 0.0242;

    private DrawBlock shape;
    private Runner to;
    private Buffer targetMu; // [10,000][8]
    private Buffer targetOmega; // [10,000][8]
    private Buffer m; // [10,000][16]
    private Buffer v; // [10,000][16]
    private Buffer parameter; // [10,000][16]
    private Buffer moments; // [10,000][3] FLOAT64

    @Override
    void prepare(Device on) {
        shape = shape(Work.W7);
        to = on;
        targetMu = own(on.copyOf(Work.uniform(shape.parameters(), -1, 1, 1)));
        targetOmega = own(on.copyOf(Work.uniform(shape.parameters(), -0.7, 0.7, 2)));
        m = own(on.allocate(2 * shape.parameters()));
        v = own(on.allocate(2 * shape.parameters()));
        parameter = own(on.allocate(2 * shape.parameters()));
        moments = own(on.allocate(ElementType.FLOAT64, 3L * shape.problems()));
    }

    @Override
    public Buffer step() {
        long n = 2 * shape.parameters();
        to.run(new MathOps.Fill(n, 0f, m));
        to.run(new MathOps.Fill(n, 0f, v));
        to.run(new MathOps.Fill(n, 0f, parameter));
        for (int first = 0; first < STEPS - 1; first += FusedOps.MAX_STEPS) {
            adam(first, Math.min(FusedOps.MAX_STEPS, STEPS - 1 - first), false);
        }
        adam(STEPS - 1, 1, true);
        return done(parameter);
    }

    private void adam(int first, int steps, boolean recorded) {
        to.run(new FusedOps.GaussianAdam(
                KEY,
                first,
                steps,
                shape,
                false,
                new FusedOps.Target(false, targetMu, targetOmega),
                1 + first,
                RATE,
                new OptimizerOps.Decay(0.9f, 0.999f, 1e-8f),
                m,
                v,
                parameter,
                recorded ? moments : null,
                0));
    }

    /**
     * Every fit ends near its target, as near as the noise of 16 draws at this rate allows, and its last ELBO is about the
     * largest, 0.
     */
    @Override
    void check() {
        float[] got = step().toFloats();
        double[] elbo = moments.toDoubles();
        float[] mu = targetMu.toFloats();
        float[] omega = targetOmega.toFloats();
        int dimensions = shape.dimensions();
        double mean = 0;
        double all = 0;
        for (int b = 0; b < shape.problems(); b++) {
            double kl = 0;
            for (int d = 0; d < dimensions; d++) {
                int i = b * dimensions + d;
                double ratio = Math.exp(got[(2 * b + 1) * dimensions + d] - omega[i]);
                double e = (got[2 * b * dimensions + d] - mu[i]) / Math.exp(omega[i]);
                kl += (ratio * ratio + e * e - 1) / 2 - Math.log(ratio);
            }
            Expect.close("the KL of fit " + b, kl, 0, 1);
            Expect.close("the last ELBO of fit " + b, elbo[3 * b], 0, 3);
            mean += kl / shape.problems();
            all += elbo[3 * b] / shape.problems();
        }
        double error = 1 / Math.sqrt(shape.problems());
        Expect.close("the mean KL", mean, MEAN_KL, MEAN_KL * Math.max(0.1, 3 * error));
        Expect.close("the mean of the last ELBOs, minus the KL,", all, -mean, error);
    }
}
