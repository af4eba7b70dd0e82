package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ParetoShapeTest {
    /**
     * The mean of 200 estimates from 500 excesses each. The asymptotic variance of the best estimate is (1 + k)²/n (Zhang
     * and Stephens 2009): five standard errors of the mean, 1 in 10^6, and 0.01 for their bias, which they show to be less
     * at this n.
     */
    @Test
    void knownShapesAreFound() {
        for (double k : new double[] {-0.3, 0.2, 0.5, 0.7, 1}) {
            Random random = new Random(17);
            double sum = 0;
            double squares = 0;
            int repeats = 200;
            int n = 500;
            for (int r = 0; r < repeats; r++) {
                double[] excesses = new double[n];
                for (int i = 0; i < n; i++) {
                    // the quantile function of the generalized Pareto distribution, with sigma = 3
                    excesses[i] = 3 * (Math.pow(1 - random.nextDouble(), -k) - 1) / k;
                }
                Arrays.sort(excesses);
                double estimate = ParetoShape.fit(excesses);
                sum += estimate / repeats;
                squares += (estimate - k) * (estimate - k) / repeats;
            }
            double sd = (1 + k) / Math.sqrt(n);
            close("k " + k, sum, k, 5 * sd / Math.sqrt(repeats) + 0.01);
            // and they scatter as they should: 200 squares, their mean within 5 of its errors √(2/200), and the bias
            close("scatter at k " + k, squares / (sd * sd), 1, 5 * Math.sqrt(2.0 / repeats) + 0.15);
        }
    }

    /** Ratios that are Pareto themselves have the shape that their tail has. The prior pulls 270 excesses by 4 %. */
    @Test
    void ratiosOfKnownTailGiveTheirShape() {
        for (double k : new double[] {0.2, 0.5, 0.7, 1}) {
            double[] logRatios = new double[8100]; // a tail of 270
            Random random = new Random(18);
            for (int i = 0; i < logRatios.length; i++) {
                logRatios[i] = -k * Math.log(1 - random.nextDouble()) + 40;
            }
            double want = (270 * k + 10 * 0.5) / 280;
            close("k " + k, ParetoShape.ofLogRatios(logRatios), want, 4 * (1 + k) / Math.sqrt(270));
        }
    }

    /** The excesses are worked out here once more, from the ratios themselves and not their logarithms. */
    @Test
    void theWeakPriorCountsAsTenObservationsOfAHalf() {
        double[] ratios = new double[400]; // a tail of 60
        Random random = new Random(19);
        Arrays.setAll(ratios, i -> Math.exp(random.nextGaussian()));
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        double[] excesses = new double[60];
        Arrays.setAll(excesses, i -> sorted[340 + i] - sorted[339]);
        double want = (60 * ParetoShape.fit(excesses) + 5) / 70;
        double[] logRatios = Arrays.stream(ratios).map(Math::log).toArray();
        close("k-hat", ParetoShape.ofLogRatios(logRatios), want, 1e-9);
    }

    /**
     * For q = N(0, s²) and p = N(0, 1), log r = (1 − s²)·epsilon²/2 + log s, so P(r > x) falls as x^(−1/(1 − s²)) over the
     * root of a logarithm: k = 1 − s² below s = 1, less what the logarithm takes at a finite threshold. Above, ratios are
     * bounded. The estimates scatter by (1 + k)/√425, 0.09 at most.
     */
    @Test
    void gaussianRatiosTellTooNarrowFromTooWide() {
        for (double s : new double[] {0.9, 0.75, 0.55, 0.3}) {
            double k = 1 - s * s;
            assertThat(gaussian(s)).isBetween(k - 0.25, k + 0.15);
        }
        assertThat(gaussian(1.2)).isLessThan(0.2);
    }

    /**
     * Ratios of a slightly skewed posterior: most of the tail crowds around the maximum at epsilon = 0, a third of it lies
     * beyond epsilon = 2.2. All are within 20 % of one another, and k-hat says that their tail is heavy, as the published
     * rules do. It is the verdict's business to ask whether the tail matters.
     */
    @Test
    void ratiosThatAreNearlyEqualMayHaveAHeavyTail() {
        Random random = new Random(4);
        double[] logRatios = new double[4096];
        for (int i = 0; i < logRatios.length; i++) {
            double e = random.nextGaussian();
            logRatios[i] = 0.004 * e * e * (e - 2.2);
        }
        assertThat(ParetoShape.ofLogRatios(logRatios)).isGreaterThan(0.7);
    }

    @Test
    void theTailIsAFifthOrThreeRoots() {
        assertThat(ParetoShape.tail(100)).isEqualTo(20);
        assertThat(ParetoShape.tail(225)).isEqualTo(45);
        assertThat(ParetoShape.tail(222)).isEqualTo(45); // 44.4
        assertThat(ParetoShape.tail(4096)).isEqualTo(192);
    }

    @Test
    void aShiftDoesNotMatterAndZeroRatiosMay() {
        double[] ratios = new double[1000];
        Random random = new Random(1);
        Arrays.setAll(ratios, i -> random.nextGaussian());
        double k = ParetoShape.ofLogRatios(ratios);
        double[] shifted = Arrays.stream(ratios).map(x -> x - 1e4).toArray();
        close("k", ParetoShape.ofLogRatios(shifted), k, 1e-9);
        double[] withZeros = ratios.clone();
        for (int i = 0; i < 1000; i++) {
            withZeros[i] = ratios[i] < -1 ? Double.NEGATIVE_INFINITY : ratios[i];
        }
        assertThat(ParetoShape.ofLogRatios(withZeros)).isEqualTo(k);
    }

    @Test
    void ofRatiosAsTheyAreItIsTheSame() {
        double[] logRatios = new double[1000];
        Random random = new Random(2);
        Arrays.setAll(logRatios, i -> i < 3 ? Double.NEGATIVE_INFINITY : 2 * random.nextGaussian());
        double[] ratios = Arrays.stream(logRatios).map(StrictMath::exp).toArray();
        close("k", ParetoShape.ofRatios(ratios), ParetoShape.ofLogRatios(logRatios), 1e-12);
        ratios[7] = Double.NaN;
        assertThat(ParetoShape.ofRatios(ratios)).isNaN();
    }

    @Test
    void whatHasNoShapeIsNotANumberAndNotTrusted() {
        double[] ratios = new double[1000];
        Random random = new Random(1);
        Arrays.setAll(ratios, i -> random.nextGaussian());
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            double[] spoiled = ratios.clone();
            spoiled[500] = bad;
            assertThat(ParetoShape.ofLogRatios(spoiled)).isNaN();
        }
        double[] nothing = new double[1000];
        Arrays.fill(nothing, Double.NEGATIVE_INFINITY);
        assertThat(ParetoShape.ofLogRatios(nothing)).isNaN();
        for (int few : new int[] {0, 1, 20}) { // a tail of 4
            assertThat(ParetoShape.ofLogRatios(Arrays.copyOf(ratios, few))).isEqualTo(Double.POSITIVE_INFINITY);
        }
        assertThat(ParetoShape.ofLogRatios(Arrays.copyOf(ratios, 21))).isFinite();
    }

    /** One ratio that outweighs all others beyond float64, in whichever way. */
    @Test
    void collapsedWeightsHaveNoShape() {
        for (double spread : new double[] {50, 800, 1e4}) {
            double[] one = new double[4096];
            one[17] = spread;
            notFinite("all 0 but one " + spread, one);
        }
        double[] below = new double[4096];
        Arrays.fill(below, -1000);
        below[17] = 0;
        notFinite("all -1000 but one 0", below);
        for (double sd : new double[] {1e3, 1e4, 1e5}) {
            for (int seed = 0; seed < 50; seed++) {
                notFinite("sd " + sd + ", seed " + seed, rounded(4096, seed, sd, 0));
            }
        }
    }

    /**
     * Log ratios of sd 20 in the steps of float32 at 1e9: the tail is one step, or two, of equal ratios. A fit of so few
     * values calls it bounded, k = −0.9 with 4,096 draws.
     */
    @Test
    void ratiosOfFewValuesHaveNoShape() {
        for (double step : new double[] {16, 32, 64, 128}) {
            for (int draws : new int[] {1000, 4096, 20_000}) {
                for (int seed = 0; seed < 10; seed++) {
                    notFinite("step " + step + ", draws " + draws + ", seed " + seed, rounded(draws, seed, 20, step));
                }
            }
        }
        notFinite("a constant", new double[1000]);
        double[] fewAboveTheThreshold = new double[1000]; // a tail of 95, 55 of them 0
        for (int i = 0; i < 40; i++) {
            fewAboveTheThreshold[i] = i * 0.05;
        }
        notFinite("40 above the threshold", fewAboveTheThreshold);
        double[] fourValues = new double[1000];
        for (int i = 0; i < 1000; i++) {
            fourValues[i] = -Math.min(i / 20, 5);
        }
        notFinite("four values above the threshold", fourValues);
    }

    /** Where less than a quarter of the tail is tied with the threshold, the rest has a shape. */
    @Test
    void someTiesAtTheThresholdDoNotMatter() {
        double[] ties = new double[1000]; // a tail of 95
        Random random = new Random(20);
        for (int i = 0; i < 80; i++) {
            ties[i] = -0.5 * Math.log(1 - random.nextDouble());
        }
        assertThat(ParetoShape.ofLogRatios(ties)).isFinite();
    }

    @Test
    void theBoundIsAboveTheShapeAndNearIt() {
        int known = 0;
        for (double k : new double[] {-0.4, 0.01, 0.45, 0.7, 1.5, 6}) {
            for (int draws : new int[] {30, 1000, 20_000}) {
                Random random = new Random(21);
                double[] ratios = random.doubles(draws)
                        .map(u -> (Math.pow(1 - u, -k) - 1) / k)
                        .toArray();
                double[] tail = ParetoShape.largest(ratios);
                double shape = ParetoShape.ofLargestRatios(tail);
                assertThat(ParetoShape.atMost(tail)).isBetween(shape, shape + 1.1e-5);
                double[] logs = Arrays.stream(tail).map(StrictMath::log).toArray();
                double[] excesses = ParetoShape.excesses(logs);
                double rough = RoughShape.of(tail);
                if (!Double.isNaN(rough)) {
                    close("roughly " + k, rough, ParetoShape.fit(excesses), 1e-9);
                    known++;
                }
            }
        }
        assertThat(known).isGreaterThan(12);
    }

    @Test
    void whatHasNoShapeHasNoBound() {
        for (double[] logRatios : new double[][] {
            new double[1000], {0, -1, -2}, rounded(4096, 1, 1e3, 0), rounded(1000, 1, 20, 64), {Double.NaN, 1, 2}
        }) {
            double[] tail = ParetoShape.largest(
                    Arrays.stream(logRatios).map(x -> Math.exp(x - 500)).toArray());
            double shape = ParetoShape.ofLargestRatios(tail);
            assertThat(Double.isFinite(shape)).isFalse();
            assertThat(ParetoShape.atMost(tail)).isEqualTo(Double.valueOf(shape));
        }
    }

    private static void notFinite(String what, double[] logRatios) {
        double k = ParetoShape.ofLogRatios(logRatios);
        assertThat(k).as(what).isEqualTo(Double.POSITIVE_INFINITY);
    }

    /** sd·N(0, 1) in multiples of a step; 0: as they are. */
    private static double[] rounded(int draws, int seed, double sd, double step) {
        Random random = new Random(seed);
        double[] values = new double[draws];
        for (int i = 0; i < draws; i++) {
            double value = sd * random.nextGaussian();
            values[i] = step == 0 ? value : step * Math.rint(value / step);
        }
        return values;
    }

    private static double gaussian(double s) {
        Random random = new Random(3);
        double[] logRatios = new double[20_000];
        for (int i = 0; i < logRatios.length; i++) {
            double e = random.nextGaussian();
            logRatios[i] = -0.5 * s * s * e * e + 0.5 * e * e + Math.log(s);
        }
        return ParetoShape.ofLogRatios(logRatios);
    }
}
