package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The sums of evidence over given log ratios, against their formulas, each worked out in two passes. */
class EvidenceSumsTest {
    /** Sums of up to 3,000 terms of like size in float64, in another order. */
    private static final double ROUNDING = 1e-11;

    private static double[] ratios(int count, double spread) {
        return Numbers.doubles(Numbers.normals(3, count, -700, spread)); // exp(−700) is next to nothing in float64
    }

    private static List<EvidenceEstimate> sums(double[] f, EvidenceBound... bounds) {
        EvidenceSums sums = new EvidenceSums(List.of(bounds), f.length);
        for (double each : f) {
            sums.add(each);
        }
        return sums.result();
    }

    @Test
    void boundsAreTheirFormulas() {
        double[] f = ratios(2530, 1.5);
        List<EvidenceBound> bounds = new ArrayList<>(EvidenceBound.standard());
        bounds.add(new EvidenceBound(100, 0.5));
        for (EvidenceEstimate got : sums(f, bounds.toArray(EvidenceBound[]::new))) {
            EvidenceBound bound = got.bound();
            double power = 1 - bound.alpha();
            int k = bound.group() == 0 ? f.length : bound.group();
            int groups = bound.group() == 0 ? 1 : 2000 / k; // whole ones of 1000
            double[] values = new double[groups];
            double effective = 0;
            for (int g = 0; g < groups; g++) {
                double[] v = powers(Arrays.copyOfRange(f, g * k, (g + 1) * k), power);
                values[g] = -700 + Math.log(LogWeights.mean(v).value()) / power;
                effective += Math.pow(Arrays.stream(v).sum(), 2)
                        / Arrays.stream(v).map(x -> x * x).sum();
            }
            Estimate all = LogWeights.mean(powers(f, power));
            double relative = f.length * Math.pow(all.standardError() / all.value(), 2);
            String what = bound.toString();
            Estimate mean = LogWeights.mean(values);
            close(what, got.estimate().value(), mean.value(), 700 * ROUNDING);
            double error = groups > 1 ? mean.standardError() : Math.sqrt(relative / f.length) / power;
            close(what + ", error", got.estimate().standardError(), error, ROUNDING);
            assertThat(got.estimate().draws()).as(what).isEqualTo(groups * k);
            close(what + ", effective draws", got.effectiveDraws(), effective, f.length * ROUNDING);
            double kHat =
                    ParetoShape.ofLogRatios(Arrays.stream(f).map(x -> power * x).toArray());
            close(what + ", k-hat", got.kHat(), kHat, 1e-9);
            if (kHat < 0.5) {
                close(what + ", bias", got.bias(), -relative / (2 * k * power), ROUNDING);
            } else {
                assertThat(got.bias()).as(what).isNaN();
            }
        }
    }

    /** exp of the ratios above −700, to a power. */
    private static double[] powers(double[] f, double power) {
        return Arrays.stream(f).map(x -> Math.exp(power * (x + 700))).toArray();
    }

    /** By Jensen on every sample, not only on average, since all bounds are of the same draws; 100 samples of many shapes. */
    @Test
    void boundsRiseWithTheGroupAndFallWithAlphaOnEverySample() {
        EvidenceBound[] groups = {
            EvidenceBound.elbo(),
            EvidenceBound.importanceWeighted(10),
            EvidenceBound.importanceWeighted(100),
            EvidenceBound.importanceWeighted(1000),
            EvidenceBound.logMean()
        };
        EvidenceBound[] alphas = {
            EvidenceBound.elbo(),
            EvidenceBound.renyi(0.9),
            EvidenceBound.renyi(0.5),
            EvidenceBound.renyi(0.25),
            EvidenceBound.logMean(),
            EvidenceBound.renyi(-0.5),
            EvidenceBound.renyi(-3)
        };
        for (int sample = 0; sample < 100; sample++) {
            double[] f = Numbers.doubles(Numbers.normals(sample, 2000, sample, 0.1 * sample));
            for (EvidenceBound[] rising : List.of(groups, alphas)) {
                List<EvidenceEstimate> found = sums(f, rising);
                for (int i = 1; i < rising.length; i++) {
                    double step = found.get(i).estimate().value()
                            - found.get(i - 1).estimate().value();
                    assertThat(step)
                            .as("%d: from %s to %s", sample, found.get(i - 1), found.get(i))
                            .isGreaterThanOrEqualTo(sample == 0 ? -1e-12 : 0);
                }
            }
        }
    }

