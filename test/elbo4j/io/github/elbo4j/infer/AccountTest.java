package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Errors by the jackknife. */
class AccountTest {
    private static final List<String> NAMES = List.of("a", "b");

    private static GaussianPosterior normal(double a, double b, double sdA, double sdB) {
        return new GaussianPosterior(NAMES, Gaussian.independent(new double[] {a, b}, new double[] {sdA, sdB}));
    }

    /** Of a mean the jackknife gives the classical s/√n. */
    private static Account account() {
        double[] x = {1, 2, 4, 9};
        List<Posterior> without = new ArrayList<>();
        for (double left : x) {
            without.add(normal((16 - left) / 3, 10, 2 + (16 - left) / 30, 3));
        }
        return new Account("some", normal(4, 10, 2.4, 3), without);
    }

    /** s² of 1, 2, 4, 9 is 38/3. */
    private static final double ERROR = Math.sqrt(38.0 / 3 / 4);

    @Test
    void theErrorOfAMeanIsTheClassicalOne() {
        Account account = account();
        assertThat(account.meanError(0)).isCloseTo(ERROR, within(1e-12));
        assertThat(account.sdError(0)).isCloseTo(ERROR / 10, within(1e-12));
        assertThat(account.meanError(1)).isZero();
        assertThat(account.entries().get(0))
                .isEqualTo(new Account.Entry("a", 4, account.meanError(0), 2.4, account.sdError(0)));
    }

    @Test
    void itHoldsForWhatFollows() {
        List<Account.Entry> twice = account()
                .entries(each -> List.of(
                        new Marginal("twice a", 2 * each.mean(0), 0, 2 * each.standardDeviation(0), List.of(), true)));
        assertThat(twice.get(0).meanError()).isCloseTo(2 * ERROR, within(1e-12));
    }

    /** {@code a' = 1 + 5·a + 2·b}: b has no error. */
    @Test
    void itIsMappedWithItsErrors() {
        Account mapped = account()
                .affine(new Standardization.Affine(new double[] {1, 0}, new double[] {5, 1}, new double[] {0, 2}));
        assertThat(mapped.posterior().mean(0)).isCloseTo(41, within(1e-12));
        assertThat(mapped.meanError(0)).isCloseTo(5 * ERROR, within(1e-12));
    }

    @Test
    void errorsMayBeUnknown() {
        Account none = new Account("none", normal(1, 2, 3, 4), List.of());
        assertThat(none.meanError(0)).isNaN();
        Account known = new Account("known", normal(1, 2, 3, 4), new double[] {0.1, 0.2}, new double[] {0.3, 0.4});
        assertThat(known.sdError(1)).isEqualTo(0.4);
        assertThat(known.equals(
                        new Account("known", normal(1, 2, 3, 4), new double[] {0.1, 0.2}, new double[] {0.3, 0.4})))
                .isTrue();
        assertThat(known).isNotEqualTo(none);
        assertThatThrownBy(() -> new Account("bad", normal(1, 2, 3, 4), new double[1], new double[2]))
                .hasMessageContaining("there are 1 errors of means and 2 of standard deviations, but 2 parameters");
    }
}
