package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Buffers;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Independent normal priors on a device. */
final class Priors {
    private final Ops ops;
    private final Buffer mu; // [D]
    private final Buffer omega; // [D]
    private final Flat flat = new Flat();

    /** @param own whose owner gives the buffers back */
    Priors(Buffers own, List<NormalPrior> priors) {
        ops = own.device().ops();
        float[] means = new float[priors.size()];
        float[] logSds = new float[priors.size()];
        for (int d = 0; d < means.length; d++) {
            means[d] = (float) priors.get(d).mean();
            logSds[d] = (float) StrictMath.log(priors.get(d).sd());
        }
        mu = own.copyOf(means);
        omega = own.copyOf(logSds);
    }

    void logDensity(Shape shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        Shape rows = flat.of(shape);
        if (gradient == null) {
            ops.logDensity(rows, mu, omega, z, logP);
        } else {
            ops.logDensityAndGradient(rows, mu, omega, z, logP, gradient);
        }
    }
}
