package io.github.elbo4j.examples;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.Method;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;

/** Eight schools, not centred: a noise of its own for each observation, fitted by two methods. */
public class EightSchools {
    static final double[] Y = {28, 8, -3, 7, -1, 1, 18, 12};
    static final double[] SIGMA = {15, 10, 16, 11, 9, 11, 10, 18};
    static final Model MODEL = Model.define(m -> {
        Expr mu = m.parameter("mu", Normal.of(0, 5));
        Expr tau = m.parameter("tau", HalfCauchy.of(5));
        Expr theta = m.parameter("theta", Normal.of(mu, tau).nonCentered(), Y.length);
        m.observe(Y, Normal.of(theta, Expr.data("sigma", SIGMA)));
    });

    static FitResult fit(Device device, Method<LogJoint> method) {
        try (LogJoint joint = MODEL.logJoint(device)) {
            return method.fit(device, joint);
        }
    }

    public static void main(String[] args) {
        try (Device device = Devices.open("auto")) {
            System.out.println(fit(device, Sgvi.builder().seed(1).build()));
            System.out.println(fit(device, new FixedDraws().seed(1)));
        }
    }
}
