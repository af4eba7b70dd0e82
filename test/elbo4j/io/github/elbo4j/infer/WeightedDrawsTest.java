package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.SmoothedWeights;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What importance weights make of a wrong q, against closed forms. */
class WeightedDrawsTest {
    private static final Key KEY = new Key(11);
    /** Standard errors: of a number beyond them by chance about one in 16,000. */
    private static final double Z = 4;

    private static Account corrected(Gaussian q, ToDoubleFunction<double[]> logJoint, String... names) {
        FreshDraws found =
                FreshDraws.of(new GaussianPosterior(List.of(names), q), -1, logJoint, Status.CONVERGED, "", KEY);
        Account account = found.corrected();
        assertThat(account).as("%s", found.assessment()).isNotNull();
        return account;
    }

    /** Within four errors that are themselves as small as said. */
    private static void check(double found, double error, double want, double largest) {
        assertThat(error).isBetween(largest / 20, largest);
        assertThat(found).isCloseTo(want, within(Z * error));
    }

    /** Means 0.3 sd away and sds 1.3 times too wide: a corrected mean has an error of some 2 % of an sd. */
    @Test
    void aWrongNormalIsCorrected() {
        Gaussian p = new Gaussian(new double[] {1, -2}, new double[][] {{4, 1}, {1, 9}});
        Gaussian q = Gaussian.independent(new double[] {1.6, -2.9}, new double[] {2.6, 3.9});

        Account account = corrected(q, z -> p.logDensity(z) - 7, "a", "b");

        for (int i = 0; i < 2; i++) {
            Account.Entry entry = account.entries().get(i);
            double sd = p.standardDeviation(i);
            check(entry.mean(), entry.meanError(), p.mean(i), 0.05 * sd);
            check(entry.standardDeviation(), entry.sdError(), sd, 0.05 * sd);
            for (int k = 0; k < 5; k++) {
                double quantile = p.mean(i) + StandardNormal.quantile(Marginal.PROBABILITIES.get(k)) * sd;
                check(entry.quantiles().get(k), entry.quantileErrors().get(k), quantile, 0.1 * sd);
            }
        }
        assertThat(account.isWeighted()).isTrue();
        assertThat(account.draws().size()).isGreaterThanOrEqualTo(FreshDraws.DRAWS);
    }

    /** Gamma(3, 2): E log g = digamma(3) − log 2, its variance trigamma(3) = π²/6 − 5/4; E g = 3/2 and var g = 3/4. */
    private static double logGamma(double[] z) {
        return 3 * z[0] - 2 * StrictMath.exp(z[0]);
    }

    private static final double LOG_MEAN = 1.5 - 0.5772156649015329 - StrictMath.log(2);
    private static final double LOG_SD = Math.sqrt(Math.PI * Math.PI / 6 - 1.25);
    /** Of Gamma(3, 1), by its distribution function {@code 1 − exp(−x)·(1 + x + x²/2)}. */
    private static final double[] QUANTILES = {0.817691447, 2.674060314, 6.295793622};

    /** A normal is not skewed; this one is a third too wide, and its left tail still too light. */
    @Test
    void aSkewedPosteriorIsCorrectedOnBothScales() {
        Gaussian q = Gaussian.independent(new double[] {0.25}, new double[] {0.85});

        Account account = corrected(q, WeightedDrawsTest::logGamma, "log g");

        Account.Entry log = account.entries().get(0);
        check(log.mean(), log.meanError(), LOG_MEAN, 0.05 * LOG_SD);
        check(log.standardDeviation(), log.sdError(), LOG_SD, 0.05 * LOG_SD);
        Account.Entry g = account.draws()
                .entries(List.of("g"), z -> new double[] {StrictMath.exp(z[0])})
                .get(0);
        assertThat(g.name()).isEqualTo("g");
        check(g.mean(), g.meanError(), 1.5, 0.05);
        check(g.standardDeviation(), g.sdError(), Math.sqrt(0.75), 0.05);
        for (int k = 0; k < 3; k++) {
            check(g.quantiles().get(2 * k), g.quantileErrors().get(2 * k), QUANTILES[k] / 2, 0.1);
        }
    }

