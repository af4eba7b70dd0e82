package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class RandomizedSetsTest {
    private static final double[] MEAN = {0.3, 0, -0.2};
    private static final double[] SD = {1.3, 0.8, 1};

    /** −KL of q = N(MEAN, diag SD²) for p = N(0, I). */
    private static double exact() {
        double elbo = 0;
        for (int d = 0; d < MEAN.length; d++) {
            elbo -= 0.5 * (MEAN[d] * MEAN[d] + SD[d] * SD[d] - 1) - Math.log(SD[d]);
        }
        return elbo;
    }

    private static <T> T with(Device device, Function<LogJoint, Function<VariationalFamily, T>> use) {
        try (LogJoint target = GaussianTarget.diagonal(device, new double[3], new double[] {1, 1, 1});
                VariationalFamily q = Family.fullRank().create(device, 1, 3)) {
            q.set(0, MEAN, SD);
            return use.apply(target).apply(q);
        }
    }

    private static Estimate elbo(Device device, Key key, int draws, long workspace) {
        return with(device, target -> q -> LogWeights.elbo(target, q, key, draws, workspace));
    }

    /**
     * Over 300 keys the error of the estimate is what its standard error says: their ratio is Student's t of 15 degrees of freedom or
     * nearly. Beyond 2.131 of it lie 5 %, 15 of 300 with a standard deviation of 3.8; and the mean square of the standard errors is
     * the variance of the estimates, whose own estimates have standard deviations of 2 % and 8 %. False alarm: 1e-5 each.
     */
    @Test
    void theStandardErrorIsTheSpreadOverRandomizations() {
        for (PointSet points : List.of(PointSet.ANTITHETIC, PointSet.SOBOL)) {
            int far = 0;
            double squares = 0;
            double errors = 0;
            int keys = 300;
            for (int i = 0; i < keys; i++) {
                Estimate elbo = elbo(TestDevices.scalar(), new Key(i, points), 512, 1 << 20);
                double off = elbo.value() - exact();
                far += Math.abs(off) > 2.131 * elbo.standardError() ? 1 : 0;
                squares += off * off / keys;
                errors += elbo.standardError() * elbo.standardError() / keys;
            }
            assertThat(far).as("%s beyond 2.131 standard errors", points).isBetween(2, 36);
            assertThat(squares / errors)
                    .as("%s variance over its estimate", points)
                    .isBetween(0.62, 1.5);
        }
    }

    /** f is a quadratic function: pairs take its linear part away, points most of all. 512 draws each. */
    @Test
    void pointsErrLessThanPairsAndPairsLessThanIndependentDraws() {
        double independent = 0;
        double pairs = 0;
        double sobol = 0;
        for (int i = 0; i < 20; i++) { // the mean of squares of 20 has 5 % of error where each is known to 18 %
            Key key = new Key(i);
            independent += square(elbo(TestDevices.scalar(), key, 512, 1 << 20));
            pairs += square(elbo(TestDevices.scalar(), key.with(PointSet.ANTITHETIC), 512, 1 << 20));
            sobol += square(elbo(TestDevices.scalar(), key.with(PointSet.SOBOL), 512, 1 << 20));
        }
        // Variances of f: linear parts (0.39², 0, 0.2²), quadratic ones (0.345², 0.18², 0)·2; pairs keep twice the
        // latter.
        double linear = 0.39 * 0.39 + 0.2 * 0.2;
        double even = 2 * (0.345 * 0.345 + 0.18 * 0.18);
        assertThat(independent / 20).isBetween(0.8 * (linear + even) / 512, 1.25 * (linear + even) / 512);
        assertThat(pairs / 20).isBetween(0.7 * 2 * even / 512, 1.4 * 2 * even / 512);
        assertThat(sobol).isLessThan(0.3 * independent);
    }

    private static double square(Estimate estimate) {
        return estimate.standardError() * estimate.standardError();
    }

    @EveryDevice
    void devicesAndWorkspacesDoNotChangeABit(Device device) {
        for (PointSet points : List.of(PointSet.ANTITHETIC, PointSet.SOBOL)) {
            for (int draws : new int[] {1, 3, 4, 33, 100, 4500}) {
                Key key = new Key(draws, points);
                assertThat(elbo(device, key, draws, 1 << 20)).isEqualTo(elbo(TestDevices.scalar(), key, draws, 1));
            }
        }
    }

    @Test
    void setsAreOfPowersOfTwoAndThereAreSixteenOrMore() {
        for (int draws : new int[] {1, 2, 4, 31, 32, 64, 100, 1000, 4096, 5000}) {
            Estimate elbo = elbo(TestDevices.scalar(), new Key(1, PointSet.SOBOL), draws, 1 << 20);
            int points = RandomizedSets.points(draws);
            assertThat(Integer.bitCount(points)).isEqualTo(1);
            assertThat(elbo.draws()).isEqualTo((long) draws / points * points).isGreaterThan(draws - points);
            assertThat(draws < 32 || draws / points >= 16).isTrue();
            close("elbo of " + draws, elbo.value(), exact(), 6 * 0.7 / Math.sqrt(draws));
            assertThat(Double.isNaN(elbo.standardError())).isEqualTo(draws == 1);
        }
    }

    /** What would put the error of independent draws to others. */
    @Test
    void errorsOfIndependentDrawsAreOfIndependentDrawsOnly() {
        Key key = new Key(1, PointSet.SOBOL);
        String words =
                "the points of the key are SOBOL, but the standard error of this estimate is that of INDEPENDENT draws";
        with(TestDevices.scalar(), target -> q -> {
            assertThatThrownBy(() -> LogWeights.draw(target, q, key, 64, 1 << 20))
                    .hasMessage(words);
            assertThatThrownBy(
                            () -> Expectation.of(new Parameters().add("z", 3)).under(q, key, 64))
                    .hasMessage(words);
            assertThatThrownBy(() -> Evidence.of(target, Proposal.of(q), key, 1000, EvidenceBound.standard()))
                    .hasMessage(words);
            assertThatThrownBy(() -> Kl.monteCarlo(TestDevices.scalar(), q.toGaussian(0), q.toGaussian(0), key, 64))
                    .hasMessage(words);
            assertThatThrownBy(() -> GradientSpread.of(target, q, Gradient.SCORE, Baseline.NONE, 8, 2, key, 1 << 20))
                    .hasMessage(words);
            return 0;
        });
    }
}
