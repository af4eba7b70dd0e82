package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Gaussian;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightShapeTest {
    /** With 4096 draws 192 are the tail, so two standard errors of k-hat are 2·1.55/√192 = 0.22 at 0.55; with 65,536 they are 0.11. */
    @ParameterizedTest
    @CsvSource({
        // k-hat may be on either side of 0.5, or of 0.7
        "4096, 0.55, 0.6, true, true, true",
        "4096, 0.80, 0.6, true, false, true",
        // surely below 0.5
        "4096, 0.30, 0.6, false, true, true",
        "65536, 0.45, 0.6, true, true, true",
        "65536, 0.38, 0.6, false, true, true",
        // surely above 0.7: more may only show that the tail is as heavy as that, if the weights are not good otherwise
        "65536, 0.95, 0.2, false, false, false",
        "65536, 0.95, 0.6, true, false, false",
        // so few draws count that more do not help
        "4096, 0.80, 0.02, false, false, true",
    })
    void moreDrawsAreTakenWhileKHatMayDecide(
            int draws, double kHat, double efficiency, boolean undecided, boolean good, boolean usable) {
        WeightShape shape = new WeightShape(draws, kHat, efficiency, efficiency);

        assertThat(shape.isUndecided()).isEqualTo(undecided);
        assertThat(shape.isGood()).isEqualTo(good);
        assertThat(shape.isUsable()).isEqualTo(usable);
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 0.89, true",
        "8192, 0.89, true",
        "16384, 0.81, false",
        "16384, 0.79, true",
        "32768, 0.76, false",
        "32768, 0.74, true",
    })
    void fewerAreEnoughWhereMostOfThemCount(int draws, double efficiency, boolean undecided) {
        assertThat(new WeightShape(draws, 0.55, efficiency, efficiency).isUndecided())
                .isEqualTo(undecided);
    }

    /** Where nearly all weights are alike k-hat is that of noise, however large. */
    @Test
    void uniformWeightsHaveNoTail() {
        assertThat(new WeightShape(4096, 0.9, 0.95, 0.95).isUndecided()).isFalse();
        assertThat(new WeightShape(4096, 0.9, 0.95, 0.95).isUniform()).isTrue();
        assertThat(new WeightShape(4096, 0.9, 0.95, 0.89).isUniform()).isFalse();
        assertThat(WeightShape.of(LogWeights.of(new double[100])).isPlain()).isTrue();
        assertThat(WeightShape.NONE.isUndecided()).isFalse();
    }

    /**
     * Student's t with many degrees of freedom in place of each normal: the ratio of the densities has no bound, and its
     * tail looks like one of k-hat about 0.6; the more dimensions, the fewer draws count.
     */
    @ParameterizedTest
    @CsvSource({"5, 4096", "25, 16384"})
    void drawsFollowTheEfficiency(int dimensions, int draws) {
        double df = 14;
        Gaussian q = Gaussian.independent(new double[dimensions], ones(dimensions));
        List<String> names =
                IntStream.range(0, dimensions).mapToObj(d -> "x" + d).toList();

        FreshDraws found = FreshDraws.of(
                new GaussianPosterior(names, q),
                0,
                z -> Arrays.stream(z)
                        .map(x -> -(df + 1) / 2 * StrictMath.log1p(x * x / (df - 2)))
                        .sum(),
                Status.CONVERGED,
                "",
                new Key(1));

        assertThat(found.assessment().draws()).isEqualTo(draws);
    }

    private static double[] ones(int length) {
        double[] ones = new double[length];
        Arrays.fill(ones, 1);
        return ones;
    }
}