    /** {@code b ~ N(0.3·a², 0.8²)}: E b = 0.3, var b = 0.64 + 0.09·2, and a and b are not correlated, so that no normal sees it. */
    private static double bent(double[] z) {
        double off = (z[1] - 0.3 * z[0] * z[0]) / 0.8;
        return -0.5 * (z[0] * z[0] + off * off);
    }

    private static final double BENT_SD = Math.sqrt(0.82);

    @Test
    void aBentPosteriorIsCorrected() {
        Gaussian q = Gaussian.independent(new double[] {0, 0.3}, new double[] {1.3, 1.5});

        Account account = corrected(q, WeightedDrawsTest::bent, "a", "b");

        Account.Entry b = account.entries().get(1);
        check(b.mean(), b.meanError(), 0.3, 0.05);
        check(b.standardDeviation(), b.sdError(), BENT_SD, 0.05);
    }

    /**
     * Draws of a normal with its sds hardly reach its ends: k-hat is between 0.5 and 0.7, and errors are lower bounds. Numbers are
     * none the less within a tenth of an sd; 0.07 was the worst.
     */
    @Test
    void nearTheLimitNumbersAreGoodToATenth() {
        Gaussian q = Gaussian.independent(new double[] {0, 0.2}, new double[] {1, BENT_SD});
        int given = 0;
        for (int seed = 0; seed < 60; seed++) {
            WeightedDraws draws = weighted(q, WeightedDrawsTest::bent, seed, 4096, "a", "b");
            if (draws != null) {
                given++;
                Account.Entry b = draws.entries().get(1);
                assertThat(b.mean()).isCloseTo(0.3, within(0.1 * BENT_SD));
                assertThat(b.standardDeviation()).isCloseTo(BENT_SD, within(0.1 * BENT_SD));
            }
        }
        assertThat(given).isGreaterThan(20);
    }

    /**
     * Over 300 seeds of 2000 draws each stated error is exceeded twofold in 4.6 % of them if the estimates are normal. Up to 29 (9.7 %) are
     * let pass: were it 5.5 %, for small samples' sake, more would be found by chance once in 1000 runs, of seven numbers once in 150. At least
     * 2: fewer at 4.6 % have a chance of 1e-5, so that errors are not far too large either.
     */
    @Test
    void errorsAreAsStated() {
        Gaussian q = Gaussian.independent(new double[] {0.25}, new double[] {0.85});
        assertThat(beyondTwoErrors(q)).allSatisfy(count -> assertThat(count).isBetween(2, 29));
    }

    private static List<Integer> beyondTwoErrors(Gaussian q) {
        double[] want = {LOG_MEAN, LOG_SD, log(0), log(1), log(2), 1.5, Math.sqrt(0.75)};
        Integer[] beyond = new Integer[want.length];
        Arrays.fill(beyond, 0);
        for (int seed = 0; seed < 300; seed++) {
            WeightedDraws draws = weighted(q, WeightedDrawsTest::logGamma, seed, 2000, "z");
            assertThat(draws).isNotNull();
            Account.Entry z = draws.entries().get(0);
            Account.Entry g = draws.entries(List.of("g"), at -> new double[] {StrictMath.exp(at[0])})
                    .get(0);
            List<Double> found = new ArrayList<>(List.of(z.mean(), z.standardDeviation()));
            List<Double> error = new ArrayList<>(List.of(z.meanError(), z.sdError()));
            for (int p = 0; p < 5; p += 2) {
                found.add(z.quantiles().get(p));
                error.add(z.quantileErrors().get(p));
            }
            found.addAll(List.of(g.mean(), g.standardDeviation()));
            error.addAll(List.of(g.meanError(), g.sdError()));
            for (int i = 0; i < want.length; i++) {
                beyond[i] += Math.abs(found.get(i) - want[i]) <= 2 * error.get(i) ? 0 : 1;
            }
        }
        return List.of(beyond);
    }

    private static double log(int quantile) {
        return StrictMath.log(QUANTILES[quantile] / 2);
    }

