package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WiderDrawsTest {
    private static final Device HOST = TestDevices.scalar();

    /** {@code (1 − share)·N(0, I) + share·N(0, wide²·I)}, whose narrow part q is. */
    private static HostLogJoint narrowInWide(int dimensions, double share, double wide) {
        List<String> names = new ArrayList<>();
        for (int d = 0; d < dimensions; d++) {
            names.add("x" + d);
        }
        return HostLogJoint.ofDraw(names, (z, gradient) -> {
            double squares = Arrays.stream(z).map(x -> x * x).sum();
            double narrow = Math.log1p(-share) - squares / 2;
            double broad = Math.log(share) - squares / 2 / wide / wide - z.length * Math.log(wide);
            double most = Math.max(narrow, broad);
            double log = most + Math.log(Math.exp(narrow - most) + Math.exp(broad - most));
            for (int d = 0; d < z.length; d++) {
                gradient[d] = -z[d] * (Math.exp(narrow - log) + Math.exp(broad - log) / wide / wide);
            }
            return log - 0.5 * z.length * Math.log(2 * Math.PI);
        });
    }

    private static WiderDraws look(HostLogJoint joint, Gaussian q, double logEvidence, long seed) {
        Posterior posterior = new GaussianPosterior(joint.parameterNames(), q);
        try (PointDensity density = new PointDensity(HOST, joint)) {
            WiderDraws found = WiderDraws.of(Objective.of(density), posterior, q, logEvidence, new Key(seed));
            assertThat(found).isNotNull();
            return found;
        }
    }

    private static Gaussian unit(int dimensions) {
        double[] ones = new double[dimensions];
        Arrays.fill(ones, 1);
        return Gaussian.independent(new double[dimensions], ones);
    }

    /**
     * In 5 dimensions nearly all of the broad part is where q has no draws. Of 40 seeds the bound is above the truth by two errors in 2.3 % of
     * them each: more than 6 are so once in 30,000 runs; and it is not idle.
     */
    @Test
    void aBroadPartIsFoundAndNotOverrated() {
        double share = 0.05;
        double wide = 10;
        int above = 0;
        double sum = 0;
        double ratios = 0;
        for (int seed = 0; seed < 40; seed++) {
            WiderDraws found = look(narrowInWide(5, share, wide), unit(5), Math.log1p(-share), seed);
            above += found.share() > share ? 1 : 0;
            sum += found.share() / 40;
            ratios += found.ratio() / 40;
        }
        assertThat(above).isLessThanOrEqualTo(6);
        assertThat(sum).isBetween(0.6 * share, share);
        // the variance is 0.95 + 0.05·100
        assertThat(ratios).isBetween(0.7 * Math.sqrt(5.95), Math.sqrt(5.95));
    }

    /** Where q is right there is nothing: also of heavier tails, up to what they have beyond a thousand draws. */
    @Test
    void whereQIsRightNothingIsFound() {
        for (int dimensions : new int[] {1, 3, 40}) {
            for (int seed = 0; seed < 20; seed++) {
                WiderDraws found = look(narrowInWide(dimensions, 0, 1), unit(dimensions), 0, seed);
                assertThat(found.share()).isLessThan(0.002);
                assertThat(found.ratio()).isLessThan(1.02);
            }
        }
    }

    @Test
    void whatCannotBeEvaluatedSoFarOutIsNotKnown() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("x"), (z, gradient) -> {
            if (Math.abs(z[0]) > 5) {
                throw new IllegalArgumentException("too far");
            }
            return -z[0] * z[0] / 2;
        });
        try (PointDensity density = new PointDensity(HOST, joint)) {
            Posterior q = new GaussianPosterior(List.of("x"), unit(1));
            assertThat(WiderDraws.of(Objective.of(density), q, unit(1), 0, new Key(1)))
                    .isNull();
        }
        // NaN is no mass
        HostLogJoint broken =
                HostLogJoint.ofDraw(List.of("x"), (z, gradient) -> Math.abs(z[0]) > 3 ? Double.NaN : -z[0] * z[0] / 2);
        assertThat(look(broken, unit(1), 0, 1).share()).isZero();
    }

    /** Every draw of q has the weight 1, the ELBO is the log evidence, and no line through the middle shows it. */
    @Test
    void aFitThatMissesABroadPartIsNotTrusted() {
        for (double share : new double[] {0.02, 0.1, 0.5}) {
            List<Method<LogJoint>> methods =
                    new ArrayList<>(List.of(new FixedDraws(), Sgvi.builder().build()));
            if (share < 0.5) {
                methods.add(new Pathfinder());
            }
            for (Method<LogJoint> method : methods) {
                FitResult fit = method.fit(HOST, narrowInWide(5, share, 10));
                assertThat(fit.posterior().standardDeviation(0)).isBetween(0.9, 1.2);
                assertThat(fit.assessment().efficiency()).isGreaterThan(0.9);
                assertThat(fit.verdict())
                        .as("%s: %s", fit.method(), fit.assessment())
                        .isEqualTo(Verdict.DO_NOT_TRUST);
                assertThat(fit.assessment().concerns().toString()).contains("lies where q has no draws");
            }
        }
    }

    /** Where it is half of all, normals along the paths reach it, and resampling gives it its weight: the sd is √(½ + 50). */
    @Test
    void resampledPathsFindABroadHalf() {
        FitResult fit = new Pathfinder().fit(HOST, narrowInWide(5, 0.5, 10));
        for (int d = 0; d < 5; d++) {
            assertThat(fit.posterior().standardDeviation(d)).isCloseTo(Math.sqrt(50.5), within(0.05 * Math.sqrt(50.5)));
        }
        assertThat(fit.verdict()).as("%s", fit.assessment()).isEqualTo(Verdict.GOOD);
    }
}
