package io.github.elbo4j.infer;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.infer.StoppingRule.Finding;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StoppingRuleTest {
    private static final StoppingRule RULE = new StoppingRule(0.01);
    private static final int DRAWS = 512;

    /**
     * A sequence that rises by {@code gain} from block to block, seen through paired differences of standard deviation
     * {@code noise}; the ratios themselves scatter by 0.5, so the relative tolerance does not count.
     *
     * @return the block at which two flat findings in a row would stop it, at most 60
     */
    private static int stopsAt(long seed, double gain, double noise) {
        Random random = new Random(seed);
        double[] before = new double[DRAWS];
        double[] base = new double[DRAWS];
        for (int s = 0; s < DRAWS; s++) {
            base[s] = 0.5 * random.nextGaussian();
            before[s] = base[s];
        }
        boolean flatBefore = false;
        for (int block = 1; block < 60; block++) {
            double[] after = new double[DRAWS];
            for (int s = 0; s < DRAWS; s++) {
                after[s] = base[s] + block * gain + noise / Math.sqrt(2) * random.nextGaussian();
            }
            boolean flat = RULE.compare(before, after).finding() == Finding.FLAT;
            if (flat && flatBefore) {
                return block;
            }
            flatBefore = flat;
            before = after;
        }
        return 60;
    }

    /**
     * A rise by twice the tolerance, with standard errors of 0.0033. A flat finding needs a mean below 0.01 − 1.645·0.0033,
     * 4.6 standard errors low: 2 in 10^6, and a stop needs two in a row. In 100 runs of 60 blocks, below 10^-4.
     */
    @Test
    void itDoesNotStopWhileANoisySequenceRises() {
        for (int seed = 0; seed < 100; seed++) {
            assertThat(stopsAt(seed, 0.02, 0.075)).isEqualTo(60);
        }
    }

    /**
     * At the tolerance itself, whatever the errors, a comparison is flat with a probability of at most 5 %; of 4000, at most
     * 5 standard errors more: 1 in 10^6.
     */
    @Test
    void atTheToleranceAFalseFindingIsAsRareAsItSays() {
        Random random = new Random(3);
        for (double noise : new double[] {0.001, 0.02, 0.06}) {
            int flat = 0;
            for (int i = 0; i < 4000; i++) {
                double[] before = new double[DRAWS];
                double[] after = new double[DRAWS];
                for (int s = 0; s < DRAWS; s++) {
                    before[s] = (s % 2 - 0.5) * 0.5;
                    after[s] = before[s] + 0.01 + noise * random.nextGaussian();
                }
                flat += RULE.compare(before, after).finding() == Finding.FLAT ? 1 : 0;
            }
            assertThat(flat / 4000.0).isLessThan(0.05 + 5 * Math.sqrt(0.05 * 0.95 / 4000));
        }
    }

    /** Standard errors of 0.0013: |improvement| + 1.645·0.0013 is below 0.01 unless it is 6 standard errors off. */
    @Test
    void itStopsOnAFlatSequence() {
        for (int seed = 0; seed < 100; seed++) {
            assertThat(stopsAt(seed, 0, 0.03)).isEqualTo(2);
        }
    }

    @Test
    void itDoesNotStopWhereItCannotTell() {
        for (int seed = 0; seed < 20; seed++) {
            assertThat(stopsAt(seed, 0, 5)).isEqualTo(60); // standard errors of 0.2
        }
    }

    @Test
    void findingsHaveTheirMeaning() {
        assertThat(find(0, 0)).isEqualTo(Finding.FLAT);
        assertThat(find(0.009, 0)).isEqualTo(Finding.FLAT);
        assertThat(find(-0.009, 0)).isEqualTo(Finding.FLAT);
        assertThat(find(0.011, 0)).isEqualTo(Finding.RISING);
        assertThat(find(-0.011, 0)).isEqualTo(Finding.FALLING);
        assertThat(find(0.02, 1)).isEqualTo(Finding.UNDECIDED);
        assertThat(find(-0.02, 1)).isEqualTo(Finding.UNDECIDED);
        assertThat(find(0, 1)).isEqualTo(Finding.UNDECIDED);
        assertThat(find(Double.NaN, 0)).isEqualTo(Finding.UNDECIDED);
    }

    @Test
    void theImprovementIsThatOfPairs() {
        StoppingRule.Comparison compared =
                RULE.compare(new double[] {1, 100, -50, 7}, new double[] {2, 103, -49, 10}); // 1, 3, 1, 3
        assertThat(compared.improvement().value()).isEqualTo(2);
        close("standard error", compared.improvement().standardError(), Math.sqrt(4.0 / 3 / 4), 1e-15);
        assertThatThrownBy(() -> RULE.compare(new double[3], new double[4]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("before has 3 draws and after 4, but they are compared in pairs");
    }

    /** Where the ratios scatter by 10, a change of 0.05 does not matter. */
    /** Log ratios that scatter by 10 nats make an improvement of 0.05 ± 0.005 no smaller. */
    @Test
    void aSignificantImprovementIsNotFlatHoweverTheRatiosScatter() {
        Random random = new Random(5);
        double[] before = new double[512];
        double[] after = new double[512];
        for (int s = 0; s < before.length; s++) {
            before[s] = -1e4 + 10 * random.nextGaussian();
            after[s] = before[s] + 0.05 + 0.1 * random.nextGaussian();
        }
        assertThat(new StoppingRule(0.01).compare(before, after).finding()).isEqualTo(StoppingRule.Finding.RISING);
    }

    @Test
    void blocksGrowInProportion() {
        assertThat(StoppingRule.blockEnd(0, 20_000, 0)).isEqualTo(100);
        assertThat(StoppingRule.blockEnd(400, 20_000, 0)).isEqualTo(500);
        assertThat(StoppingRule.blockEnd(4000, 20_000, 0)).isEqualTo(5000);
        assertThat(StoppingRule.blockEnd(400, 20_000, 1000)).isEqualTo(1400);
    }

    @Test
    void theLastBlockEndsAtTheCap() {
        assertThat(StoppingRule.blockEnd(0, 1, 0)).isEqualTo(1);
        assertThat(StoppingRule.blockEnd(0, 60, 0)).isEqualTo(30);
        assertThat(StoppingRule.blockEnd(30, 60, 0)).isEqualTo(60);
        assertThat(StoppingRule.blockEnd(100, 240, 0)).isEqualTo(240);
        assertThat(StoppingRule.blockEnd(100, 260, 0)).isEqualTo(200);
        assertThat(StoppingRule.blockEnd(0, 2_000_000_000, 1L << 40)).isEqualTo(1_000_000_000);
    }

    @Test
    void badTolerancesAreRefused() {
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new StoppingRule(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("tolerance is " + bad + ", but must be positive");
        }
    }

    private static Finding find(double improvement, double noise) {
        double[] before = new double[DRAWS];
        double[] after = new double[DRAWS];
        for (int s = 0; s < DRAWS; s++) {
            after[s] = improvement + (s % 2 == 0 ? noise : -noise);
        }
        // scatter in both, so that noise is not also the scatter of the ratios
        return RULE.compare(before, after).finding();
    }
}
