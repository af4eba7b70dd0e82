package io.github.elbo4j.examples;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PhiloxRandom;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.distribution.Poisson;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;

/** Poisson regression by minibatches: {@code y ~ Poisson(exp(x·beta))}, {@code beta ~ N(0, 2.5²)}. */
public class PoissonRegression {
    /** @param x [N][K], row-major */
    static FitResult fit(Device device, double[] x, double[] y, int batch) {
        int k = x.length / y.length;
        Model model = Model.define(m -> {
            Table rows = m.rows(Table.empty().with("y", y));
            Expr beta = m.parameter("beta", Normal.of(0, 2.5), k);
            m.observe(rows.column("y"), Poisson.ofLogRate(rows.matrix("x", k, x).matmul(beta)));
        });
        try (LogJoint joint = model.logJoint(device)) {
            return Sgvi.builder().seed(1).batch(batch).tolerance(0.1).build().fit(device, joint);
        }
    }

    public static void main(String[] args) {
        PhiloxRandom random = new PhiloxRandom(new Key(5));
        double[] x = random.doubles(800_000, -1, 1).toArray();
        double[] y =
                random.doubles(100_000).map(u -> u < 0.4 ? 0 : u < 0.8 ? 1 : 2).toArray();
        try (Device device = Devices.open("auto")) {
            System.out.println(fit(device, x, y, 1000));
        }
    }
}
