package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Verdict;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Models in Java, fitted. */
class ModelFitTest {
    static final double[] Y = {28, 8, -3, 7, -1, 1, 18, 12};
    static final double[] SIGMA = {15, 10, 16, 11, 9, 11, 10, 18};

    static Model schools() {
        return Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(5));
            Expr theta = m.parameter("theta", Normal.of(mu, tau).nonCentered(), 8);
            m.observe(Y, Normal.of(theta, Expr.data("sigma", SIGMA)));
        });
    }

    @Test
    void eightSchoolsAreFitted() {
        for (Device device : TestDevices.all()) {
            try (RowsLogJoint joint = schools().logJoint(device)) {
                FitResult fit = Sgvi.builder().build().fit(device, joint);
                System.out.println(device.name() + " " + fit.verdict() + " " + joint.parameterNames() + " "
                        + Arrays.toString(fit.posterior().mean()) + fit.elbo());
                assertThat(fit.verdict()).isNotEqualTo(Verdict.DO_NOT_TRUST);
            }
        }
    }
}
