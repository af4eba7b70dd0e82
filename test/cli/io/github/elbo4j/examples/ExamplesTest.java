package io.github.elbo4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.Devices;
import io.github.elbo4j.deep.AutoencoderFit;
import io.github.elbo4j.deep.Training;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PartialSum;
import io.github.elbo4j.device.PhiloxRandom;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.infer.Attempt;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.Method;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.model.GradientCheck;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.FitJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The numbers of the examples, which are programs of a user: against closed forms, quadrature and what was drawn from. Where draws
 * decide, five standard errors are allowed: a false alarm has the probability 6e-7, and seeds are fixed.
 */
class ExamplesTest {
    private static final double ERRORS = 5;

    @TempDir
    Path folder;

    @Test
    void payoffOfCorrelatedNormals() {
        try (Device device = Devices.open("cpu")) {
            double[][] cholesky = {{0.7, 0}, {0.4, 0.8}};
            Estimate payoff = Payoff.of(device, new double[] {0.2, -0.1}, cholesky, 1_000_000);
            // exp(m1 + c11/2)·Φ((m2 + c12)/√c22)
            assertThat(payoff.value()).isCloseTo(0.9046894, within(ERRORS * payoff.standardError()));
            assertThat(payoff.standardError()).isBetween(1e-4, 2e-3);
        }
    }

    /** The evidence, with the schools' effects integrated out: y_j ~ N(mu, sigma_j² + tau²). The ELBO lies below it, by 0.2 and 0.3. */
    @Test
    void eightSchoolsHaveTheirEvidence() {
        double sum = 0;
        for (double mu = -40; mu < 40; mu += 0.1) {
            for (double omega = -12; omega < 8; omega += 0.05) {
                double tau = Math.exp(omega);
                double log = normal(mu, 25) + Math.log(2 / (Math.PI * 5 * (1 + tau * tau / 25))) + omega;
                for (int j = 0; j < 8; j++) {
                    log += normal(EightSchools.Y[j] - mu, EightSchools.SIGMA[j] * EightSchools.SIGMA[j] + tau * tau);
                }
                sum += Math.exp(log) * 0.1 * 0.05;
            }
        }
        try (Device device = Devices.open("cpu")) {
            for (Method<LogJoint> method :
                    List.<Method<LogJoint>>of(Sgvi.builder().seed(1).build(), new FixedDraws().seed(1))) {
                FitResult fit = EightSchools.fit(device, method);
                Estimate evidence = Objects.requireNonNull(fit.logEvidence());
                assertThat(evidence.value()).isCloseTo(Math.log(sum), within(ERRORS * evidence.standardError()));
                assertThat(fit.elbo().value()).isBetween(Math.log(sum) - 0.6, Math.log(sum));
            }
        }
    }

