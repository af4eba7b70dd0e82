package io.github.elbo4j.examples;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PhiloxRandom;
import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.Attempt;
import io.github.elbo4j.infer.ManyFits;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.Model;
import java.util.Arrays;
import java.util.List;

/** Many small logistic regressions side by side. */
public class ThousandFits {
    /**
     * @param x [B][N][K]
     * @param y [B][N], 0 or 1
     */
    static List<Attempt> fit(double[][][] x, double[][] y) {
        ManyFits many = new ManyFits(() -> Devices.open("cpu", 1), 2);
        return Sgvi.builder()
                .seed(1)
                .build()
                .fit(
                        many,
                        x.length,
                        (device, b) -> Model.define(m -> {
                                    Expr beta = m.parameter("beta", Normal.of(0, 1), x[b][0].length);
                                    m.observe(
                                            y[b],
                                            Bernoulli.ofLogit(
                                                    Expr.data("x", x[b]).matmul(beta)));
                                })
                                .logJoint(device));
    }

    static double[][][] predictors(int problems) {
        double[][][] x = new double[problems][50][4];
        PhiloxRandom random = new PhiloxRandom(new Key(1));
        for (double[][] problem : x) {
            for (double[] row : problem) {
                Arrays.setAll(row, j -> random.nextGaussian());
            }
        }
        return x;
    }

    public static void main(String[] args) {
        System.out.println(fit(predictors(1000), new double[1000][50]).get(999).result());
    }
}
