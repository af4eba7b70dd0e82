package io.github.elbo4j.factors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FactorFitTest {
    private static final int FACTORS = 4;
    private static final int COLUMNS = 12;

    /** Each factor has three columns of its own, which are on with 95 % where it is, and with 5 % where it is not. */
    private static BinaryFactors truth(FactorModel model) {
        double[] prior = {0.42, 0.34, 0.26, 0.18};
        double[] base = new double[COLUMNS];
        double[][] loadings = new double[FACTORS][COLUMNS];
        boolean sigmoid = model == FactorModel.SIGMOID;
        for (int p = 0; p < COLUMNS; p++) {
            base[p] = sigmoid ? -3 : 0.05;
            for (int d = 0; d < FACTORS; d++) {
                loadings[d][p] = p / 3 == d ? (sigmoid ? 6 : 3) : sigmoid ? 0 : 0.001;
            }
        }
        return BinaryFactors.of(model, EnumerationTest.names(COLUMNS), prior, base, loadings);
    }

    private static BinaryData draws(BinaryFactors of, int rows) {
        SplittableRandom random = new SplittableRandom(31);
        double[] values = new double[rows * COLUMNS];
        for (int n = 0; n < rows; n++) {
            double[] totals = new double[COLUMNS];
            for (int p = 0; p < COLUMNS; p++) {
                totals[p] = of.base(p);
            }
            for (int d = 0; d < FACTORS; d++) {
                if (random.nextDouble() < of.prior(d)) {
                    for (int p = 0; p < COLUMNS; p++) {
                        totals[p] += of.loading(d, p);
                    }
                }
            }
            for (int p = 0; p < COLUMNS; p++) {
                values[n * COLUMNS + p] = random.nextDouble() < of.model().probability(totals[p]) ? 1 : 0;
            }
        }
        return BinaryData.of(of.columns(), values);
    }

    /** The factors are those that made the data, in the order of their frequency; what each says of its columns to 0.05 in strength. */
    @Test
    void factorsThatMadeTheDataAreFound() {
        Device device = EnumerationTest.quick();
        for (FactorModel model : FactorModel.values()) {
            BinaryFactors truth = truth(model);
            FactorFit fit = BinaryFactorAnalysis.of(model, FACTORS)
                    .steps(3000)
                    .holdout(0.2)
                    .seed(3)
                    .build()
                    .fit(device, draws(truth, 2000));
            assertThat(fit.result().assessment().verdict())
                    .as("%s", fit.result().assessment())
                    .isEqualTo(Verdict.GOOD);
            assertThat(fit.heldOut()).isNotNull();
            assertThat(fit.heldOut().rows()).isEqualTo(400);
            for (int d = 0; d < FACTORS; d++) {
                assertThat(fit.factors().prior(d)).isCloseTo(truth.prior(d), within(0.05));
                for (int p = 0; p < COLUMNS; p++) {
                    // A column of another factor is on in about 7 of the 150 rows in which d is on alone, so that what
                    // d adds to
                    // its logit is known to 0.4: four times that is a strength of 0.66.
                    if (p / 3 == d) {
                        assertThat(fit.factors().strength(d, p)).isCloseTo(truth.strength(d, p), within(0.05));
                    } else {
                        assertThat(Math.abs(fit.factors().strength(d, p))).isLessThan(0.66);
                    }
                }
            }
            // What made the data says as much of new rows as the fit, but for what 1600 rows leave open.
            RowBounds ofTruth = RowBounds.of(device, truth, fit.heldOut().data(), 2000, new Key(1));
            assertThat(fit.heldOut().logEvidence().value())
                    .isCloseTo(ofTruth.logEvidence().value(), within(0.1));
            assertThat(fit.heldOut().elbo().value()).isGreaterThan(fit.independent() + 1);
            // The mean of 400 rows by importance sampling is that by enumeration, within 4.5 of its errors (7e-6).
            Enumeration exact =
                    Enumeration.of(device, fit.factors(), fit.heldOut().data(), () -> false, done -> {});
            double apart = 0;
            for (int n = 0; n < 400; n++) {
                apart += (fit.heldOut().logEvidence(n).value() - exact.logEvidence(n)) / 400;
            }
            assertThat(apart)
                    .isCloseTo(0, within(4.5 * fit.heldOut().logEvidence().standardError() + 1e-3));
        }
    }

    /**
     * Of an encoder that knows nothing and is sure of it (logits of some 6), importance sampling comes within five of its errors of the sum over
     * all states, in each of 12 rows (false alarm 1e-5 in all), but for the bias of the logarithm, half the squared error.
     */
    @EveryDevice
    void importanceSamplingIsHonestWhereQIsSureAndWrong(Device device) {
        BinaryData rows = EnumerationTest.rows(12, 6, 4);
        for (FactorModel model : FactorModel.values()) {
            WeightLayout layout = new WeightLayout(4, 6, 0);
            SplittableRandom random = new SplittableRandom(21);
            double[] weights =
                    random.doubles(layout.size(), -3, 3).map(w -> (float) w).toArray();
            BinaryFactors factors = new BinaryFactors(model, rows.columns(), layout, weights);
            Enumeration exact = Enumeration.of(device, factors, rows, () -> false, done -> {});
            RowBounds bounds = RowBounds.of(device, factors, rows, 20_000, new Key(4));
            for (int n = 0; n < rows.rows(); n++) {
                double error = bounds.logEvidence(n).standardError();
                assertThat(bounds.logEvidence(n).value())
                        .as("%s, row %d", model, n)
                        .isCloseTo(exact.logEvidence(n), within(5 * error + 0.5 * error * error + 1e-5));
                assertThat(error).isLessThan(0.5);
                assertThat(bounds.elbo(n).value())
                        .isLessThan(exact.logEvidence(n) + 5 * bounds.elbo(n).standardError() + 1e-5);
            }
        }
    }

    /** On and off exchanged, and factors in another order: the same probabilities, and the same bound of each row. */
    @EveryDevice
    void turningAndOrderingChangeNoProbability(Device device) {
        BinaryData rows = EnumerationTest.rows(7, 6, 4);
        for (int hidden : new int[] {0, 3}) {
            WeightLayout layout = new WeightLayout(3, 6, hidden);
            SplittableRandom random = new SplittableRandom(8);
            double[] weights =
                    random.doubles(layout.size(), -2, 2).map(w -> (float) w).toArray();
            BinaryFactors all = new BinaryFactors(FactorModel.SIGMOID, rows.columns(), layout, weights);
            BinaryFactors turned = all.turned();
            BinaryFactors moved = turned.ordered(new int[] {2, 0, 1});
            assertThat(turned).isNotEqualTo(all);
            assertThat(moved.prior(0)).isEqualTo(turned.prior(2));
            assertThat(moved.loading(1, 4)).isEqualTo(turned.loading(0, 4));
            for (int n = 0; n < rows.rows(); n++) {
                double[] x = rows.row(n);
                double exact = Enumeration.of(device, all, rows, () -> false, done -> {})
                        .logEvidence(n);
                assertThat(Enumeration.of(device, moved, rows, () -> false, done -> {})
                                .logEvidence(n))
                        .isCloseTo(exact, within(2e-6 * 20));
                for (int d = 0; d < 3; d++) {
                    double q = moved.encode(x)[d];
                    double before = all.encode(x)[new int[] {2, 0, 1}[d]];
                    assertThat(Math.min(Math.abs(q - before), Math.abs(q - (1 - before))))
                            .isLessThan(1e-6);
                }
            }
        }
    }

    /** Of weights that are put together anew; and of the last rows by themselves what is said of them among all. */
    @EveryDevice
    void boundsFollowFromTheWeightsAndTheNumberOfTheRow(Device device) {
        BinaryData rows = EnumerationTest.rows(70, 6, 4);
        WeightLayout layout = new WeightLayout(3, 6, 2);
        double[] weights = new SplittableRandom(8)
                .doubles(layout.size(), -2, 2)
                .map(w -> (float) w)
                .toArray();
        BinaryFactors factors = new BinaryFactors(FactorModel.NOISY_OR, rows.columns(), layout, weights);
        assertThat(BinaryFactors.of(FactorModel.NOISY_OR, rows.columns(), 3, 2, factors.weights()))
                .isEqualTo(factors);
        int draws = 10_000;
        int block = RowBounds.rowsOfBlock(factors, draws);
        assertThat(block).isBetween(2, 69); // so that there are two blocks
        RowBounds all = RowBounds.of(device, factors, rows, draws, new Key(4));
        int[] which = IntStream.range(block, 70).toArray();
        RowBounds last = RowBounds.of(device, factors, rows.rows(which), block, draws, new Key(4));
        for (int n = 0; n < which.length; n++) {
            assertThat(last.logEvidence(n)).isEqualTo(all.logEvidence(block + n));
            assertThat(last.elbo(n)).isEqualTo(all.elbo(block + n));
            assertThat(last.kHat(n)).isEqualTo(all.kHat(block + n));
            assertThat(last.q(n, 2)).isEqualTo(all.q(block + n, 2));
        }
        RowBounds elsewhere = RowBounds.of(device, factors, rows.rows(which), draws, new Key(4));
        assertThat(elsewhere.logEvidence(0)).isNotEqualTo(all.logEvidence(block));
    }

    @Test
    void aWholeFitHasTheSameBitsOnEveryDevice() {
        for (FactorModel model : FactorModel.values()) {
            List<FactorFit> fits = new ArrayList<>();
            for (Device device : TestDevices.all()) {
                fits.add(BinaryFactorAnalysis.of(model, 3)
                        .hidden(model == FactorModel.SIGMOID ? 5 : 0)
                        .estimator(model == FactorModel.SIGMOID ? Estimator.DISARM : Estimator.LEAVE_ONE_OUT)
                        .batch(17)
                        .steps(40)
                        .judgingDraws(20)
                        .build()
                        .fit(device, draws(truth(model), 50)));
            }
            for (FactorFit fit : fits) {
                assertThat(fit.factors()).isEqualTo(fits.get(0).factors());
                assertThat(fit.result().trace()).isEqualTo(fits.get(0).result().trace());
                assertThat(fit.fitted().elbo()).isEqualTo(fits.get(0).fitted().elbo());
                assertThat(fit.fitted().logEvidence())
                        .isEqualTo(fits.get(0).fitted().logEvidence());
            }
        }
    }

    @EveryDevice
    void aFitThatIsStoppedHasWhatItHad(Device device) {
        int[] asked = {0};
        FactorFit fit = BinaryFactorAnalysis.of(FactorModel.NOISY_OR, 2)
                .steps(400)
                .cancelled(() -> ++asked[0] > 30)
                .build()
                .fit(device, draws(truth(FactorModel.NOISY_OR), 60));
        assertThat(fit.result().status()).isEqualTo(Status.INTERRUPTED);
        assertThat(fit.result().steps()).isEqualTo(30);
        assertThat(fit.result().trace()).hasSize(15);
        assertThat(fit.result().assessment().verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
    }

    /** Coins that have nothing to do with each other. */
    @Test
    void thereIsNothingToFindInCoins() {
        FactorFit fit = BinaryFactorAnalysis.of(FactorModel.SIGMOID, 2)
                .steps(600)
                .holdout(0.3)
                .build()
                .fit(EnumerationTest.quick(), EnumerationTest.rows(600, 8, 9));
        assertThat(fit.result().assessment().verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.result().assessment().concerns())
                .extracting(Concern::kind)
                .contains(Concern.Kind.NOTHING_FOUND);
    }

    @Test
    void weightsThatDoNotFitAreRefused() {
        List<String> columns = List.of("a", "b");
        assertThatThrownBy(() -> BinaryFactors.of(FactorModel.SIGMOID, columns, 1, 0, new float[7]))
                .hasMessage("there are 7 weights, but must be 8");
        float[] weights = new float[8];
        weights[2] = Float.NEGATIVE_INFINITY;
        assertThatThrownBy(() -> BinaryFactors.of(FactorModel.SIGMOID, columns, 1, 0, weights))
                .hasMessage("weight 3 is -Infinity, but must be finite");
        assertThatThrownBy(() -> BinaryFactors.of(FactorModel.SIGMOID, columns, 0, 0, weights))
                .hasMessageContaining("there are 0 factors, 2 columns and 0 hidden units");
        BinaryFactors factors = BinaryFactors.of(FactorModel.SIGMOID, columns, 1, 0, new float[8]);
        assertThat(factors.parameters().names())
                .containsExactly(
                        "prior[1]",
                        "base[1]",
                        "base[2]",
                        "loadings[1,1]",
                        "loadings[1,2]",
                        "bias[1]",
                        "input[1,1]",
                        "input[2,1]");
        BinaryData rows = BinaryData.of(columns, 0, 1);
        assertThatThrownBy(() -> RowBounds.of(TestDevices.scalar(), factors, rows, 1, 2, new Key(0)))
                .hasMessageContaining("first is 1, but must be a multiple of 524288");
    }

    @Test
    void mistakesAreTold() {
        Device device = TestDevices.scalar();
        BinaryData data = EnumerationTest.rows(10, 3, 1);
        assertThatThrownBy(() -> BinaryData.of(List.of("a", "b"), 0, 1, 1, 2))
                .hasMessageContaining("column b is 2.0 in row 2");
        assertThatThrownBy(() -> BinaryData.above(3, List.of("a"), 5, Double.NaN))
                .hasMessageContaining("column a is NaN in row 2");
        assertThatThrownBy(() -> BinaryData.of(List.of("a", "b"), 0, 1, 1))
                .hasMessageContaining("no rows of 2 columns");
        assertThatThrownBy(() -> BinaryFactorAnalysis.of(FactorModel.SIGMOID, 0))
                .hasMessageContaining("factors is 0");
        assertThatThrownBy(() ->
                        BinaryFactorAnalysis.of(FactorModel.SIGMOID, 4).build().fit(device, data))
                .hasMessageContaining("4 factors for 3 columns");
        assertThatThrownBy(() -> BinaryFactorAnalysis.of(FactorModel.SIGMOID, 2)
                        .holdout(0.95)
                        .build()
                        .fit(device, data))
                .hasMessageContaining("1 rows to fit");
        assertThatThrownBy(() -> BinaryFactorAnalysis.of(FactorModel.SIGMOID, 2)
                        .estimator(Estimator.DISARM)
                        .draws(5)
                        .build())
                .hasMessageContaining("must be even");
        assertThatThrownBy(() -> BinaryFactors.of(
                        FactorModel.NOISY_OR, List.of("a"), new double[] {0.5}, new double[] {-1}, new double[][] {{1}
                        }))
                .hasMessageContaining("a base is out of its range");
        assertThat(BinaryData.above(3, List.of("a"), 5, 3, 2).row(1)).containsExactly(0);
    }
}
