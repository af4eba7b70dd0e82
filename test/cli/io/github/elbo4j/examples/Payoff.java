package io.github.elbo4j.examples;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.MultivariateNormal;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Expectation;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;

/** {@code E_q[exp(z1)·1(z2 > 0)]} under a fitted q, by any number of draws, none of which leaves the device. */
public class Payoff {
    static Estimate of(Device device, double[] mean, double[][] cholesky, long draws) {
        Model model = Model.define(m -> m.parameter(
                "z", MultivariateNormal.ofCholesky(Expr.data("mean", mean), Expr.data("cholesky", cholesky))));
        Expr z = model.value("z");
        Expr payoff = Expr.where(z.get(1), z.get(0).exp(), Expr.of(0));
        try (LogJoint joint = model.logJoint(device)) {
            var q = Sgvi.builder().seed(3).build().fit(device, joint).gaussian();
            return Expectation.of(payoff).under(device, q, new Key(11), draws).get(0);
        }
    }

    public static void main(String[] args) {
        try (Device device = Devices.open("auto")) {
            double[][] cholesky = {{0.7, 0}, {0.4, 0.8}};
            System.out.println(of(device, new double[] {0.2, -0.1}, cholesky, 100_000_000));
        }
    }
}
