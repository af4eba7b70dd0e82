package io.github.elbo4j.conjugate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import org.junit.jupiter.api.Test;

class AscentTest {
    private static final double[] ONE = {1};

    private static Sweeps ascent(int most) {
        return new Sweeps(new CaviSettings(most, 1e-3, 0, () -> false), "the ELBO");
    }

    @Test
    void aFallBeyondRoundingIsAnErrorWithItsNumbers() {
        Sweeps ascent = ascent(10);
        ascent.goesOn(-5, 0, ONE, ONE);
        assertThat(ascent.goesOn(-5.001, 0.002, new double[] {2}, ONE)).isTrue();
        assertThatThrownBy(() -> ascent.goesOn(-5.25, 0.002, ONE, ONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sweep 3 took the ELBO from -5.0010000")
                .hasMessageContaining("to -5.2500000000000000, but it cannot fall by more than rounding, 0.002");
        assertThatThrownBy(() -> ascent(1).goesOn(Double.NaN, 1, ONE, ONE)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> ascent(1).goesOn(Double.POSITIVE_INFINITY, 1, ONE, ONE))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void itEndsWhereNothingMoves() {
        Sweeps ascent = ascent(10);
        assertThat(ascent.goesOn(-5, 0, ONE, ONE)).isTrue();
        assertThat(ascent.goesOn(-4, 0, new double[] {1.01}, ONE)).isTrue();
        assertThat(ascent.goesOn(-3, 0, new double[] {1.01}, new double[] {1.01}))
                .isTrue();
        assertThat(ascent.goesOn(-2, 0, new double[] {1.0105}, new double[] {1.01}))
                .isFalse();
        assertThat(ascent.status()).isEqualTo(Status.CONVERGED);
        assertThat(ascent.message()).contains("sweep 4").contains("raised the ELBO by 1");
        assertThat(ascent.trace()).extracting(TracePoint::elbo).containsExactly(-5.0, -4.0, -3.0, -2.0);
    }

    @Test
    void theCapAndARequestToStopEndIt() {
        Sweeps capped = ascent(2);
        assertThat(capped.goesOn(-5, 0, ONE, ONE)).isTrue();
        assertThat(capped.goesOn(-4, 0, new double[] {3}, ONE)).isFalse();
        assertThat(capped.status()).isEqualTo(Status.STEP_LIMIT);
        assertThat(capped.message()).contains("limit of 2 sweeps").contains("by 2");

        Sweeps stopped = new Sweeps(new CaviSettings(9, 1e-3, 0, () -> true), "the ELBO");
        assertThat(stopped.goesOn(-5, 0, ONE, ONE)).isFalse();
        assertThat(stopped.status()).isEqualTo(Status.INTERRUPTED);
    }

    @Test
    void aLongTraceIsThinned() {
        Sweeps ascent = ascent(100_000);
        for (int i = 0; i < 9_001; i++) {
            ascent.goesOn(i, 0, new double[] {i}, ONE);
        }
        assertThat(ascent.trace()).hasSizeLessThanOrEqualTo(2001);
        assertThat(ascent.trace().get(ascent.trace().size() - 1).step()).isEqualTo(9_001);
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new CaviSettings(0, 1, 0, () -> false)).hasMessageContaining("maxSweeps is 0");
        assertThatThrownBy(() -> new CaviSettings(1, Double.NaN, 0, () -> false))
                .hasMessageContaining("tolerance is NaN");
    }
}
