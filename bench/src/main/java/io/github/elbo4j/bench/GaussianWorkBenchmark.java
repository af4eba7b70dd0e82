package io.github.elbo4j.bench;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;

/** An ELBO of a normalized diagonal Gaussian target, which is minus the KL divergence. */
public abstract class GaussianWorkBenchmark extends GradientWorkBenchmark {
    private final double[] mean; // [D]
    private final double[] sd; // [D]

    GaussianWorkBenchmark(Work work, Gradient kind) {
        super(work, kind);
        int dimensions = work.shape().dimensions();
        float[] means = Work.uniform(dimensions, -1, 1, 2);
        float[] sds = Work.uniform(dimensions, 0.5, 2, 3);
        mean = new double[dimensions];
        sd = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            mean[d] = means[d];
            sd[d] = sds[d];
        }
    }

    @Override
    LogJoint joint(Device on) {
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

    /** Within 6 standard errors: fails for a right program once in 5e8 keys, and the key is fixed. */
    @Override
    void checkClosedForm(float[] mu, float[] omega, double elbo, double standardError) {
        double kl = 0;
        for (int d = 0; d < mean.length; d++) {
            double ratio = Math.exp(omega[d]) / sd[d];
            double e = (mu[d] - mean[d]) / sd[d];
            kl += (ratio * ratio + e * e - 1) / 2 - Math.log(ratio);
        }
        Expect.close("the ELBO, minus the KL,", elbo, -kl, 6 * standardError);
    }
}