    /** Where the weights are alike to the last digits, their differences are not lost. */
    @Test
    void nearlyEqualWeightsKeepTheirError() {
        double[] f = {1, 1 + 1e-9, 1 - 1e-9, 1 + 2e-9, 1 - 2e-9};
        EvidenceEstimate got = sums(f, EvidenceBound.logMean()).get(0);
        double variance = 10e-18 / 4;
        close("error", got.estimate().standardError(), Math.sqrt(variance / 5), 1e-6 * Math.sqrt(variance / 5) + 1e-15);
        assertThat(got.kHat()).isInfinite(); // of five; but the weights are uniform
        close("bias", got.bias(), -variance / 10, 1e-6 * variance + 1e-22);
        close("effective draws", got.effectiveDraws(), 5, 1e-12);
    }

    @Test
    void weightsOfZeroCount() {
        double none = Double.NEGATIVE_INFINITY;
        List<EvidenceEstimate> got = sums(
                new double[] {none, none, Math.log(3), none, none, Math.log(6)},
                EvidenceBound.logMean(),
                EvidenceBound.elbo(),
                EvidenceBound.importanceWeighted(3));
        close("mean", got.get(0).estimate().value(), Math.log(1.5), 1e-15);
        close("error", got.get(0).estimate().standardError(), Math.sqrt(6.3 / 6) / 1.5, 1e-14);
        close("effective draws", got.get(0).effectiveDraws(), 81.0 / 45, 1e-14);
        assertThat(got.get(1).estimate().value()).isEqualTo(none);
        close("groups", got.get(2).estimate().value(), 0.5 * (Math.log(1) + Math.log(2)), 1e-15);
        Estimate nothing =
                sums(new double[] {none, none}, EvidenceBound.logMean()).get(0).estimate();
        assertThat(nothing.value()).isEqualTo(none);
        assertThat(nothing.standardError()).isNaN();
    }

    @Test
    void whatIsNoNumberShows() {
        for (double odd : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            for (EvidenceEstimate got : sums(
                    new double[] {1, odd, 2, 3},
                    EvidenceBound.logMean(),
                    EvidenceBound.elbo(),
                    EvidenceBound.importanceWeighted(2),
                    EvidenceBound.renyi(0.5))) {
                assertThat(Double.compare(got.estimate().value(), odd))
                        .as(got.toString())
                        .isZero();
                assertThat(got.estimate().standardError()).as(got.toString()).isNaN();
                assertThat(got.bias()).as(got.toString()).isNaN();
                assertThat(got.kHat()).as(got.toString()).isNaN();
            }
        }
    }

    @Test
    void groupsThatDoNotNestAreRefused() {
        EvidenceBound ten = EvidenceBound.importanceWeighted(10);
        assertThatThrownBy(() -> new EvidenceSums(List.of(EvidenceBound.importanceWeighted(15), ten), 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("groups of 10 draws do not make up groups of 15; each number must divide the next");
        assertThatThrownBy(() -> new EvidenceSums(List.of(ten), 9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("draws is 9, but must be at least 10, the draws of a group");
        assertThatThrownBy(() -> EvidenceBound.renyi(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("alpha is 1.0, but must be below 1; at 1 the bound is the ELBO");
        assertThatThrownBy(() -> EvidenceBound.importanceWeighted(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("k is 0, but must be at least 1");
    }

    @Test
    void theLargestAreKeptWhateverTheirOrder() {
        for (int count : new int[] {0, 1, 5, 100, 1000}) {
            double[] values = Numbers.doubles(Numbers.normals(8, 700));
            values[3] = Double.NEGATIVE_INFINITY;
            values[300] = values[301];
            Largest largest = new Largest(count);
            for (double value : values) {
                largest.add(value);
            }
            Arrays.sort(values);
            assertThat(largest.sorted())
                    .isEqualTo(Arrays.copyOfRange(values, Math.max(0, values.length - count), values.length));
        }
    }

    @Test
    void amongTheLargestNaNComesLast() {
        for (int count : new int[] {0, 1, 2, 5, 100}) {
            double[] values = Numbers.doubles(Numbers.normals(9, 700));
            values[0] = Double.NaN;
            values[600] = Double.NaN;
            Largest largest = new Largest(count);
            for (double value : values) {
                largest.add(value);
            }
            Arrays.sort(values); // NaN last
            assertThat(largest.sorted()).isEqualTo(Arrays.copyOfRange(values, values.length - count, values.length));
        }
    }
}
