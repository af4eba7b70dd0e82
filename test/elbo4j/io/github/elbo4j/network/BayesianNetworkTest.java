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
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against a network that is written out in float64, closed forms and generated data. */
class BayesianNetworkTest {
    /** Standard errors beyond which one normal estimate in a million is. */
    private static final double MILLIONTH = 4.9;

    private static final List<String> TWO = List.of("a", "b");

    /** A network, its data, and its log-joint in float64, by nothing but the definition. */
    private record Written(List<Integer> hidden, Activation activation, WeightPrior prior, int classes, int rows) {
        Model model() {
            BayesianNetwork network = new BayesianNetwork(hidden, activation, prior, 3);
            return (classes == 0 ? network.regression(TWO, x(), y()) : network.classification(TWO, x(), y(), classes))
                    .model();
        }

        double[][] x() {
            SplittableRandom random = new SplittableRandom(1);
            double[][] x = new double[rows][2];
            for (double[] row : x) {
                Arrays.setAll(row, j -> (float) random.nextGaussian()); // exact on the device
            }
            return x;
        }

        double[] y() {
            SplittableRandom random = new SplittableRandom(2);
            double[] y = new double[rows];
            Arrays.setAll(y, n -> classes == 0 ? (float) random.nextGaussian() : random.nextInt(classes));
            return y;
        }

        double logPrior(double... z) {
            int weights = z.length - (classes == 0 ? 1 : 0);
            double sum = 0;
            for (int i = 0; i < weights; i++) {
                double wide = prior.share() * density(z[i], 1);
                double narrow = (1 - prior.share()) * density(z[i], prior.narrow() / prior.sd());
                sum += Math.log(wide + narrow);
            }
            return classes == 0 ? sum + Math.log(density(z[weights], 2)) : sum; // log s ~ N(0, 2²)
        }

        double logLikelihood(int row, double... z) {
            double[] h = x()[row];
            double y = y()[row];
            int at = 0;
            for (int l = 0; l <= hidden.size(); l++) {
                int out = l < hidden.size() ? hidden.get(l) : Math.max(1, classes == 2 ? 1 : classes);
                double[] next = new double[out];
                for (int j = 0; j < out; j++) {
                    for (int i = 0; i < h.length; i++) {
                        next[j] += h[i] * z[at + i * out + j] * prior.sd() / Math.sqrt(h.length);
                    }
                    next[j] += z[at + h.length * out + j] * prior.sd();
                    next[j] = l < hidden.size() ? activated(next[j]) : next[j];
                }
                at += h.length * out + out;
                h = next;
            }
            if (classes == 0) {
                double s = Math.exp(z[at]);
                return Math.log(density(y - h[0], s));
            }
            if (classes == 2) {
                return -Math.log1p(Math.exp(y == 1 ? -h[0] : h[0]));
            }
            return h[(int) y] - Math.log(Arrays.stream(h).map(Math::exp).sum());
        }

        private double activated(double x) {
            return switch (activation) {
                case TANH -> Math.tanh(x);
                case RELU -> Math.max(0, x);
                case SOFTPLUS -> Math.log1p(Math.exp(x));
            };
        }

        private static double density(double x, double sd) {
            return Math.exp(-0.5 * x * x / (sd * sd)) / (sd * Math.sqrt(2 * Math.PI));
        }
    }

    private static final List<Written> WRITTEN = List.of(
            new Written(List.of(5, 3), Activation.TANH, WeightPrior.normal(1.5), 0, 37),
            new Written(List.of(4), Activation.RELU, new WeightPrior(1, 0.3, 0.1), 2, 37),
            new Written(List.of(3, 2), Activation.SOFTPLUS, WeightPrior.normal(1), 3, 37),
            new Written(List.of(), Activation.TANH, WeightPrior.normal(2), 0, 5));

