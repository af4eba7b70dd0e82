package io.github.elbo4j.model;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.distribution.Poisson;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import java.util.Arrays;
import java.util.SplittableRandom;

class PointwiseLogLikelihoodTest {
    private static final int ROWS = 23;
    private static final int S = 70;

    /** Two columns of rows, one of them by group and weighted, and three values of no row. */
    private static Model model() {
        double[] x = new double[ROWS];
        double[] y = new double[ROWS];
        double[] count = new double[ROWS];
        double[] group = new double[ROWS];
        double[] weight = new double[ROWS];
        Arrays.setAll(x, n -> (n * 7 % 11) / 4.0 - 1);
        Arrays.setAll(y, n -> (n * 5 % 13) / 3.0 - 2);
        Arrays.setAll(count, n -> n * 3 % 7);
        Arrays.setAll(group, n -> n * n % 5);
        Arrays.setAll(weight, n -> n % 3);
        return Model.define(m -> {
            Table rows = m.rows(Table.empty()
                    .with("x", x)
                    .with("y", y)
                    .with("count", count)
                    .with("group", group)
                    .with("weight", weight));
            Expr alpha = m.parameter("alpha", Normal.of(0, 2), rows.levels("group"));
            Expr eta = alpha.at(rows.index("group"))
                    .plus(m.parameter("slope", Normal.of(0, 1)).times(rows.column("x")));
            m.observe(
                    rows.column("y"),
                    Normal.of(eta, m.parameter("noise", HalfNormal.of(2))).weighted(rows.column("weight")));
            m.observe(new double[] {1, 2, 3}, Normal.of(alpha.get(0), 2));
            m.observe(rows.column("count"), Poisson.of(eta.times(0.1).exp()));
        });
    }

    private static double[][] draws(int dimensions) {
        SplittableRandom random = new SplittableRandom(3);
        double[][] z = new double[S][dimensions];
        for (double[] draw : z) {
            Arrays.setAll(draw, d -> (float) (0.5 * random.nextGaussian()));
        }
        return z;
    }

    private static float[][] evaluate(Device device, Model model, int most) {
        PointwiseLogLikelihood pointwise = model.pointwise();
        double[][] z = draws(model.dimensions());
        float[][] all = new float[pointwise.size()][];
        int[] next = {0};
        pointwise.evaluate(device, z, most, (first, count, values) -> {
            assertThat(first).isEqualTo(next[0]);
            next[0] += count;
            for (int i = 0; i < count; i++) {
                all[first + i] = Arrays.copyOfRange(values, i * S, (i + 1) * S);
            }
        });
        assertThat(next[0]).isEqualTo(all.length);
        return all;
    }

    /**
     * Against float64 on the host. A term of magnitude 20 is off by some roundings of itself, 2^-24 each: 1e-5 is eight of them; and
     * all of them together are the log-likelihood.
     */
    @EveryDevice
    void eachIsTheDensityOfItsObservation(Device device) {
        Model model = model();
        assertThat(model.pointwise().names())
                .hasSize(2 * ROWS + 3)
                .startsWith("y[1]")
                .contains("y 2[3]", "count[23]");
        double[][] z = draws(model.dimensions());
        var predictive = model.predictive(z, 1);
        float[][] whole = evaluate(device, model, 1 << 24);
        for (int most : new int[] {S, 5 * S, 22 * S, 1 << 24}) { // a row at a time, five, all but one, all
            float[][] got = evaluate(device, model, most);
            int at = 0;
            for (String name : new String[] {"y", "y 2", "count"}) {
                double[][] want = predictive.get(name).logDensities();
                for (int i = 0; i < want[0].length; i++, at++) {
                    for (int s = 0; s < S; s++) {
                        close(
                                name + "[" + i + "] at " + s,
                                got[at][s],
                                want[s][i],
                                1e-5 * Math.max(1, Math.abs(want[s][i])));
                        close("whole", whole[at][s], want[s][i], 1e-5 * Math.max(1, Math.abs(want[s][i])));
                    }
                }
            }
            assertThat(got).isDeepEqualTo(evaluate(TestDevices.scalar(), model, most));
        }
    }
}
