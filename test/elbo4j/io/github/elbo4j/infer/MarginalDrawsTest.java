package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.Standardization;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Marginals of a model whose means and sds a device draws. */
class MarginalDrawsTest {
    private static final Model MODEL = Model.define(m -> {
        Expr theta = m.parameter("theta", Normal.of(0, 1), 2);
        Expr tau = m.parameter("tau", HalfNormal.of(1));
        m.report("product", theta.get(0).times(theta.get(1)));
        m.report("scaled", theta.times(tau));
    });

    /** theta ~ N((1, -2), (0.25, 4)) of correlation 0.5, log tau ~ N(0, 0.25) independent of it. */
    private static final Posterior POSTERIOR =
            new GaussianPosterior(MODEL.coordinateNames(), new Gaussian(new double[] {1, -2, 0}, new double[][] {
                {0.25, 0.5, 0}, {0.5, 4, 0}, {0, 0, 0.25}
            }));

    /** Means within 5 of their standard errors: false alarm 6e-7 each, the seed is fixed; sds within a tenth. */
    @EveryDevice
    void whatIsNotExactIsDrawnOnTheDevice(Device device) {
        long draws = 20_000;
        List<Marginal> few = Marginal.of(MODEL, POSTERIOR, 4);
        List<Marginal> many = Marginal.of(MODEL, POSTERIOR, 4, device, draws);
        assertThat(many.subList(0, 2)).isEqualTo(few.subList(0, 2)); // theta is exact
        double tau = Math.exp(0.125);
        double[] means = {tau, 1 * -2 + 0.5, tau, -2 * tau};
        // E of squares: of tau exp(0.5), of the product 1.25·8 + 2·0.5² + 4·1·(−2)·0.5, of theta 1.25 and 8
        double[] squares = {Math.exp(0.5), 1.25 * 8 + 0.5 - 4, 1.25 * Math.exp(0.5), 8 * Math.exp(0.5)};
        for (int i = 0; i < 4; i++) {
            Marginal marginal = many.get(2 + i);
            double sd = Math.sqrt(squares[i] - means[i] * means[i]);
            assertThat(marginal.name()).isEqualTo(few.get(2 + i).name());
            assertThat(marginal.quantiles()).isEqualTo(few.get(2 + i).quantiles());
            assertThat(marginal.standardDeviation()).as(marginal.name()).isBetween(0.9 * sd, 1.1 * sd);
            assertThat(marginal.meanError()).isCloseTo(marginal.standardDeviation() / Math.sqrt(draws), within(1e-12));
            assertThat(Math.abs(marginal.mean() - means[i]))
                    .as(marginal.toString())
                    .isLessThan(5 * marginal.meanError());
        }
        assertThat(many).isEqualTo(Marginal.of(MODEL, POSTERIOR, 4, TestDevices.scalar(), draws));
    }

    /** Components apart by more than they are wide: the sd is that of the whole, the error that of draws shared out. */
    @Test
    void soIsAMixture() {
        Gaussian left = Gaussian.independent(new double[] {1, -2, 0}, new double[] {0.5, 2, 0.5});
        Gaussian right = Gaussian.independent(new double[] {1, -2, 2}, new double[] {0.5, 2, 0.1});
        Posterior mixture = new NormalMixture(MODEL.coordinateNames(), new double[] {0.25, 0.75}, List.of(left, right));
        Marginal tau =
                Marginal.of(MODEL, mixture, 4, TestDevices.scalar(), 40_000).get(2);
        double[] means = {Math.exp(0.125), Math.exp(2.005)};
        double mean = 0.25 * means[0] + 0.75 * means[1];
        double squares = 0.25 * Math.exp(0.5) + 0.75 * Math.exp(4.02);
        double sd = Math.sqrt(squares - mean * mean);
        double within =
                Math.sqrt(0.25 * (Math.exp(0.5) - means[0] * means[0]) + 0.75 * (Math.exp(4.02) - means[1] * means[1]));
        assertThat(tau.name()).isEqualTo("tau");
        assertThat(tau.meanError()).isBetween(0.95 * within / 200, 1.05 * within / 200);
        assertThat(Math.abs(tau.mean() - mean)).isLessThan(5 * tau.meanError());
        assertThat(tau.standardDeviation()).isBetween(0.98 * sd, 1.02 * sd);
    }

    @Test
    void whatNoDeviceDrawsFromIsRefused() {
        Posterior other = new Posterior() {
            @Override
            public List<String> names() {
                return POSTERIOR.names();
            }

            @Override
            public double mean(int i) {
                return 0;
            }

            @Override
            public double standardDeviation(int i) {
                return 1;
            }

            @Override
            public double quantile(int i, double p) {
                return p;
            }

            @Override
            public double[][] draws(Key key, int count) {
                return new double[count][dimensions()];
            }

            @Override
            public double logDensity(double[] z) {
                return 0;
            }

            @Override
            public Posterior affine(Standardization.Affine map) {
                return this;
            }
        };
        assertThatThrownBy(() -> Marginal.of(MODEL, other, 1, TestDevices.scalar(), 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a device draws from a GaussianPosterior or a NormalMixture alone");
    }
}