    /**
     * Back-propagation against central differences in float64, row by row. A derivative adds up one term a row and has some 40 roundings
     * within a term, of which the sums over a layer may cancel to a tenth of what they add: 1,000 half ulps of the sum of the
     * terms' sizes. The differences themselves err by some 1e-9 of it.
     */
    @EveryDevice
    void backPropagationIsTheDerivativeOfTheLogJoint(Device device) {
        for (Written written : WRITTEN) {
            Model model = written.model();
            int d = model.dimensions();
            double[] z = new double[d];
            SplittableRandom random = new SplittableRandom(4);
            Arrays.setAll(z, i -> (float) (0.7 * random.nextGaussian()));
            float[] gradient = new float[d];
            double[] logP = new double[1];
            evaluate(device, model, z, logP, gradient);

            double want = written.logPrior(z);
            double size = Math.abs(want);
            for (int row = 0; row < written.rows; row++) {
                want += written.logLikelihood(row, z);
                size += Math.abs(written.logLikelihood(row, z));
            }
            assertThat(Math.abs(logP[0] - want)).as(written + " log p").isLessThan(1000 * 0x1p-24 * size);
            for (int i = 0; i < d; i++) {
                double slope = 0;
                double sizes = 0;
                for (int row = -1; row < written.rows; row++) {
                    double each = difference(written, row, z, i);
                    slope += each;
                    sizes += Math.abs(each);
                }
                assertThat(Math.abs(gradient[i] - slope))
                        .as(written + " " + model.coordinateNames().get(i))
                        .isLessThanOrEqualTo((1000 * 0x1p-24 + 1e-8) * sizes + 1e-9);
            }
        }
    }

    /** Of one row's term, or of the prior's. */
    private static double difference(Written written, int row, double[] z, int i) {
        double h = 1e-5;
        double[] up = z.clone();
        double[] down = z.clone();
        up[i] += h;
        down[i] -= h;
        return row < 0
                ? (written.logPrior(up) - written.logPrior(down)) / (2 * h)
                : (written.logLikelihood(row, up) - written.logLikelihood(row, down)) / (2 * h);
    }

    private static void evaluate(Device device, Model model, double[] z, double[] logP, float[] gradient) {
        float[] rounded = new float[z.length];
        for (int i = 0; i < z.length; i++) {
            rounded[i] = (float) z[i];
        }
        try (LogJoint joint = model.logJoint(device);
                Buffer at = device.allocate(z.length);
                Buffer value = device.allocate(ElementType.FLOAT64, 1);
                Buffer slope = device.allocate(z.length)) {
            at.write(0, rounded, 0, z.length);
            joint.evaluate(DrawBlock.of(1, 1, z.length), at, value, slope);
            value.read(0, logP, 0, 1);
            slope.read(0, gradient, 0, z.length);
        }
    }

    /** −½·Σ(1 + log sigma² − mu² − sigma²) is what draws estimate, within 4.9 of their standard errors: by chance once in a million. */
    @Test
    void klInClosedFormIsThatOfDraws() {
        Device device = TestDevices.scalar();
        Model prior = new Written(List.of(4, 3), Activation.TANH, WeightPrior.normal(2), 2, 9)
                .model()
                .prior();
        int d = prior.dimensions();
        double[] mu = new double[d];
        double[] sigma = new double[d];
        double kl = 0;
        for (int i = 0; i < d; i++) {
            mu[i] = 0.1 * i - 1;
            sigma[i] = 0.2 + 0.05 * i;
            kl -= 0.5 * (1 + 2 * Math.log(sigma[i]) - mu[i] * mu[i] - sigma[i] * sigma[i]);
        }
        try (VariationalFamily q = Family.meanField().create(device, 1, d);
                LogJoint joint = prior.logJoint(device)) {
            q.set(0, mu, sigma);
            Estimate elbo = LogWeights.elbo(joint, q, new Key(5), 1 << 16, 1 << 26);
            assertThat(elbo.standardError()).isLessThan(0.01 * kl);
            assertThat(Math.abs(elbo.value() + kl)).isLessThan(MILLIONTH * elbo.standardError());
        }
    }

    @EveryDevice
    void devicesDoNotChangeABitOfAFit(Device device) {
        for (Written written : WRITTEN.subList(0, 3)) {
            FitResult fit = fit(device, written.model(), 90, 11);
            FitResult same = fit(TestDevices.scalar(), written.model(), 90, 11);
            assertThat(fit.posterior().mean())
                    .as(written.toString())
                    .isEqualTo(same.posterior().mean());
            for (int i = 0; i < same.posterior().dimensions(); i++) {
                assertThat(fit.posterior().standardDeviation(i))
                        .isEqualTo(same.posterior().standardDeviation(i));
            }
            assertThat(fit.elbo()).isEqualTo(same.elbo());
            assertThat(fit.kHat()).isEqualTo(same.kHat());
        }
    }

