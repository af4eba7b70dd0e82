package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Longer steps against maps whose fixed points are known. */
class AndersonTest {
    private static final double[] ONES = {1, 1, 1};

    /** Of a linear map in three dimensions the solution follows from three changes; EM alone would need some 15,000 steps. */
    @Test
    void aLinearMapIsSolvedOnceTheChangesSpanIt() {
        double[] rate = {0.999, 0.99, 0.5};
        double[] top = {100, -3, 2};
        double[] theta = new double[3];
        Anderson anderson = new Anderson();
        int steps = 0;
        while (!(anderson.left() < 1e-12) && steps < 100) {
            double[] g = new double[3];
            for (int i = 0; i < 3; i++) {
                g[i] = (1 - rate[i]) * (top[i] - theta[i]);
            }
            double[] longer = anderson.step(theta.clone(), g, ONES);
            anderson.stepped(true);
            double[] step = longer == null ? g : longer;
            Arrays.setAll(theta, i -> theta[i] + step[i]);
            steps++;
        }
        assertThat(steps).isLessThan(30);
        for (int i = 0; i < 3; i++) {
            // ½·(1 − rate)·error² nats are left.
            assertThat(theta[i]).isCloseTo(top[i], within(Math.sqrt(2e-12 / (1 - rate[i]))));
        }
    }

    /** What is left of a map with the rate r: g²/(2·(1 − r)). */
    @Test
    void whatIsLeftIsTheSumOfAllFurtherGains() {
        Anderson anderson = new Anderson();
        double[] unit = {4};
        assertThat(anderson.step(new double[] {0}, new double[] {0.1}, unit)).isNull();
        assertThat(anderson.left()).isInfinite();
        assertThat(anderson.step(new double[] {0.1}, new double[] {0.099}, unit))
                .isNotNull();
        assertThat(anderson.left()).isCloseTo(0.099 * 0.099 / (2 * 4 * 0.01), within(1e-6));
    }

    /** Where steps grow, Newton's would go back: the way goes on, by steps whose length is bounded and grows while they succeed. */
    @Test
    void onARidgeStepsGrow() {
        Anderson anderson = new Anderson();
        double[] unit = {1};
        double theta = 0;
        double before = 0;
        for (int i = 0; i < 5; i++) {
            double g = 1 + 0.01 * theta;
            double[] step = anderson.step(new double[] {theta}, new double[] {g}, unit);
            double by = i == 0 ? g : Objects.requireNonNull(step)[0];
            assertThat(by).isGreaterThan(before);
            assertThat(anderson.left()).isInfinite();
            before = by;
            theta += by;
            if (i > 0) {
                anderson.stepped(true);
            }
        }
        double[] longest =
                Objects.requireNonNull(anderson.step(new double[] {theta}, new double[] {1 + 0.01 * theta}, unit));
        anderson.stepped(false);
        double[] less = Objects.requireNonNull(
                anderson.step(new double[] {theta + 1}, new double[] {1.01 + 0.01 * theta}, unit));
        assertThat(less[0]).isLessThan(longest[0] / 3);
    }
}
