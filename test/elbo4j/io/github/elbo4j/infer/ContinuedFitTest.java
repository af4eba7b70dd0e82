package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Standardization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A fit that begins where another one ended, and what a method of another kind fills in. */
class ContinuedFitTest {
    private static final Device DEVICE = TestDevices.scalar();

    /** log p of two correlated normals whose scales differ by 100. */
    private static HostLogJoint target(String... names) {
        return HostLogJoint.ofDraw(List.of(names), (z, g) -> {
            double a = z[0] - 3;
            double b = (z[1] + 100) / 100 - 0.8 * a;
            g[0] = -a + 0.8 * b;
            g[1] = -b / 100;
            return -0.5 * (a * a + b * b);
        });
    }

    private static Sgvi.Builder settings() {
        return Sgvi.builder().evaluationDraws(256).seed(4);
    }

    /** A converged full-rank q: it settles at once, without paths, and stays where it is. */
    @Test
    void aConvergedFitContinuesWhereItEnded() {
        FitResult first = settings().build().fit(DEVICE, target("x", "y"));
        FitResult next = settings().continueFrom(first).build().fit(DEVICE, target("x", "y"));
        assertThat(first.converged()).isTrue();
        assertThat(next.converged()).isTrue();
        assertThat(next.start()).isEqualTo("continued from a fit of " + first.steps() + " steps");
        for (int i = 0; i < 2; i++) {
            // Both settled: no mean moves by more than half a hundredth of an sd, no sd by more than half a percent,
            // twice.
            double sd = first.posterior().standardDeviation(i);
            assertThat(next.posterior().mean(i)).isCloseTo(first.posterior().mean(i), within(0.02 * sd));
            assertThat(next.posterior().standardDeviation(i)).isCloseTo(sd, within(0.02 * sd));
        }
    }

    /** With the rate 0 of nothing: one Robbins–Monro step of next to no length leaves the first q as it was. */
    @Test
    void theFirstQIsThatPosterior() {
        FitResult first = settings().build().fit(DEVICE, target("x", "y"));
        Sgvi still = settings()
                .optimizer(new RobbinsMonro(1e-30))
                .maxSteps(1)
                .continueFrom(first)
                .build();
        FitResult next = still.fit(DEVICE, target("x", "y"));
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                double scale = first.posterior().standardDeviation(i)
                        * first.posterior().standardDeviation(j);
                // float32 holds seven digits of the factor
                assertThat(next.posterior().covariance(i, j))
                        .isCloseTo(first.posterior().covariance(i, j), within(1e-6 * scale));
            }
            assertThat(next.posterior().mean(i))
                    .isCloseTo(
                            first.posterior().mean(i),
                            within(1e-6 * Math.abs(first.posterior().mean(i))));
        }
    }

    @Test
    void aMeanFieldFitMayBecomeFullRankButNotTheOtherWayRound() {
        FitResult narrow = settings().family(Family.meanField()).build().fit(DEVICE, target("x", "y"));
        FitResult wide = settings().continueFrom(narrow).build().fit(DEVICE, target("x", "y"));
        assertThat(wide.converged()).isTrue();
        assertThat(wide.posterior().correlation(0, 1)).isGreaterThan(0.5);
        Sgvi back = settings().family(Family.meanField()).continueFrom(wide).build();
        assertThatThrownBy(() -> back.fit(DEVICE, target("x", "y")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a mean-field q has none");
    }

    @Test
    void otherNamesAreRefused() {
        FitResult first = settings().build().fit(DEVICE, target("x", "y"));
        Sgvi continued = settings().continueFrom(first).build();
        assertThatThrownBy(() -> continued.fit(DEVICE, target("x", "z")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[x, y]")
                .hasMessageContaining("[x, z]");
    }

    /** A point mass in closed form: no family, no steps, no draws. */
    private record Exact() implements Method<Double> {
        @Override
        public FitResult fit(Device device, Double at) {
            return new FitResult(
                    "exact",
                    "",
                    Map.of(),
                    device.name(),
                    Arithmetic.EXACT,
                    Rng.PHILOX,
                    0,
                    0,
                    Status.CONVERGED,
                    "",
                    "in closed form",
                    Estimate.exact(-1.5),
                    Estimate.exact(-1.5),
                    new Assessment(Verdict.GOOD, Double.NaN, Double.NaN, 0, List.of()),
                    List.of(),
                    new Uniform(at),
                    List.of(),
                    0.001,
                    0,
                    List.of());
        }
    }

    /** Uniform from 0 to {@code top}. */
    private record Uniform(double top) implements Posterior {
        @Override
        public List<String> names() {
            return List.of("u");
        }

        @Override
        public double mean(int i) {
            return top / 2;
        }

        @Override
        public double standardDeviation(int i) {
            return top / Math.sqrt(12);
        }

        @Override
        public double quantile(int i, double p) {
            return p * top;
        }

        @Override
        public double[][] draws(Key key, int count) {
            throw new UnsupportedOperationException("not asked for here");
        }

        @Override
        public double logDensity(double[] z) {
            return z[0] >= 0 && z[0] <= top ? -Math.log(top) : Double.NEGATIVE_INFINITY;
        }

        @Override
        public Posterior affine(Standardization.Affine map) {
            return new Uniform(map.scale()[0] * top);
        }
    }

    @Test
    void aMethodOfAnotherKindFillsTheSameResult() {
        FitResult fit = new Exact().fit(DEVICE, 2.0);
        assertThat(fit)
                .isEqualTo(new Exact().fit(DEVICE, 2.0))
                .hasToString(
                        "exact fit on scalar, converged: ELBO -1.50000 (exact), verdict good (k-hat NaN); u 1.000 ± 0.58");
        assertThat(fit.posterior().covariance()).isNull();
        assertThat(fit.posterior().covariance(0, 0)).isCloseTo(4 / 12.0, within(1e-15));
        assertThatThrownBy(fit::gaussian)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the posterior of exact is a Uniform");
        assertThatThrownBy(() -> settings().continueFrom(fit))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Uniform");
    }

    @Test
    void settingsAreOfFewTypesAndKeepTheirOrder() {
        FitResult fit = settings().starts(2).batch(0).build().fit(DEVICE, (LogJoint) target("x", "y"));
        assertThat(fit.method()).isEqualTo("sgvi");
        assertThat(fit.settings().keySet())
                .containsExactly(
                        "gradient", "draws", "maxSteps", "optimizer", "tolerance", "evaluationDraws", "starts");
        assertThat(fit.settings()).containsEntry("draws", 32L).containsEntry("tolerance", 0.01);
        assertThatThrownBy(() -> fit.settings().put("a", 1)).isInstanceOf(UnsupportedOperationException.class);
    }
}
