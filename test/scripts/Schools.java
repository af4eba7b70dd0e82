///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS io.github.elbo4j:elbo4j:0.1.0

import io.github.elbo4j.Devices;
import io.github.elbo4j.distribution.*;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.VariationalMixture;
import io.github.elbo4j.model.Model;

/** Eight schools in a file by itself: {@code jbang Schools.java}, or {@code java -cp JARS Schools.java}. */
public class Schools {
    public static void main(String[] args) {
        double[] y = {28, 8, -3, 7, -1, 1, 18, 12};
        double[] sigma = {15, 10, 16, 11, 9, 11, 10, 18};
        var model = Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(5));
            Expr theta = m.parameter("theta", Normal.of(mu, tau).nonCentered(), y.length);
            m.observe(y, Normal.of(theta, Expr.data("sigma", sigma)));
        });
        try (var device = Devices.open("cpu");
                var joint = model.logJoint(device)) {
            System.out.println(new VariationalMixture().fit(device, joint));
        }
    }
}
