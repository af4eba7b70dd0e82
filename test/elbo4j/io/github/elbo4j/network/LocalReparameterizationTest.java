package io.github.elbo4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against draws of the weights themselves, which are another estimate of the same ELBO and the same gradient. */
class LocalReparameterizationTest {
    /** Standard errors beyond which one normal estimate in a million is. */
    private static final double MILLIONTH = 4.9;
    /** Such that the largest of a hundred normal estimates is beyond it with less than that probability. */
    private static final double MILLIONTH_OF_HUNDRED = 5.8;

    private static final int STEPS = 400;

    /** With 0, 2 and 3 classes. */
    private static NetworkModel network(int classes, Integer... hidden) {
        SplittableRandom random = new SplittableRandom(classes);
        double[][] x = new double[23][2];
        double[] y = new double[x.length];
        for (int n = 0; n < x.length; n++) {
            x[n] = new double[] {random.nextGaussian(), random.nextGaussian()};
            double f = x[n][0] - 0.5 * x[n][1] + 0.5 * random.nextGaussian();
            y[n] = classes == 0 ? f : Math.max(0, Math.min(classes - 1, Math.floor(f + 1)));
        }
        BayesianNetwork of = new BayesianNetwork(List.of(hidden), Activation.TANH, WeightPrior.normal(1.5), 3);
        List<String> inputs = List.of("a", "b");
        return classes == 0 ? of.regression(inputs, x, y) : of.classification(inputs, x, y, classes);
    }

    private static final List<NetworkModel> NETWORKS =
            List.of(network(0, 4, 3), network(2, 5), network(3, 3), network(0));

    /** Some q: means, then log sds. */
    private static float[] at(NetworkModel network) {
        int d = network.model().dimensions();
        SplittableRandom random = new SplittableRandom(d);
        float[] at = new float[2 * d];
        for (int i = 0; i < d; i++) {
            at[i] = (float) (0.5 * random.nextGaussian());
            at[d + i] = (float) (-0.8 + 0.5 * random.nextGaussian());
        }
        return at;
    }

    /** Of numbers that come one by one. */
    private static final class Spread {
        private final double[] sums;
        private final double[] squares;
        private int count;

        Spread(int d) {
            sums = new double[d];
            squares = new double[d];
        }

