package io.github.elbo4j.cli.works;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;

/** An ELBO of a normalized diagonal Gaussian target, which is minus the KL divergence. */
@SuppressWarnings("NullAway.Init") // joint() is the constructor
final class GaussianWork extends GradientWork {
    private final Gradient kind;
    private int draws;
    private double[] mean; // [D]
    private double[] sd; // [D]

    /** @param work W2, by reparameterization, or W6, by the score function */
    GaussianWork(Work work) {
        super(work, work == Work.W6 ? Gradient.SCORE : Gradient.REPARAM);
        kind = work == Work.W6 ? Gradient.SCORE : Gradient.REPARAM;
    }

    @Override
    protected LogJoint joint(Device on, DrawBlock shape) {
        draws = shape.draws();
        int dimensions = shape.dimensions();
        float[] means = Work.uniform(dimensions, -1, 1, 2);
        float[] sds = Work.uniform(dimensions, 0.5, 2, 3);
        mean = new double[dimensions];
        sd = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            mean[d] = means[d];
            sd[d] = sds[d];
        }
        return GaussianTarget.diagonal(on, mean, sd);
    }

    @Override
    Host.LogJoint onHost() {
        return (z, from, gradient) -> {
            double logP = 0;
            for (int d = 0; d < gradient.length; d++) {
                double h = (z[from + d] - mean[d]) / sd[d];
                logP -= h * h / 2 + Math.log(sd[d]) + Host.HALF_LOG_2PI;
                gradient[d] = -h / sd[d];
            }
            return logP;
        };
    }

    /**
     * The ELBO within 6 of its standard errors, the gradient within 8 of the true ones: fails for a right program once in 5e8
     * keys, and the key is fixed.
     */
    @Override
    void checkClosedForm(float[] mu, float[] omega, double elbo, double standardError, float[] got) {
        int dimensions = mean.length;
        double kl = 0;
        double variance = 0; // of log p - log q
        for (int d = 0; d < dimensions; d++) {
            double ratio = Math.exp(omega[d]) / sd[d];
            double e = (mu[d] - mean[d]) / sd[d];
            kl += (ratio * ratio + e * e - 1) / 2 - Math.log(ratio);
            variance += e * e * ratio * ratio + Math.pow(1 - ratio * ratio, 2) / 2;
        }
        Expect.close("the ELBO, minus the KL,", elbo, -kl, 6 * standardError);
        double root = Math.sqrt(draws);
        for (int d = 0; d < dimensions; d++) {
            double sigma = Math.exp(omega[d]);
            double ratio = sigma / sd[d];
            double e = (mu[d] - mean[d]) / sd[d];
            double muError = sigma / (sd[d] * sd[d]) / root;
            double omegaError = Math.sqrt(e * e * ratio * ratio + 2 * Math.pow(ratio, 4)) / root;
            if (kind == Gradient.SCORE) {
                // f and the score are nearly independent where there are many dimensions; twice covers the few of a
                // tiny size
                muError = 2 * Math.sqrt(variance) / sigma / root;
                omegaError = 2 * Math.sqrt(2 * variance) / root;
            }
            Expect.close("element " + d + " of the gradient in mu", got[d], -e / sd[d], 8 * muError);
            Expect.close(
                    "element " + d + " of the gradient in omega",
                    got[dimensions + d],
                    1 - ratio * ratio,
                    8 * omegaError);
        }
    }
}