    /** Where a normal's ELBO is greatest, its gradient, here in closed form, is zero: it has {@code ½·gᵀCg} nats to gain. */
    @Test
    void poissonRegressionByMinibatchesIsNearTheGreatestElbo() {
        PhiloxRandom random = new PhiloxRandom(new Key(5));
        double[][] x = new double[4000][];
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = new double[] {1, random.nextGaussian(), random.nextGaussian()};
            double left = Math.exp(0.3 - 0.2 * x[i][1] + 0.4 * x[i][2]);
            while ((left += Math.log(random.nextDouble())) > 0) {
                y[i]++;
            }
        }
        double[] flat = Arrays.stream(x).flatMapToDouble(Arrays::stream).toArray();
        try (Device device = Devices.open("cpu")) {
            for (int batch : new int[] {0, 500}) {
                FitResult fit = PoissonRegression.fit(device, flat, y, batch);
                double[] step = newton(fit.posterior(), x, y, 2.5, (m, v) -> Math.exp(m + v / 2));
                assertThat(step[x[0].length] / 2).isLessThan(0.1); // the tolerance of the fit
            }
        }
    }

    /** Rows of one factor, whose density is known: on rows that are held out no model is better but by chance; one without a factor is 4.7 nats worse. */
    @Test
    void autoencoderFindsTheDensityOfFactors() {
        int width = 8;
        PhiloxRandom random = new PhiloxRandom(new Key(3));
        double[][] rows = new double[2000][width];
        for (double[] row : rows) {
            double z = random.nextGaussian();
            Arrays.setAll(row, j -> z + 0.5 * random.nextGaussian());
        }
        try (Device device = Devices.open("cpu")) {
            AutoencoderFit fit = ImageCodes.fit(device, rows, 1, 800);
            double truth = Arrays.stream(new Training().heldOutRows(rows.length))
                    .mapToDouble(n -> logDensityOfFactor(rows[n]))
                    .average()
                    .orElseThrow();
            double found = fit.diagnosis().heldOut().meanLogEvidence().value();
            assertThat(found).isBetween(truth - 0.1, truth + 0.05);
        }
        assertThat(ImageCodes.bars(3)[2]).hasSize(64);
    }

    /** N(0, 11ᵀ + I/4), by Sherman, Morrison and Woodbury. */
    private static double logDensityOfFactor(double[] x) {
        double sum = Arrays.stream(x).sum();
        double squares = Arrays.stream(x).map(v -> v * v).sum();
        double precision = 1 + 4 * x.length; // of z given x
        return -0.5
                * (4 * squares
                        - 16 * sum * sum / precision
                        + x.length * Math.log(2 * Math.PI / 4)
                        + Math.log(precision));
    }

    /** Overlap leaves more than half of the information on a component: √2 times its standard errors with known components. */
    @Test
    void mixtureIsThatOfTheRows() {
        int n = 20_000;
        double[] weights = {0.5, 0.3, 0.2};
        try (Device device = Devices.open("cpu")) {
            GaussianMixture mixture =
                    MixtureByEm.fit(device, MixtureByEm.rows(n)).mixture();
            for (int c = 0; c < 3; c++) {
                double[] centre = MixtureByEm.CENTRES[c];
                int k = IntStream.range(0, 3)
                        .filter(i -> distance(mixture.mean(i), centre) < 1)
                        .findFirst()
                        .orElseThrow();
                double error = ERRORS * Math.sqrt(2 * weights[c] * (1 - weights[c]) / n);
                assertThat(mixture.weight(k)).isCloseTo(weights[c], within(error));
                double sd = 0.7 + 0.2 * c;
                double variance = sd * sd + 0.25;
                for (int j = 0; j < 4; j++) {
                    double allowed = ERRORS * Math.sqrt(2 * variance / (n * weights[c]));
                    assertThat(mixture.mean(k)[j]).isCloseTo(centre[j], within(allowed));
                    double spread = ERRORS * variance * Math.sqrt(4 / (n * weights[c]));
                    assertThat(mixture.covariance(k)[j][j]).isCloseTo(variance, within(spread));
                }
            }
        }
    }

    /** Random123's known answer, and streams that begin anywhere. */
    @Test
    void streamsSkipAhead() {
        int[] known = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
        assertThat(IntStream.range(0, 4).map(i -> RandomStreams.word(new Key(0), i)))
                .containsExactly(Arrays.stream(known).boxed().toArray(Integer[]::new));
        PhiloxRandom random = new PhiloxRandom(new Key(7));
        int last = (int) random.ints(1004).skip(1003).findFirst().orElseThrow();
        assertThat(RandomStreams.word(new Key(7), 1003)).isEqualTo(last);
        try (Device device = Devices.open("cpu")) {
            float[] whole = RandomStreams.normals(device, new Key(7), 0, 100_000);
            assertThat(RandomStreams.normals(device, new Key(7), 12_345, 678))
                    .containsExactly(Arrays.copyOfRange(whole, 12_345, 12_345 + 678));
            double squares = 0;
            for (float z : whole) {
                squares += z * z;
            }
            assertThat(squares / whole.length).isCloseTo(1, within(ERRORS * Math.sqrt(2.0 / whole.length)));
        }
    }

    /** The fits settle where no mean is moved by more than half a hundredth of an sd; four times that is allowed. */
    @Test
    void eachOfManyFitsIsAtTheGreatestElbo() {
        double[][][] x = ThousandFits.predictors(6);
        double[][] y = new double[x.length][x[0].length];
        PhiloxRandom random = new PhiloxRandom(new Key(9));
        Arrays.stream(y).forEach(row -> Arrays.setAll(row, i -> random.nextBoolean() ? 1 : 0));
        for (Attempt attempt : ThousandFits.fit(x, y)) {
            FitResult fit = Objects.requireNonNull(attempt.result());
            double[] step = newton(
                    fit.posterior(),
                    x[attempt.problem()],
                    y[attempt.problem()],
                    1,
                    (m, v) -> mean(ExamplesTest::sigmoid, m, v));
            for (int j = 0; j < 4; j++) {
                assertThat(step[j]).isCloseTo(0, within(0.02 * fit.posterior().standardDeviation(j)));
            }
        }
    }

    /** Gradients by hand, and by differences. */
    @Test
    void dualNumbersHaveTheGradient() {
        double[] z = {3.1, 1.2, 0.3, -0.4, 0.5, 0.1, -0.2, 0.6, 0.9, -1.1};
        double tau = Math.exp(z[1]);
        double u = tau * tau / 25;
        double p = -z[0] * z[0] / 50 - Math.log1p(u) + z[1];
        double[] gradient = new double[10];
        gradient[0] = -z[0] / 25;
        gradient[1] = 1 - 2 * u / (1 + u);
        for (int j = 0; j < 8; j++) {
            double raw = z[2 + j];
            double e = (EightSchools.Y[j] - z[0] - tau * raw) / EightSchools.SIGMA[j];
            double slope = e / EightSchools.SIGMA[j];
            p -= 0.5 * (raw * raw + e * e);
            gradient[0] += slope;
            gradient[1] += slope * tau * raw;
            gradient[2 + j] = slope * tau - raw;
        }
        double[] found = new double[10];
        double[] logP = new double[1];
        DualNumbers.schools().evaluate(1, z, logP, found);
        assertThat(logP[0]).isCloseTo(p, within(1e-12));
        assertThat(found).containsExactly(gradient, within(1e-12));
        try (Device device = Devices.open("cpu")) {
            assertThat(GradientCheck.check(device, DualNumbers.schools(), z).passed())
                    .isTrue();
        }
    }

    /** What is read equals what was written; predictions have the means over the fitted normal, by quadrature. */
    @Test
    void fitIsReadBackAndPredicts() throws IOException {
        PhiloxRandom random = new PhiloxRandom(new Key(2));
        double[][] x = new double[220][];
        Arrays.setAll(x, i -> new double[] {1, random.nextGaussian(), random.nextGaussian()});
        double[] y = new double[x.length];
        Arrays.setAll(y, i -> random.nextDouble() < sigmoid(0.4 - x[i][1] + 0.7 * x[i][2]) ? 1 : 0);
        Path file = folder.resolve("fit.json");
        FitResult fit;
        try (Device device = Devices.open("cpu")) {
            Model model = PredictAndSave.model(Arrays.copyOf(x, 200), Arrays.copyOf(y, 200));
            fit = PredictAndSave.fitAndSave(device, model, file);
        }
        assertThat(FitJson.read(file)).isEqualTo(fit);
        List<Prediction> predictions = PredictAndSave.predict(
                file, PredictAndSave.model(Arrays.copyOfRange(x, 200, 220), Arrays.copyOfRange(y, 200, 220)));
        assertThat(predictions).hasSize(20);
        for (int i = 0; i < 20; i++) {
            double[] moments = moments(fit.posterior(), x[200 + i]);
            double one = mean(ExamplesTest::sigmoid, moments[0], moments[1]);
            Estimate density = predictions.get(i).logDensity();
            assertThat(density.value())
                    .isCloseTo(Math.log(y[200 + i] == 1 ? one : 1 - one), within(ERRORS * density.standardError()));
            double error = density.standardError() * Math.exp(density.value());
            assertThat(predictions.get(i).probabilities().get(1)).isCloseTo(one, within(ERRORS * error));
        }
    }

    /** √e/2; its variance is e²/2 − e/4. */
    @Test
    void sumsHaveTheSameBitsHoweverTheyAreCut() throws IOException, ClassNotFoundException {
        int draws = 1 << 18;
        double whole = ClusterSums.mean(new Key(42), draws, draws);
        assertThat(whole)
                .isCloseTo(
                        Math.sqrt(Math.E) / 2, within(ERRORS * Math.sqrt((Math.E * Math.E / 2 - Math.E / 4) / draws)));
        for (int each : new int[] {64 * 1000, 64 * 777, 1 << 16}) {
            assertThat(ClusterSums.mean(new Key(42), draws, each)).isEqualTo(whole);
        }
        PartialSum part = ClusterSums.part(new Key(42), 64, 1000);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(part);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(part);
        }
    }

    private static double normal(double x, double variance) {
        return -0.5 * (x * x / variance + Math.log(2 * Math.PI * variance));
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double distance(double[] a, double[] b) {
        return Math.sqrt(IntStream.range(0, a.length)
                .mapToDouble(j -> (a[j] - b[j]) * (a[j] - b[j]))
                .sum());
    }

    /** E f(N(mean, variance)), by the trapezoidal rule. */
    private static double mean(DoubleUnaryOperator f, double mean, double variance) {
        double sum = 0;
        for (double e = -8; e <= 8; e += 0.125) {
            sum += 0.125 * Math.exp(normal(e, 1)) * f.applyAsDouble(mean + Math.sqrt(variance) * e);
        }
        return sum;
    }

    /** Mean and variance of x·z under a fit. */
    private static double[] moments(Posterior q, double... x) {
        double mean = 0;
        double variance = 0;
        for (int j = 0; j < x.length; j++) {
            mean += x[j] * q.mean(j);
            for (int k = 0; k < x.length; k++) {
                variance += x[j] * x[k] * q.covariance(j, k);
            }
        }
        return new double[] {mean, variance};
    }

    /** E[y | x·z] under a normal x·z. */
    private interface Response {
        double of(double mean, double variance);
    }

    /** The step C·g by which the means would still move, for the ELBO's gradient g in them, and gᵀCg after it. */
    private static double[] newton(Posterior q, double[][] x, double[] y, double priorSd, Response response) {
        int dims = q.dimensions();
        double[] gradient = new double[dims];
        Arrays.setAll(gradient, j -> -q.mean(j) / (priorSd * priorSd));
        for (int i = 0; i < x.length; i++) {
            double[] moments = moments(q, x[i]);
            double residual = y[i] - response.of(moments[0], moments[1]);
            for (int j = 0; j < dims; j++) {
                gradient[j] += x[i][j] * residual;
            }
        }
        double[] step = new double[dims + 1];
        for (int j = 0; j < dims; j++) {
            for (int k = 0; k < dims; k++) {
                step[j] += q.covariance(j, k) * gradient[k];
            }
            step[dims] += step[j] * gradient[j];
        }
        return step;
    }
}