        void add(int from, float... values) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += values[from + i];
                squares[i] += (double) values[from + i] * values[from + i];
            }
            count++;
        }

        double mean(int i) {
            return sums[i] / count;
        }

        double variance(int i) {
            return (squares[i] / count - mean(i) * mean(i)) * count / (count - 1.0);
        }

        double total() {
            double total = 0;
            for (int i = 0; i < sums.length; i++) {
                total += variance(i);
            }
            return total;
        }
    }

    /** The gradient and value of the bound at so many steps. */
    private static Spread locally(NetworkModel network, float[] at, double[] values) {
        int d = at.length;
        Spread spread = new Spread(d);
        Device device = TestDevices.scalar();
        try (RowsLogJoint all =
                        LocalReparameterization.bound(network, new Key(4), 1).logJointWithWeights(device);
                LogJoint bound = all.minibatches(network.model().rows(), new Key(7));
                Buffer z = device.allocate(d);
                Buffer value = device.allocate(ElementType.FLOAT64, 1);
                Buffer slope = device.allocate(d)) {
            z.write(0, at, 0, d);
            float[] gradient = new float[d];
            double[] read = new double[1];
            for (int t = 0; t < values.length; t++) {
                bound.atStep(t);
                bound.evaluate(DrawBlock.of(1, 1, d), z, value, slope);
                slope.read(0, gradient, 0, d);
                value.read(0, read, 0, 1);
                values[t] = read[0];
                spread.add(0, gradient);
            }
        }
        return spread;
    }

    /** The gradient of log p at draws of the weights: its mean is that of the ELBO by the means. */
    private static Spread globally(NetworkModel network, VariationalFamily q, int draws) {
        Device device = TestDevices.scalar();
        int d = network.model().dimensions();
        Spread spread = new Spread(d);
        try (LogJoint joint = network.model().logJoint(device);
                Buffer z = device.allocate(draws * d);
                Buffer value = device.allocate(ElementType.FLOAT64, draws);
                Buffer slope = device.allocate(draws * d)) {
            float[] all = new float[draws * d];
            double[][] drawn = new double[draws][];
            for (int s = 0; s < draws; s++) {
                SplittableRandom random = new SplittableRandom(1000 + s);
                double[] epsilon = random.doubles(2L * d).toArray();
                drawn[s] = new double[d];
                for (int i = 0; i < d; i++) { // Box and Muller
                    drawn[s][i] =
                            Math.sqrt(-2 * Math.log(1 - epsilon[2 * i])) * Math.cos(2 * Math.PI * epsilon[2 * i + 1]);
                }
                double[] at = q.toGaussian(0).at(drawn[s]);
                for (int i = 0; i < d; i++) {
                    all[s * d + i] = (float) at[i];
                }
            }
            z.write(0, all, 0, all.length);
            joint.evaluate(DrawBlock.of(1, draws, d), z, value, slope);
            slope.read(0, all, 0, all.length);
            for (int s = 0; s < draws; s++) {
                spread.add(s * d, all);
            }
        }
        return spread;
    }

    private static VariationalFamily family(NetworkModel network, float[] at) {
        int d = network.model().dimensions();
        double[] mean = new double[d];
        double[] sd = new double[d];
        for (int i = 0; i < d; i++) {
            mean[i] = at[i];
            sd[i] = Math.exp(at[d + i]);
        }
        VariationalFamily q = Family.meanField().create(TestDevices.scalar(), 1, d);
        q.set(0, mean, sd);
        return q;
    }

    /**
     * The bound is the ELBO of q, and its gradient that of the ELBO: both means agree within their standard errors, by chance with
     * a probability of 2e-6 for each network. And it has less noise.
     */
    @Test
    void isTheElboWithLessNoise() {
        for (NetworkModel network : NETWORKS) {
            float[] at = at(network);
            double[] values = new double[STEPS];
            Spread local = locally(network, at, values);
            try (VariationalFamily q = family(network, at);
                    LogJoint joint = network.model().logJoint(TestDevices.scalar())) {
                Estimate bound = LogWeights.mean(values);
                Estimate elbo = LogWeights.elbo(joint, q, new Key(5), 1 << 15, 1 << 26);
                assertThat(Math.abs(bound.value() - elbo.value()))
                        .as("%s: %s against %s", network, bound, elbo)
                        .isLessThan(MILLIONTH * Math.hypot(bound.standardError(), elbo.standardError()));

                int draws = 4000;
                Spread global = globally(network, q, draws);
                int d = network.model().dimensions();
                double localNoise = 0;
                for (int i = 0; i < d; i++) {
                    double error = Math.sqrt(local.variance(i) / STEPS + global.variance(i) / draws);
                    assertThat(Math.abs(local.mean(i) - global.mean(i)))
                            .as(
                                    "%s: %s",
                                    network, network.model().coordinateNames().get(i))
                            .isLessThan(MILLIONTH_OF_HUNDRED * error + 1e-5);
                    localNoise += local.variance(i);
                }
                assertThat(localNoise).as(network.toString()).isLessThan(0.5 * global.total());
            }
        }
    }

    private static LocalReparameterization few() {
        return new LocalReparameterization().steps(60).batch(11).draws(2).seed(6);
    }

    @EveryDevice
    void devicesDoNotChangeABitOfAFit(Device device) {
        for (NetworkModel network : NETWORKS.subList(0, 3)) {
            FitResult fit = few().fit(device, network);
            FitResult same = few().fit(TestDevices.scalar(), network);
            assertThat(fit.gaussian()).as(network.toString()).isEqualTo(same.gaussian());
            assertThat(fit.elbo()).isEqualTo(same.elbo());
            assertThat(fit.trace()).isEqualTo(same.trace());
        }
    }

    /** Without hidden layers there is one optimum, which stochastic ascent on draws of the weights finds too. */
    @Test
    void findsTheSameQ() {
        Device device = TestDevices.all().get(0);
        NetworkModel line = network(0);
        FitResult local = new LocalReparameterization().steps(6000).fit(device, line);
        try (LogJoint joint = line.model().logJoint(device)) {
            FitResult global = Sgvi.builder().family(Family.meanField()).build().fit(device, joint);
            assertThat(local.status()).isEqualTo(Status.CONVERGED);
            assertThat(Math.abs(local.elbo().value() - global.elbo().value()))
                    .isLessThan(MILLIONTH
                                    * Math.hypot(
                                            local.elbo().standardError(),
                                            global.elbo().standardError())
                            + 0.02);
            for (int i = 0; i < joint.dimensions(); i++) {
                double sd = global.posterior().standardDeviation(i);
                assertThat(Math.abs(
                                local.posterior().mean(i) - global.posterior().mean(i)))
                        .as(joint.dimensions() + " " + i)
                        .isLessThan(0.1 * sd);
                assertThat(Math.abs(local.posterior().standardDeviation(i) / sd - 1))
                        .isLessThan(0.1);
            }
        }
    }

    @Test
    void aScaleMixtureIsRefused() {
        NetworkModel mixture = new BayesianNetwork(List.of(2), Activation.RELU, new WeightPrior(1, 0.5, 0.1), 1)
                .regression(List.of("x"), new double[][] {{1}, {2}}, new double[] {3, 4});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> few().fit(TestDevices.scalar(), mixture))
                .withMessageContainingAll("scale mixture", "normal prior");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> few().rate(Double.NaN))
                .withMessageContaining("learning rate is NaN");
        assertThatIllegalArgumentException().isThrownBy(() -> few().draws(0)).withMessageContaining("draws is 0");
        assertThat(Arrays.asList(
                        few().steps(3).fit(TestDevices.scalar(), network(0)).steps()))
                .containsExactly(3);
    }
}
