package io.github.elbo4j.deep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.expr.Translation;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.network.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class AutoencoderTest {
    private static final Key KEY = new Key(12);
    private static final double LOG_TWO_PI = StrictMath.log(2 * Math.PI);

    // ---- a model whose evidence and posterior are known: x = a·z + b + s·noise, z one-dimensional ----

    private static final double[] A = {0.8, -0.5, 1.1};
    private static final double[] B = {0.2, 0.1, -0.4};
    private static final double[] S = {0.7, 0.5, 0.9};

    /** Its posterior is N(Σ (a_i/s_i²)(x_i − b_i)/precision, 1/precision): an encoder without hidden layers has it exactly. */
    private static AutoencoderFit linear(double widening) {
        Autoencoder model = Autoencoder.of(1).hidden(List.of()).decoder(Decoder.GAUSSIAN);
        double precision = 1;
        double shift = 0;
        for (int i = 0; i < 3; i++) {
            precision += A[i] * A[i] / (S[i] * S[i]);
            shift -= A[i] / (S[i] * S[i]) * B[i];
        }
        float[] weights = new float[3 * 2 + 2 + 6 + 6];
        for (int i = 0; i < 3; i++) {
            weights[2 * i] = (float) (A[i] / (S[i] * S[i]) / precision);
            weights[8 + i] = (float) A[i];
            weights[14 + i] = (float) B[i];
            weights[17 + i] = (float) StrictMath.log(S[i]);
        }
        weights[6] = (float) (shift / precision);
        weights[7] = (float) (-0.5 * StrictMath.log(precision) + widening);
        return new AutoencoderFit(
                model,
                3,
                weights,
                new Training()
                        .fit(TestDevices.scalar(), Autoencoder.of(1).hidden(List.of()), new double[][] {{0}, {1}})
                        .result(),
                null);
    }

    /** Of normals with the covariance a·aᵀ + diag(s²), by the matrix determinant lemma and the formula of Sherman and Morrison. */
    private static double logDensity(double[] x, boolean[] seen) {
        double inner = 1;
        double along = 0;
        double squares = 0;
        double logs = 0;
        int count = 0;
        for (int i = 0; i < x.length; i++) {
            if (seen[i]) {
                double r = x[i] - B[i];
                inner += A[i] * A[i] / (S[i] * S[i]);
                along += A[i] * r / (S[i] * S[i]);
                squares += r * r / (S[i] * S[i]);
                logs += 2 * StrictMath.log(S[i]);
                count++;
            }
        }
        return -0.5 * (count * LOG_TWO_PI + logs + StrictMath.log(inner) + squares - along * along / inner);
    }

    /** With the exact posterior for q each weight is p(x): ELBO and evidence are exact, but for float32. */
    @EveryDevice
    void evidenceIsExactWhereTheEncoderIs(Device device) {
        double[][] rows = {{0, 0, 0}, {1, -2, 0.5}, {-0.3, 0.8, 2}};
        RowEvidence evidence = linear(0).evidence(device, rows, KEY, 32);
        for (int n = 0; n < rows.length; n++) {
            double exact = logDensity(rows[n], new boolean[] {true, true, true});
            assertThat(evidence.logEvidence()[n]).isCloseTo(exact, within(2e-6 * (1 + Math.abs(exact))));
            assertThat(evidence.elbo()[n]).isCloseTo(exact, within(2e-6 * (1 + Math.abs(exact))));
            assertThat(evidence.isReliable(n)).isTrue();
        }
    }

    /** With a q that is e^0.3 times too wide, importance sampling finds it within five of its errors (false alarm 2e-6 a row). */
    @EveryDevice
    void evidenceIsRightWhereTheEncoderIsNot(Device device) {
        double[][] rows = {{0, 0, 0}, {1, -2, 0.5}, {-0.3, 0.8, 2}};
        RowEvidence evidence = linear(0.3).evidence(device, rows, KEY, 2048);
        double divergence = 0.5 * (StrictMath.exp(0.6) - 1) - 0.3; // KL(q ‖ posterior)
        for (int n = 0; n < rows.length; n++) {
            double exact = logDensity(rows[n], new boolean[] {true, true, true});
            assertThat(evidence.logEvidence()[n]).isCloseTo(exact, within(5 * evidence.standardError()[n]));
            assertThat(evidence.standardError()[n]).isLessThan(0.02);
            assertThat(evidence.elbo()[n]).isCloseTo(exact - divergence, within(0.08)); // five errors of 2,048 draws
        }
    }

    /** E(x_i | x_seen) of a normal. */
    @EveryDevice
    void completesAsTheConditionalMeanDoes(Device device) {
        boolean[] seen = {true, false, true};
        double[][] rows = {{1.5, Double.NaN, 0.4}, {-1, Double.NaN, 1}};
        Completion completion = linear(0.2).complete(device, rows, seen, KEY, 2048);
        for (int n = 0; n < 2; n++) {
            double precision = 1;
            double along = 0;
            for (int i = 0; i < 3; i += 2) {
                precision += A[i] * A[i] / (S[i] * S[i]);
                along += A[i] * (rows[n][i] - B[i]) / (S[i] * S[i]);
            }
            double expected = A[1] * along / precision + B[1];
            double error = completion.standardError()[n][1];
            assertThat(completion.mean()[n][1]).isCloseTo(expected, within(5 * error));
            assertThat(error).isPositive().isLessThan(0.05);
            assertThat(completion.effective()[n]).isBetween(200.0, 2048.0);
        }
    }

    @EveryDevice
    void samplesAreThoseOfTheModel(Device device) {
        double[][] images = linear(0).generate(device, KEY, 4000);
        for (int i = 0; i < 3; i++) {
            int at = i;
            double[] column = Arrays.stream(images).mapToDouble(row -> row[at]).toArray();
            double mean = Arrays.stream(column).average().orElseThrow();
            double sd = Math.sqrt(Arrays.stream(column)
                    .map(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow());
            assertThat(mean).isCloseTo(B[i], within(5 * Math.abs(A[i]) / Math.sqrt(4000)));
            assertThat(sd).isCloseTo(Math.abs(A[i]), within(5 * Math.abs(A[i]) / Math.sqrt(8000)));
        }
    }

    // ---- gradients ----

    private static final int ROWS = 4;
    private static final int WIDTH = 3;

    private static double[][] rows() {
        double[][] rows = new double[ROWS][WIDTH];
        for (int n = 0; n < ROWS; n++) {
            for (int i = 0; i < WIDTH; i++) {
                rows[n][i] = ((n * WIDTH + i) * 7 % 11) / 11.0;
            }
        }
        return rows;
    }

    private record Made(Parameters parameters, Networks networks, double[] start) {}

    private static Made make(Autoencoder model) {
        Parameters parameters = new Parameters();
        Networks networks = new Networks(model, WIDTH, parameters::add);
        double[] start = new double[parameters.dimensions()];
        Random random = new Random(5);
        Arrays.setAll(start, i -> random.nextGaussian() * 0.5);
        return new Made(parameters, networks, start);
    }

    /** Value and gradient of a sum over rows, on a device, with the normals of a step. */
    private static double[] gradient(Device device, Made made, Expr value) {
        int dimensions = made.parameters.dimensions();
        float[] at = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            at[i] = (float) made.start[i];
        }
        try (Translation translation = new Translation(device, new Joint(made.parameters, List.of(value)), 0);
                Buffer z = device.copyOf(at);
                Buffer logP = device.allocate(ElementType.FLOAT64, 1);
                Buffer gradient = device.allocate(dimensions)) {
            Recorder.run(device, to -> translation.record(to, null, DrawBlock.of(1, 1, dimensions), z, logP, gradient));
            double[] all = Arrays.copyOf(logP.toDoubles(), 1 + dimensions);
            float[] slopes = gradient.toFloats();
            for (int i = 0; i < dimensions; i++) {
                all[1 + i] = slopes[i];
            }
            return all;
        }
    }

    private static double[] normals(Device device, Key key, int draws, int latent) {
        try (Buffer epsilon = device.allocate((long) ROWS * draws * latent)) {
            device.run(new NormalOps.Normal(key, Index.of(0), DrawBlock.of(ROWS, draws, latent), epsilon));
            float[] floats = epsilon.toFloats();
            double[] doubles = new double[floats.length];
            Arrays.setAll(doubles, i -> floats[i]);
            return doubles;
        }
    }

    /**
     * Of each decoder, of the prior that is learned, and of one draw or several in the plain bound: back-propagation in float32 against
     * differences in float64, where an element's error is some 1e-5 of the largest.
     */
    @Test
    void gradientsAreThoseOfDifferences() {
        Device device = TestDevices.scalar();
        Table table = Table.empty().with("row", new double[ROWS]);
        Expr x = table.matrix(
                "x",
                WIDTH,
                Arrays.stream(rows()).flatMapToDouble(Arrays::stream).toArray());
        for (Decoder decoder : Decoder.values()) {
            for (int components : new int[] {1, 3}) {
                Autoencoder model = Autoencoder.of(2)
                        .hidden(List.of(5, 4))
                        .activation(Activation.TANH)
                        .decoder(decoder)
                        .priorComponents(components);
                Made made = make(model);
                double[] values =
                        gradient(device, made, made.networks.objective(x, table.normals("epsilon", KEY, 1, 2)));
                Expr epsilon = Expr.data("epsilon", normals(device, KEY, 1, 2)).reshape(ROWS, 1, 2);
                Expr total = made.networks.objective(x, epsilon).sum();
                assertGradient(total, made.start, values);
            }
        }
    }

    private static void assertGradient(Expr total, double[] at, double[] values) {
        assertThat(values[0]).isCloseTo(total.value(at)[0], within(1e-4));
        double largest = Arrays.stream(values).skip(1).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < at.length; i++) {
            double[] moved = at.clone();
            moved[i] = at[i] + 1e-5;
            double up = total.value(moved)[0];
            moved[i] = at[i] - 1e-5;
            double difference = (up - total.value(moved)[0]) / 2e-5;
            assertThat(values[1 + i]).as("weight %d", i).isCloseTo(difference, within(2e-5 * (1 + largest)));
        }
    }

    /** The closed-form KL against draws: 100,000 of them, within five errors (false alarm 6e-7 each). */
    @Test
    void theDivergenceIsThatOfDraws() {
        double[] mean = {0.7, -1.2};
        double[] logSd = {-0.5, 0.3};
        Networks.Encoding q = new Networks.Encoding(
                Expr.data("mean", mean).reshape(1, 2),
                Expr.data("log sd", logSd).reshape(1, 2));
        double closed = Arrays.stream(Networks.divergence(q).value()).sum();
        Random random = new Random(8);
        int draws = 100_000;
        double sum = 0;
        double squares = 0;
        for (int s = 0; s < draws; s++) {
            double f = 0;
            for (int i = 0; i < 2; i++) {
                double epsilon = random.nextGaussian();
                double z = mean[i] + StrictMath.exp(logSd[i]) * epsilon;
                f += -0.5 * epsilon * epsilon - logSd[i] + 0.5 * z * z;
            }
            sum += f;
            squares += f * f;
        }
        double estimate = sum / draws;
        double error = Math.sqrt((squares / draws - estimate * estimate) / draws);
        assertThat(closed).isCloseTo(estimate, within(5 * error));
        assertThat(error).isLessThan(0.01);
    }

    /**
     * The doubly reparameterized gradient has the mean of the plain one, by 1,500 steps of k = 8: of each of 39 weights within five errors
     * of the difference (false alarm 2e-5), and of the encoder's less variance. The value is the bound itself.
     */
    @Test
    void theDoublyReparameterizedGradientIsUnbiased() {
        Device device = TestDevices.scalar();
        Autoencoder model = Autoencoder.of(1).hidden(List.of()).importance(8);
        Made made = make(model);
        Table table = Table.empty().with("row", new double[ROWS]);
        Expr x = table.matrix(
                "x",
                WIDTH,
                Arrays.stream(rows()).flatMapToDouble(Arrays::stream).toArray());
        int dimensions = made.parameters.dimensions();
        int steps = 1500;
        double[] sums = new double[dimensions];
        double[] squares = new double[dimensions];
        double[][] variances = new double[2][dimensions];
        double[][] means = new double[2][dimensions];
        BiFunction<Expr, Expr, Expr> plain = (of, epsilon) -> made.networks
                .logWeights(of, made.networks.encode(of), epsilon)
                .logSumExp(1)
                .minus(StrictMath.log(8));
        for (int step = 0; step < steps; step++) {
            Expr epsilon = table.normals("epsilon", KEY.fork("step " + step), 8, 1);
            double[] one = gradient(device, made, made.networks.objective(x, epsilon));
            double[] other = gradient(device, made, plain.apply(x, epsilon));
            assertThat(one[0]).isCloseTo(other[0], within(1e-5));
            for (int i = 0; i < dimensions; i++) {
                double apart = one[1 + i] - other[1 + i];
                sums[i] += apart;
                squares[i] += apart * apart;
                means[0][i] += one[1 + i] / steps;
                means[1][i] += other[1 + i] / steps;
                variances[0][i] += one[1 + i] * one[1 + i] / steps;
                variances[1][i] += other[1 + i] * other[1 + i] / steps;
            }
        }
        int encoder = WIDTH * 2 + 2;
        for (int i = 0; i < dimensions; i++) {
            double mean = sums[i] / steps;
            double error = Math.sqrt((squares[i] / steps - mean * mean) / steps);
            assertThat(mean).as("weight %d", i).isCloseTo(0, within(5 * error + 1e-5));
            if (i < encoder) {
                double one = variances[0][i] - means[0][i] * means[0][i];
                double other = variances[1][i] - means[1][i] * means[1][i];
                assertThat(one).as("variance of weight %d", i).isLessThan(other);
            }
        }
    }

    // ---- whole fits ----

    /** Two kinds of rows, with noise. */
    private static double[][] stripes(int count) {
        Random random = new Random(3);
        double[][] rows = new double[count][12];
        for (double[] row : rows) {
            boolean even = random.nextBoolean();
            for (int i = 0; i < row.length; i++) {
                row[i] = (i % 2 == 0) == even == random.nextDouble() < 0.9 ? 1 : 0;
            }
        }
        return rows;
    }

    private static final Training SHORT =
            new Training().steps(60).batch(16).draws(32).rate(0.01).seed(4);

    @Test
    void fitsHaveTheSameBitsOnEveryDevice() {
        double[][] rows = stripes(50);
        for (Autoencoder model : List.of(
                Autoencoder.of(2).hidden(List.of(18)),
                Autoencoder.of(3)
                        .hidden(List.of(5))
                        .importance(3)
                        .priorComponents(2)
                        .decoder(Decoder.GAUSSIAN))) {
            AutoencoderFit scalar = SHORT.fit(TestDevices.scalar(), model, rows);
            assertThat(Arrays.equals(
                            scalar.weights(),
                            SHORT.seed(5).fit(TestDevices.scalar(), model, rows).weights()))
                    .isFalse();
            for (Device device : TestDevices.all()) {
                AutoencoderFit other = SHORT.fit(device, model, rows);
                assertThat(other.weights()).as(device.name()).containsExactly(scalar.weights());
                assertThat(other.result().elbo()).isEqualTo(scalar.result().elbo());
                assertThat(other.result().logEvidence())
                        .isEqualTo(scalar.result().logEvidence());
                assertThat(other.encode(device, rows).mean()[7])
                        .containsExactly(
                                scalar.encode(TestDevices.scalar(), rows).mean()[7]);
            }
        }
    }

    /**
     * The entropy of a row is log 2 + 12·H(0.9) = 4.59 nats at most; elements taken for independent have 8.3. What training finds is within
     * half a nat of the first on rows that it has not seen (300 of them: an error of 0.1).
     */
    @Test
    void findsWhatTheRowsHaveInCommon() {
        AutoencoderFit fit = new Training()
                .steps(1500)
                .batch(64)
                .rate(0.01)
                .heldOut(0.2)
                .draws(128)
                .fit(TestDevices.scalar(), Autoencoder.of(1).hidden(List.of(16)), stripes(1500));
        RowEvidence out = fit.diagnosis().heldOut();
        double mean = Arrays.stream(out.logEvidence()).average().orElseThrow();
        assertThat(mean).isBetween(-5.1, -4.2);
        assertThat(fit.result().elbo().value() / 300).isLessThan(mean).isGreaterThan(mean - 0.5);
        assertThat(fit.diagnosis().heldOutRows()).isEqualTo(300);
        assertThat(fit.diagnosis().divergence()[0]).isGreaterThan(0.3);
        assertThat(fit.result().verdict()).isNotEqualTo(Verdict.DO_NOT_TRUST);
    }

    @Test
    void aFitThatIsStoppedSaysSo() {
        AutoencoderFit fit = SHORT.fit(
                TestDevices.scalar(), Autoencoder.of(1).hidden(List.of(4)), stripes(30), () -> true, progress -> {});
        assertThat(fit.result().verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.result().steps()).isEqualTo(1);
        assertThat(fit.result().assessment().concerns())
                .extracting(Concern::kind)
                .contains(Concern.Kind.INTERRUPTED);
    }

    @Test
    void aFitThatDivergesSaysSo() {
        AutoencoderFit fit = SHORT.rate(1e30)
                .fit(TestDevices.scalar(), Autoencoder.of(1).hidden(List.of(4)).decoder(Decoder.GAUSSIAN), stripes(30));
        assertThat(fit.result().verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.result().assessment().concerns())
                .extracting(Concern::kind)
                .contains(Concern.Kind.DIVERGED);
        for (float weight : fit.weights()) {
            assertThat(weight).isFinite();
        }
    }

    @Test
    void badRowsAreRefusedInWords() {
        Map<String, double[][]> bad = Map.of(
                "row 2 has 1 elements, but row 1 has 2", new double[][] {{0, 1}, {0}},
                "element 2 of row 3 is NaN", new double[][] {{0, 1}, {0, 1}, {0, Double.NaN}},
                "element 1 of row 2 is 1.5, but must be from 0 to 1", new double[][] {{0, 1}, {1.5, 0}},
                "there are no rows", new double[][] {});
        bad.forEach(
                (message, rows) -> assertThatThrownBy(() -> SHORT.fit(TestDevices.scalar(), Autoencoder.of(1), rows))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(message));
        assertThatThrownBy(() -> Autoencoder.of(0)).hasMessageContaining("latent is 0");
        assertThatThrownBy(() -> Autoencoder.of(2).hidden(List.of(0))).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> SHORT.heldOut(1)).hasMessageContaining("from 0 to 0.9");
        assertThatThrownBy(() -> linear(0).interpolate(TestDevices.scalar(), A, B, 1))
                .hasMessageContaining("2 or more");
    }
}