    private static FitResult fit(Device device, Model model, int steps, int batch) {
        try (RowsLogJoint joint = model.logJoint(device)) {
            return Sgvi.builder()
                    .family(Family.meanField())
                    .starts(0)
                    .initialSd(0.05)
                    .draws(8)
                    .batch(batch)
                    .maxSteps(steps)
                    .evaluationDraws(256)
                    .seed(6)
                    .build()
                    .fit(device, joint);
        }
    }

    /** Rows of a function of one input with normal noise. */
    private interface Function {
        double of(double x);
    }

    private record Rows(double[][] x, double[] y) {
        static Rows of(Function f, double noise, int rows, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            double[][] x = new double[rows][1];
            double[] y = new double[rows];
            for (int n = 0; n < rows; n++) {
                x[n][0] = 4 * random.nextDouble() - 2;
                y[n] = f.of(x[n][0]) + noise * random.nextGaussian();
            }
            return new Rows(x, y);
        }

        Model model(BayesianNetwork network) {
            return network.regression(List.of("x"), x, y).model();
        }
    }

    private static final BayesianNetwork SMALL =
            new BayesianNetwork(List.of(5), Activation.TANH, WeightPrior.normal(2), 1);

    /**
     * The mean function errs by about noise·√(weights/rows) = 0.1·√(16/200) = 0.03 where the weights could follow any noise; twice that is
     * allowed. The noise is told within 4.9 of its standard errors, noise/√(2·rows).
     */
    @Test
    void aLinearFunctionIsRecovered() {
        Function line = x -> 0.3 - 0.8 * x;
        Rows rows = Rows.of(line, 0.1, 200, 7);
        Model model = rows.model(SMALL);
        FitResult fit = fit(TestDevices.all().get(0), model, 3000, 0);
        double squares = 0;
        double[][] z = fit.posterior().draws(new Key(8), 200);
        double[][] f = Arrays.stream(z)
                .map(draw -> model.value(BayesianNetwork.FUNCTION).value(draw))
                .toArray(double[][]::new);
        for (int n = 0; n < 200; n++) {
            int row = n;
            double mean =
                    Arrays.stream(f).mapToDouble(draw -> draw[row]).average().orElse(Double.NaN);
            squares += Math.pow(mean - line.of(rows.x[n][0]), 2);
        }
        assertThat(Math.sqrt(squares / 200)).isLessThan(0.06);
        double noise = Math.exp(fit.posterior().mean(model.dimensions() - 1));
        assertThat(Math.abs(noise - 0.1)).isLessThan(MILLIONTH * 0.1 / Math.sqrt(400));
    }

    /**
     * Of 400 new rows 90 % intervals hold 90 %, give or take 4.9·√(0.09/400): were predictions exactly calibrated, the test would fail
     * by chance once in a million.
     */
    @Test
    void predictiveIntervalsHoldTheirShareOfNewRows() {
        Function wave = x -> Math.sin(2 * x);
        FitResult fit = fit(TestDevices.all().get(0), Rows.of(wave, 0.2, 150, 9).model(SMALL), 3000, 0);
        Rows fresh = Rows.of(wave, 0.2, 400, 10);
        double[][] z = Prediction.draws(fit.posterior(), 11);
        double inside = Prediction.of(fresh.model(SMALL), z, 12).values().iterator().next().stream()
                        .filter(p -> p.observed() >= p.value().quantiles().get(0)
                                && p.observed() <= p.value().quantiles().get(4))
                        .count()
                / 400.0;
        assertThat(Math.abs(inside - 0.9)).isLessThan(MILLIONTH * Math.sqrt(0.09 / 400));
    }

    @Test
    void whatIsNoNetworkIsRefused() {
        double[][] x = {{1, 2}, {3, 4}};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.regression(TWO, x, new double[3]))
                .withMessageContainingAll("2 rows of x", "3 values of y");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.regression(List.of("a"), x, new double[2]))
                .withMessageContaining("1 inputs in each row");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.classification(TWO, x, new double[2], 1))
                .withMessageContaining("1 classes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.classification(TWO, x, new double[] {0, 2}, 2))
                .withMessageContaining("2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.regression(TWO, new double[][] {{1, 2}, {3, Double.NaN}}, new double[2]))
                .withMessageContainingAll("x b", "row 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WeightPrior.normal(Double.NaN))
                .withMessageContaining("positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WeightPrior(1, 0, 0.5))
                .withMessageContaining("share");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WeightPrior(1, 0.5, 2))
                .withMessageContaining("narrow");
    }
}
