package io.github.elbo4j.infer;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OptimizerTest {
    @Test
    void robbinsMonroIsItsFormula() {
        RobbinsMonro steps = new RobbinsMonro(2, 10, 0.75);
        close("first", steps.rate(0), 2 * Math.pow(10, -0.75), 1e-15);
        close("later", steps.rate(90), 2 * Math.pow(100, -0.75), 1e-15);
        assertThat(steps.describe()).isEqualTo("robbins-monro (a 2.0, tau 10.0, kappa 0.75)");
    }

    @Test
    void adamsRateFallsFromPhaseToPhase() {
        Adam adam = new Adam(0.1);
        assertThat(adam.rate(0)).isEqualTo(0.1);
        close("second phase", adam.rate(1), 0.1 * adam.decay(), 1e-17);
        close("third phase", adam.rate(2), 0.1 * adam.decay() * adam.decay(), 1e-17);
        assertThat(adam.describe()).isEqualTo("adam (rate 0.1, decay 0.3, beta1 0.9, beta2 0.99)");
    }

    @Test
    void kappaMustLetTheStepsSumToInfinityAndTheirSquaresNot() {
        for (double kappa : new double[] {0.5, 0.3, 1.01, Double.NaN}) {
            assertThatThrownBy(() -> new RobbinsMonro(1, 1, kappa))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("kappa is " + kappa + ", but must be in (0.5, 1]");
        }
        assertThat(new RobbinsMonro(1, 1, 1).kappa()).isEqualTo(1);
    }

    @Test
    void badRatesAreRefused() {
        for (double rate : new double[] {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Adam(rate))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("learning rate is " + rate + ", but must be positive");
            assertThatThrownBy(() -> new RobbinsMonro(rate))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("learning rate is " + rate + ", but must be positive");
        }
        assertThatThrownBy(() -> new RobbinsMonro(1, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tau is 0.0, but must be positive");
        assertThatThrownBy(() -> new Adam(1, 1, 0.9, 0.99))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("decay is 1.0, but must be in [0, 1)");
        assertThatThrownBy(() -> new Adam(1, 0, 0.9, 0.99)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Adam(1, 0.5, 1, 0.99))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("beta1");
    }
}
