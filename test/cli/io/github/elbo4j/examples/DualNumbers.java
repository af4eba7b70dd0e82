package io.github.elbo4j.examples;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.GradientCheck;
import io.github.elbo4j.model.HostLogJoint;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Derivatives from elsewhere: a value with its gradient, forwards. A log-joint is a function of them. */
public class DualNumbers {
    record Dual(double value, double... gradient) {
        Dual chain(double to, double slope) {
            return new Dual(to, Arrays.stream(gradient).map(g -> slope * g).toArray());
        }

        Dual plus(Dual other) {
            double[] sum = gradient.clone();
            Arrays.setAll(sum, i -> sum[i] + other.gradient[i]);
            return new Dual(value + other.value, sum);
        }

        Dual plus(double c) {
            return new Dual(value + c, gradient);
        }

        Dual times(Dual other) {
            return chain(value * other.value, other.value).plus(other.chain(0, value));
        }

        Dual times(double c) {
            return chain(value * c, c);
        }

        Dual exp() {
            return chain(Math.exp(value), Math.exp(value));
        }

        Dual log1p() {
            return chain(Math.log1p(value), 1 / (1 + value));
        }
    }

    static HostLogJoint joint(List<String> names, Function<Dual[], Dual> logP) {
        int n = names.size();
        return HostLogJoint.ofDraw(names, (z, gradient) -> {
            Dual[] x = new Dual[n];
            for (int i = 0; i < n; i++) {
                x[i] = new Dual(z[i], new double[n]);
                x[i].gradient[i] = 1;
            }
            Dual p = logP.apply(x);
            System.arraycopy(p.gradient, 0, gradient, 0, n);
            return p.value;
        });
    }

    /** Up to a constant: mu, log tau, and eight standardized effects. */
    static Dual eightSchools(Dual... z) {
        Dual tau = z[1].exp();
        Dual u = tau.times(0.2);
        Dual p =
                z[0].times(z[0]).times(-0.02).plus(z[1]).plus(u.times(u).log1p().times(-1));
        for (int j = 0; j < 8; j++) {
            Dual theta = tau.times(z[2 + j]).plus(z[0]);
            Dual e = theta.plus(-EightSchools.Y[j]).times(1 / EightSchools.SIGMA[j]);
            p = p.plus(z[2 + j].times(z[2 + j]).plus(e.times(e)).times(-0.5));
        }
        return p;
    }

    static HostLogJoint schools() {
        return joint(IntStream.range(0, 10).mapToObj(i -> "z" + i).toList(), DualNumbers::eightSchools);
    }

    public static void main(String[] args) {
        double[] at = {3.1, 1.2, 0.3, -0.4, 0.5, 0.1, -0.2, 0.6, 0.9, -1.1};
        try (Device device = Devices.open("auto")) {
            System.out.println(GradientCheck.check(device, schools(), at).message());
            System.out.println(Sgvi.builder().seed(1).build().fit(device, schools()));
        }
    }
}