    /** Null where k-hat is too large. */
    private static @Nullable WeightedDraws weighted(
            Gaussian q, ToDoubleFunction<double[]> logJoint, int seed, int size, String... names) {
        double[][] z = new GaussianPosterior(List.of(names), q).draws(new Key(seed), size);
        double[][] columns = new double[names.length][size];
        double[] ratios = new double[size];
        for (int s = 0; s < size; s++) {
            ratios[s] = logJoint.applyAsDouble(z[s]) - q.logDensity(z[s]);
            for (int d = 0; d < columns.length; d++) {
                columns[d][s] = z[s][d];
            }
        }
        SmoothedWeights weights = SmoothedWeights.of(ratios);
        return weights.kHat() < 0.69 ? new WeightedDraws(List.of(names), columns, weights) : null;
    }

    private static WeightedDraws equal(double[]... columns) {
        List<String> names = List.of("a", "b", "c").subList(0, columns.length);
        return new WeightedDraws(names, columns, SmoothedWeights.equal(columns[0].length));
    }

    /** A sample's mean, sd and standard error; one draw in five is below the 20 % quantile. */
    @Test
    void equalWeightsAreASample() {
        double[] x = {4, 1, 2, 9};

        Account.Entry entry = equal(x).entries().get(0);

        assertThat(entry.mean()).isEqualTo(4);
        assertThat(entry.standardDeviation()).isCloseTo(Math.sqrt(38.0 / 3), within(1e-12));
        assertThat(entry.meanError()).isCloseTo(Math.sqrt(38.0 / 16), within(1e-12));
        assertThat(entry.quantiles().get(2)).isCloseTo(3, within(1e-12));
        assertThat(entry.quantiles().get(1)).isCloseTo(1.5, within(1e-12));
        assertThat(entry.quantiles().get(0)).isEqualTo(1);
    }

    /** Weighted ones are a sample of more: 1, 1, 1, 5 with the third draw out of the posterior. */
    @Test
    void weightsCount() {
        WeightedDraws draws =
                new WeightedDraws(List.of("a"), new double[][] {{1, 5, Double.NaN}}, SmoothedWeights.of(new double[] {
                    StrictMath.log(3), 0, Double.NEGATIVE_INFINITY
                }));

        Account.Entry entry = draws.entries().get(0);

        assertThat(entry.mean()).isCloseTo(2, within(1e-12));
        // Σ w²·(x − 2)² = 9/16·1 + 1/16·9.
        assertThat(entry.meanError()).isCloseTo(Math.sqrt(18.0 / 16), within(1e-12));
        // Σ w·(x − 2)² = 3, over 1 − Σ w² = 3/8.
        assertThat(entry.standardDeviation()).isCloseTo(Math.sqrt(8), within(1e-12));
    }

    /** Of Student's t with 2 degrees of freedom, whose mean is known and whose variance is infinite; of 1, neither. */
    @Test
    void whatHasNoVarianceIsNotGiven() {
        Random random = new Random(3);
        double[] two = new double[20_000];
        double[] one = new double[two.length];
        for (int s = 0; s < two.length; s++) {
            double u = 2 * random.nextDouble() - 1;
            two[s] = 5 + u * Math.sqrt(2 / (1 - u * u));
            one[s] = Math.tan(Math.PI / 2 * u);
        }

        List<Account.Entry> entries = equal(two, one).entries();

        assertThat(entries.get(0).mean()).isCloseTo(5, within(0.2));
        assertThat(entries.get(0).standardDeviation()).isNaN();
        assertThat(entries.get(0).sdError()).isNaN();
        assertThat(entries.get(1).mean()).isNaN();
        assertThat(entries.get(1).meanError()).isNaN();
        check(entries.get(1).quantiles().get(3), entries.get(1).quantileErrors().get(3), 1, 0.05);
    }

    /** What never varies is known. */
    @Test
    void aConstantHasNoError() {
        double[] x = new double[1000];
        Arrays.fill(x, 7);

        Account.Entry entry = equal(x).entries().get(0);

        assertThat(entry.mean()).isCloseTo(7, within(1e-12));
        assertThat(entry.standardDeviation()).isCloseTo(0, within(1e-12));
        assertThat(entry.meanError()).isCloseTo(0, within(1e-12));
        assertThat(entry.quantiles()).containsOnly(7.0);
        assertThat(entry.quantileErrors()).containsOnly(0.0);
    }

