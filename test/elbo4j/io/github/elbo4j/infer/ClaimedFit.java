package io.github.elbo4j.infer;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import java.util.List;
import java.util.Map;

/** Posteriors whose numbers are known, and fits of them that say that they are good, right or wrong. */
final class ClaimedFit {
    static final Device HOST = TestDevices.scalar();

    static final double[] MEAN = {3, -40, 1};
    static final double[] SD = {0.5, 50, 2};
    private static final double[][] CORRELATION = {{1, 0.9, -0.9}, {0.9, 1, -0.8}, {-0.9, -0.8, 1}};

    private static final double[] SCHOOLS = {28, 8, -3, 7, -1, 1, 18, 12};
    private static final double[] ERRORS = {15, 10, 16, 11, 9, 11, 10, 18};

    private ClaimedFit() {}

    static GaussianTarget correlated(Device device) {
        return GaussianTarget.full(device, MEAN, covariance(1));
    }

    static double[][] covariance(double factor) {
        double[][] covariance = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                covariance[i][j] = CORRELATION[i][j] * SD[i] * SD[j] * factor * factor;
            }
        }
        return covariance;
    }

    /** A fit that says that it is good. */
    static FitResult claimed(Device device, List<String> names, Gaussian q) {
        FreshDraws known = FreshDraws.unmeasured(new Ending(Status.CONVERGED, "claimed"), List.of());
        return new FitResult(
                "claimed",
                "",
                Map.of("kept", 1),
                device.name(),
                device.arithmetic(),
                device.rng(),
                0,
                0,
                known.status(),
                "",
                known.message(),
                known.elbo(),
                known.logEvidence(),
                known.assessment(),
                List.of(),
                new GaussianPosterior(names, q),
                List.of(),
                1,
                0,
                List.of());
    }

    /** On {@link #HOST}. */
    static FitResult claimed(LogJoint joint, Gaussian q) {
        return claimed(HOST, joint.parameterNames(), q);
    }

    static Model schools(boolean centred) {
        return Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Normal each = Normal.of(mu, m.parameter("tau", HalfCauchy.of(5)));
            Expr theta = m.parameter("theta", centred ? each : each.nonCentered(), 8);
            m.observe(SCHOOLS, Normal.of(theta, Expr.data("sigma", ERRORS)));
        });
    }
}
