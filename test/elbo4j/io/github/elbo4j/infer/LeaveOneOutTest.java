package io.github.elbo4j.infer;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.LeaveOneOut.Observation;
import io.github.elbo4j.model.Model;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Linear regression with known noise, of which every density is known when an observation is left out. */
class LeaveOneOutTest {
    private static final int N = 40;
    private static final double NOISE = 0.7;
    private static final double PRIOR = 3;
    private static final Key KEY = new Key(5);

    private final double[] x = new double[N];
    private final double[] y = new double[N];

    LeaveOneOutTest() {
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < N; i++) {
            x[i] = random.nextDouble(-2, 2);
            y[i] = 0.4 - 1.1 * x[i] + NOISE * random.nextGaussian();
        }
        y[3] += 2; // one that surprises, by three sds
    }

    private Model model() {
        return Model.define(m -> {
            Table rows = m.rows(Table.empty().with("x", x).with("y", y));
            Expr a = m.parameter("a", Normal.of(0, PRIOR));
            Expr b = m.parameter("b", Normal.of(0, PRIOR));
            m.observe(rows.column("y"), Normal.of(b.times(rows.column("x")).plus(a), NOISE));
        });
    }

    /** Mean and covariance of a and b given all observations but one. */
    private record Normal2(double[] mean, double[][] covariance) {
        double at(double x) {
            return mean[0] + mean[1] * x;
        }

        /** The variance of a + b·x. */
        double spread(double x) {
            return covariance[0][0] + 2 * x * covariance[0][1] + x * x * covariance[1][1];
        }
    }

    private Normal2 without(int left) {
        double p00 = 1 / (PRIOR * PRIOR);
        double p01 = 0;
        double p11 = p00;
        double h0 = 0;
        double h1 = 0;
        for (int i = 0; i < N; i++) {
            if (i != left) {
                double w = 1 / (NOISE * NOISE);
                p00 += w;
                p01 += w * x[i];
                p11 += w * x[i] * x[i];
                h0 += w * y[i];
                h1 += w * x[i] * y[i];
            }
        }
        double det = p00 * p11 - p01 * p01;
        return new Normal2(new double[] {(p11 * h0 - p01 * h1) / det, (p00 * h1 - p01 * h0) / det}, new double[][] {
            {p11 / det, -p01 / det}, {-p01 / det, p00 / det}
        });
    }

    private static double log(double y, double mean, double variance) {
        return -0.5 * (y - mean) * (y - mean) / variance - 0.5 * Math.log(2 * Math.PI * variance);
    }

    private double exact(int i) {
        Normal2 others = without(i);
        return log(y[i], others.at(x[i]), NOISE * NOISE + others.spread(x[i]));
    }

    /** The posterior, moved by {@code by} sds and scaled. */
    private GaussianPosterior q(double by, double scale) {
        Normal2 all = without(-1);
        double[] mean = all.mean().clone();
        double[][] covariance = {all.covariance()[0].clone(), all.covariance()[1].clone()};
        for (int i = 0; i < 2; i++) {
            mean[i] += by * Math.sqrt(all.covariance()[i][i]);
            for (int j = 0; j < 2; j++) {
                covariance[i][j] *= scale * scale;
            }
        }
        return new GaussianPosterior(List.of("a", "b"), new Gaussian(mean, covariance));
    }

    /**
     * Each within five of the standard errors that it states (false alarms: 2·40 times 6e-7; the seed is fixed), and the sum within five of its
     * own. Of a q that is not the posterior, too; without its weights that is wrong by far more.
     */
    @EveryDevice
    void leavingOneOutIsWhatFittingTheOthersGives(Device device) {
        for (GaussianPosterior q : List.of(q(0, 1), q(0.5, 1.3))) {
            LeaveOneOut loo = LeaveOneOut.of(device, model(), q, KEY, 2000);
            double sum = 0;
            for (int i = 0; i < N; i++) {
                Observation each = loo.observations().get(i);
                double want = exact(i);
                sum += want;
                assertThat(each.name()).isEqualTo("y[" + (i + 1) + "]");
                close(each.name(), each.elpd().value(), want, 5 * each.elpd().standardError());
                assertThat(each.elpd().standardError()).isLessThan(0.06);
            }
            close("elpd", loo.elpd().value(), sum, 5 * loo.monteCarloError());
            assertThat(loo.monteCarloError()).isLessThan(0.3);
            assertThat(loo.unreliable()).isZero();
        }
        double[][] z = q(0.5, 1.3).draws(KEY, 2000);
        LeaveOneOut uncorrected = LeaveOneOut.ofDraws(device, model(), z, null);
        double exact = 0;
        for (int i = 0; i < N; i++) {
            exact += exact(i);
        }
        assertThat(Math.abs(uncorrected.elpd().value() - exact)).isGreaterThan(5 * uncorrected.monteCarloError());
    }

    /** lpd = N(y | x·m, noise² + v), and the variance of −(y − x·beta)²/(2·noise²) with x·beta ~ N(x·m, v). */
    @Test
    void waicIsThatOfClosedForm() {
        int draws = 20_000;
        LeaveOneOut loo = LeaveOneOut.of(TestDevices.scalar(), model(), q(0.2, 1.1), KEY, draws);
        Normal2 all = without(-1);
        for (int i = 0; i < N; i++) {
            Observation each = loo.observations().get(i);
            double v = all.spread(x[i]);
            double apart = y[i] - all.at(x[i]);
            double noise = NOISE * NOISE;
            double variance = (2 * v * v + 4 * v * apart * apart) / (4 * noise * noise);
            // A sample's variance has the relative error √((kurtosis − 1)/S): that of chi-square is 15 at most; weights
            // cost a tenth.
            close("p_waic " + i, each.pWaic(), variance, 5 * variance * Math.sqrt(14 * 1.2 / draws));
            // sd of exp(log p)/p is √variance, about
            close("lpd " + i, each.lpd(), log(y[i], all.at(x[i]), noise + v), 5 * 1.3 * Math.sqrt(variance / draws));
        }
    }

    /**
     * 100 sets of draws: the sd of elpd among them is what each states. An sd of 100 is known to 7 %, and four of these standard errors are
     * passed once in 16,000 times.
     */
    @Test
    void theMonteCarloErrorIsThatOfRepeatedDraws() {
        double[] values = new double[100];
        double stated = 0;
        for (int r = 0; r < values.length; r++) {
            LeaveOneOut loo = LeaveOneOut.of(TestDevices.scalar(), model(), q(0.3, 1.2), KEY.fork("repeat " + r), 400);
            values[r] = loo.elpd().value();
            stated += loo.monteCarloError() / values.length;
        }
        double mean = Arrays.stream(values).average().orElseThrow();
        double sd = Math.sqrt(
                Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1));
        assertThat(sd / stated).isBetween(0.72, 1.28);
    }

    @EveryDevice
    void devicesAgreeInEveryBit(Device device) {
        LeaveOneOut here = LeaveOneOut.of(device, model(), q(0.3, 1.2), KEY, 300);
        assertThat(here).isEqualTo(LeaveOneOut.of(TestDevices.scalar(), model(), q(0.3, 1.2), KEY, 300));
    }

    @Test
    void modelsAreComparedByPairs() {
        Model flat = Model.define(m -> {
            Table rows = m.rows(Table.empty().with("y", y));
            Expr a = m.parameter("a", Normal.of(0, PRIOR));
            Expr sd = m.parameter("sd", Normal.of(0, 1).nonCentered()).exp();
            m.observe(rows.column("y"), Normal.of(a, sd));
        });
        Device device = TestDevices.scalar();
        LeaveOneOut line = LeaveOneOut.of(device, model(), q(0, 1), KEY, 1000);
        Gaussian near = new Gaussian(new double[] {0.4, 0.3}, new double[][] {{0.05, 0}, {0, 0.02}});
        LeaveOneOut level = LeaveOneOut.of(device, flat, new GaussianPosterior(List.of("a", "sd"), near), KEY, 1000);
        LeaveOneOut.Total difference = line.minus(level);
        close(
                "difference",
                difference.value(),
                line.elpd().value() - level.elpd().value(),
                1e-9);
        assertThat(difference.value()).isGreaterThan(difference.standardError());
        assertThat(line.minus(line)).isEqualTo(new LeaveOneOut.Total(0, 0));
    }

    @Test
    void whatCannotBeLeftOutIsRefused() {
        Device device = TestDevices.scalar();
        Gaussian one = new Gaussian(new double[1], new double[][] {{1}});
        GaussianPosterior q = new GaussianPosterior(List.of("a"), one);
        Model single = Model.define(m -> m.observe(new double[] {1}, Normal.of(m.parameter("a", Normal.of(0, 1)), 1)));
        assertThatThrownBy(() -> LeaveOneOut.of(device, single, q, KEY, 100))
                .hasMessageContaining("single observation");
        Model factor = Model.define(m ->
                m.factor("f", m.parameter("a", Normal.of(0, 1)).square()));
        assertThatThrownBy(() -> LeaveOneOut.of(device, factor, q, KEY, 100)).hasMessageContaining("observes nothing");
        assertThatThrownBy(() -> LeaveOneOut.of(device, model(), q, KEY, 100))
                .hasMessageContaining("q has 1 coordinates, but the model has 2");
        assertThatThrownBy(() -> LeaveOneOut.of(device, model(), q(0, 1), KEY, 1))
                .hasMessageContaining("draws is 1");
        LeaveOneOut all = LeaveOneOut.of(device, model(), q(0, 1), KEY, 100);
        assertThatThrownBy(() -> all.minus(all.named(Collections.nCopies(N, "x"))))
                .hasMessageContaining("observation 1 is y[1] here and x there");
    }
}