    /** Draw by draw, two blocks of two: {@code a' = 1 + 2·a + 10·b}, {@code b' = 3·b}. */
    @Test
    void anotherScaleMapsTheDraws() {
        Random random = new Random(4);
        double[][] x = new double[4][500];
        for (double[] column : x) {
            Arrays.setAll(column, s -> random.nextGaussian());
        }
        WeightedDraws draws = new WeightedDraws(List.of("a", "b", "c", "d"), x, SmoothedWeights.of(x[3].clone()));

        Account mapped = new Account(WeightedDraws.NAME, draws)
                .affine(new Standardization.Affine(new double[] {1, 0}, new double[] {2, 3}, new double[] {0, 10}));

        List<Account.Entry> want = draws.entries(List.of("a", "b", "c", "d"), z ->
                new double[] {1 + 2 * z[0] + 10 * z[1], 3 * z[1], 1 + 2 * z[2] + 10 * z[3], 3 * z[3]});
        for (int i = 0; i < 4; i++) {
            assertThat(mapped.entries().get(i).mean()).isCloseTo(want.get(i).mean(), within(1e-12));
            assertThat(mapped.entries().get(i).standardDeviation())
                    .isCloseTo(want.get(i).standardDeviation(), within(1e-12));
            assertThat(mapped.entries().get(i).quantiles().get(4))
                    .isCloseTo(want.get(i).quantiles().get(4), within(1e-12));
        }
    }

    private static Assessment assessment(double kHat, double efficiency, int draws, Concern... concerns) {
        return Assessment.of(kHat, efficiency, draws, List.of(concerns));
    }

    @Test
    void errorsAreSureWhereTheTailIsLight() {
        assertThat(WeightedDraws.areErrorsSure(assessment(0.4, 0.5, 4096))).isTrue();
        assertThat(WeightedDraws.areErrorsSure(assessment(0.6, 0.5, 4096))).isFalse();
        assertThat(WeightedDraws.areErrorsSure(assessment(0.9, 0.995, 4096))).isTrue();
    }

    @Test
    void weightsThatSayLittleAreRefused() {
        assertThat(WeightedDraws.refusal(assessment(0.69, 0.2, 4096), 10)).isNull();
        assertThat(WeightedDraws.refusal(assessment(0.75, 0.95, 4096), 10)).isNull();
        assertThat(WeightedDraws.refusal(assessment(0.71, 0.2, 4096), 10))
                .isEqualTo("Pareto k-hat of the weights is 0.710, and must be below 0.700");
        assertThat(WeightedDraws.refusal(assessment(Double.NaN, 0.2, 4096), 10)).contains("k-hat");
        assertThat(WeightedDraws.refusal(assessment(0.62, 0.8, 400), 10)).contains("must be below 0.616");
        assertThat(WeightedDraws.refusal(assessment(0.3, 0.09, 4096), 10))
                .isEqualTo("the effective sample size is 369, and must be 400 or more");
        // Of so many parameters 419 draws are kept.
        assertThat(WeightedDraws.refusal(assessment(0.3, 0.9, 4096), 10_000)).contains("is 377,");
        Concern far = new Concern(Concern.Kind.FAR_MASS, Verdict.USABLE, "a", "there is more elsewhere");
        assertThat(WeightedDraws.refusal(assessment(0.1, 0.9, 4096, far), 10)).isEqualTo("there is more elsewhere");
    }

    /** By 2 sd: no answer, and the verdict is as it was. */
    @Test
    void aFarFitIsNotCorrected() {
        Gaussian p = Gaussian.independent(new double[] {0}, new double[] {1});
        Gaussian q = Gaussian.independent(new double[] {2}, new double[] {0.8});

        FreshDraws found =
                FreshDraws.of(new GaussianPosterior(List.of("a"), q), -3, p::logDensity, Status.CONVERGED, "", KEY);

        assertThat(found.corrected()).isNull();
        assertThat(found.accounts(List.of())).isEmpty();
        assertThat(found.assessment().verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
    }
}
