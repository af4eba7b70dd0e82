package io.github.elbo4j.deep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AutoencoderTest {
    private static final Key KEY = new Key(12);
    private static final double LOG_TWO_PI = StrictMath.log(2 * Math.PI);

    // ---- a model whose evidence and posterior are known: x = a·z + b + s·noise, z one-dimensional ----

    private static final double[] A = {0.8, -0.5, 1.1};
    private static final double[] B = {0.2, 0.1, -0.4};
    private static final double[] S = {0.7, 0.5, 0.9};

    /** Its posterior is N(Σ (a_i/s_i²)(x_i − b_i)/precision, 1/precision): an encoder without hidden layers has it exactly. */
    static TrainedAutoencoder linear(double widening) {
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
        return new TrainedAutoencoder(model, 3, weights);
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
            assertThat(evidence.elbo()[n]).isCloseTo(exact - divergence, within(5 * evidence.elboError()[n]));
            assertThat(evidence.elboError()[n]).isBetween(0.001, 0.016);
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
                            scalar.networks().weights(),
                            SHORT.seed(5)
                                    .fit(TestDevices.scalar(), model, rows)
                                    .networks()
                                    .weights()))
                    .isFalse();
            for (Device device : TestDevices.all()) {
                AutoencoderFit other = SHORT.fit(device, model, rows);
                assertThat(other.networks().weights())
                        .as(device.name())
                        .containsExactly(scalar.networks().weights());
                assertThat(other.result().elbo()).isEqualTo(scalar.result().elbo());
                assertThat(other.result().logEvidence())
                        .isEqualTo(scalar.result().logEvidence());
                assertThat(other.networks().encode(device, rows).mean()[7])
                        .containsExactly(scalar.networks()
                                .encode(TestDevices.scalar(), rows)
                                .mean()[7]);
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
        for (float weight : fit.networks().weights()) {
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
