package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MatchWindowTest {
    private static StartNormal normal(double mean, double sd) {
        return StartNormal.correlated(new double[] {mean}, new double[][] {{sd}});
    }

    /** The average of the later half: 8 of 16 updates, of which the first 8 are forgotten. */
    @Test
    void theLaterHalfIsAveraged() {
        MatchWindow window = new MatchWindow(1);
        for (int i = 0; i < 8; i++) {
            assertThat(window.add(normal(1e6, 1e3))).isEqualTo(MatchWindow.Finding.GOING_ON);
        }
        for (int i = 0; i < 7; i++) {
            assertThat(window.add(normal(3 + 0.001 * (i % 2), 2))).isEqualTo(MatchWindow.Finding.GOING_ON);
        }
        assertThat(window.add(normal(3.001, 2))).isEqualTo(MatchWindow.Finding.SETTLED);
        assertThat(window.updates()).isEqualTo(16);
        assertThat(window.average().mean(0)).isCloseTo(3.0005, within(1e-12));
        assertThat(window.average().standardDeviation(0)).isCloseTo(2, within(1e-12));
    }

    /**
     * Independent updates that scatter by 1 and 0.2 sd around their middle: {@code scatter/√(updates/2)}. The estimate has seven degrees of
     * freedom, so that the mean of its square over 400 windows is within 7.6 % with four standard errors, false alarm 6e-5.
     */
    @Test
    void theErrorIsThatOfTheMean() {
        double squares = 0;
        int windows = 400;
        for (int w = 0; w < windows; w++) {
            Random random = new Random(w);
            MatchWindow window = new MatchWindow(1);
            for (int i = 0; i < 32; i++) {
                window.add(normal(random.nextGaussian(), 1));
            }
            squares += window.error() * window.error() / windows;
        }
        assertThat(squares * 16).isCloseTo(1, within(4 * Math.sqrt(2.0 / 7 / windows)));
    }

    /** Neither a mean nor a standard deviation that drifts by 1 % an update is at rest, and it ends at the last one that there may be. */
    @Test
    void whatDriftsIsNotAtRest() {
        for (boolean isMean : new boolean[] {true, false}) {
            MatchWindow window = new MatchWindow(1);
            MatchWindow.Finding last = MatchWindow.Finding.GOING_ON;
            for (int i = 0; i < BatchAndMatch.MOST_UPDATES; i++) {
                assertThat(last).isEqualTo(MatchWindow.Finding.GOING_ON);
                last = window.add(isMean ? normal(0.01 * i, 1) : normal(5, StrictMath.exp(0.01 * i)));
            }
            assertThat(last).isEqualTo(MatchWindow.Finding.UNSETTLED);
        }
    }
}
