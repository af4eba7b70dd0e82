package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Runner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Independent normal priors on a device. */
final class Priors {
    private final Buffer mu; // [D]
    private final Buffer omega; // [D]

    /** @param own allocates the buffers; its owner closes them */
    Priors(Resources own, List<NormalPrior> priors) {
        float[] means = new float[priors.size()];
        float[] logSds = new float[priors.size()];
        for (int d = 0; d < means.length; d++) {
            means[d] = (float) priors.get(d).mean();
            logSds[d] = (float) StrictMath.log(priors.get(d).sd());
        }
        mu = own.copyOf(means);
        omega = own.copyOf(logSds);
    }

    void logDensity(Runner to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        to.run(new MeanFieldOps.LogDensity(shape.flat(), MeanFieldOps.Variable.Z, mu, omega, z, logP, gradient));
    }
}
