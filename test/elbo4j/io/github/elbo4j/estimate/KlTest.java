package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.FullRankGaussian;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.MeanFieldGaussian;
import org.junit.jupiter.api.Test;

class KlTest {
    private static final Key KEY = new Key(12);

    /** Sums of float32 terms of about 2: a hundred roundings are plenty. */
    private static final double ROUNDING = 100 * 0x1p-22;

    @EveryDevice
    void closedFormsAgreeWithEachOtherAndWithDraws(Device device) {
        double[] mq = {0.5, -1};
        double[] sq = {0.8, 1.5};
        double[] mp = {0, 0.25};
        double[] sp = {1.25, 2};
        double toStandard = 0;
        double toP = 0;
        for (int d = 0; d < 2; d++) {
            toStandard += 0.5 * (mq[d] * mq[d] + sq[d] * sq[d] - 1) - Math.log(sq[d]);
            double r = sq[d] / sp[d];
            double e = (mq[d] - mp[d]) / sp[d];
            toP += 0.5 * (e * e + r * r - 1) - Math.log(r);
        }
        try (MeanFieldGaussian q = new MeanFieldGaussian(device, 2, 2);
                MeanFieldGaussian p = new MeanFieldGaussian(device, 2, 2);
                FullRankGaussian fullQ = new FullRankGaussian(device, 2, 2);
                FullRankGaussian fullP = new FullRankGaussian(device, 2, 2)) {
            q.set(1, mq, sq);
            fullQ.set(1, mq, sq);
            p.set(1, mp, sp);
            fullP.set(1, mp, sp);
            close("to standard", Kl.toStandard(q)[1], toStandard, ROUNDING);
            close("of standard to standard", Kl.toStandard(q)[0], 0, ROUNDING);
            close("diagonal", Kl.closed(q, p)[1], toP, ROUNDING);
            close("full", Kl.closed(fullQ, fullP)[1], toP, ROUNDING);
            Estimate drawn = Kl.monteCarlo(fullQ, p, KEY, 5000, 1)[1];
            close("Monte Carlo", drawn.value(), toP, 5 * drawn.standardError()); // 1 in 10^6
            assertThat(drawn.standardError()).isPositive().isLessThan(0.02);
            Estimate whole = Kl.monteCarlo(fullQ, p, KEY, 5000, 1 << 30)[1];
            assertThat(whole).isEqualTo(drawn);
        }
    }

    // The numbers of test/known/evidence/reference.py.
    private static final Gaussian Q =
            new Gaussian(new double[] {1, -2, 0.5}, new double[][] {{2, 0.6, 0.1}, {0.6, 1, -0.3}, {0.1, -0.3, 0.5}});

    private static final Gaussian P =
            new Gaussian(new double[] {0.5, -1, 0}, new double[][] {{1, -0.2, 0}, {-0.2, 1.5, 0.4}, {0, 0.4, 1}});
    private static final double Q_TO_P = 1.4816201120434913;
    private static final double P_TO_Q = 2.5086324132090336;

    private static final double[] TABLE_Q = {0.5, 0.25, 0.25, 0};
    private static final double[] TABLE_P = {0.25, 0.25, 0.4, 0.1};
    private static final double TABLE_Q_TO_P = 0.22907268296853872;
    private static final double TABLE_Q_TO_P_BITS = 0.33048202372184055;

    /** However they are held: dense, independent, by a common factor. */
    @Test
    void divergencesOfGaussiansAreThoseOfTheFormula() {
        close("q to p", Kl.closed(Q, P), Q_TO_P, 1e-13);
        close("p to q", Kl.closed(P, Q), P_TO_Q, 1e-13);
        close("to itself", Kl.closed(Q, Q), 0, 1e-13);
        Gaussian independent = Gaussian.independent(new double[] {1, -2}, new double[] {0.5, 2});
        Gaussian dense = new Gaussian(independent.mean(), independent.covariance());
        Gaussian other = Gaussian.independent(new double[] {0, 0.25}, new double[] {1.5, 1});
        Gaussian factor = other.withFactors(new double[][] {{0.5}, {-1}});
        double known = 0.5 * (1 / 2.25 + 0.25 / 2.25 - 1) + Math.log(3) + 0.5 * (2.25 * 2.25 + 4 - 1) - Math.log(2);
        close("independent", Kl.closed(independent, other), known, 1e-14);
        close("dense and independent", Kl.closed(dense, other), known, 1e-13);
        close(
                "a factor",
                Kl.closed(factor, dense),
                Kl.closed(new Gaussian(factor.mean(), factor.covariance()), independent),
                1e-13);
    }

    @EveryDevice
    void drawsFindTheDivergenceOfGaussians(Device device) {
        Estimate drawn = Kl.monteCarlo(device, Q, P, KEY, 5000);
        close("Monte Carlo", drawn.value(), Q_TO_P, 5 * drawn.standardError()); // 1 in 10^6
        assertThat(drawn.standardError()).isPositive().isLessThan(0.05);
        assertThat(drawn).isEqualTo(Kl.monteCarlo(TestDevices.scalar(), Q, P, KEY, 5000));
    }

    /** Means a million sds away from 0, which float32 could not tell apart. */
    @Test
    void drawsAreInUnitsOfQ() {
        Gaussian q = Gaussian.independent(new double[] {1e6}, new double[] {1});
        Gaussian p = Gaussian.independent(new double[] {1e6 + 0.01}, new double[] {1});
        Estimate drawn = Kl.monteCarlo(TestDevices.scalar(), q, p, KEY, 5000);
        assertThat(drawn.standardError()).isBetween(0.5 * 0.01 / Math.sqrt(5000), 2 * 0.01 / Math.sqrt(5000));
        close("Monte Carlo", drawn.value(), 0.5e-4, 5 * drawn.standardError());
    }

    @Test
    void tablesHaveADivergenceInAnyBase() {
        close("nats", Kl.discrete(TABLE_Q, TABLE_P), TABLE_Q_TO_P, 1e-15);
        close("bits", Kl.inBase(Kl.discrete(TABLE_Q, TABLE_P), 2), TABLE_Q_TO_P_BITS, 1e-15);
        assertThat(Kl.discrete(TABLE_P, TABLE_Q)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Kl.discrete(TABLE_Q, TABLE_Q)).isZero();
        Estimate drawn = Kl.discreteMonteCarlo(TABLE_Q, TABLE_P, KEY, 10_000);
        close("Monte Carlo", drawn.value(), TABLE_Q_TO_P, 5 * drawn.standardError());
        assertThat(drawn.standardError()).isPositive().isLessThan(0.01);
        assertThat(Kl.discreteMonteCarlo(TABLE_P, TABLE_Q, KEY, 10_000).value()).isEqualTo(Double.POSITIVE_INFINITY);
        double[] sure = {0, 1, 0};
        assertThat(Kl.discreteMonteCarlo(sure, new double[] {0.25, 0.5, 0.25}, KEY, 100))
                .isEqualTo(new Estimate(Math.log(2), 0, 100));
    }

    @Test
    void tablesThatAreNoneAreRefused() {
        refused(new double[] {0.5, 0.5}, TABLE_P, "q has 2 cases, but p has 4");
        refused(
                new double[] {0.5, 0.4},
                new double[] {0.5, 0.5},
                "the probabilities of q have the sum 0.9, but it must be 1; divide each by the sum if they are counts or"
                        + " rounded");
        refused(new double[] {1}, new double[] {-1}, "p[0] is -1.0, but a probability is from 0 to 1");
        refused(new double[] {Double.NaN}, new double[] {1}, "q[0] is NaN, but a probability is from 0 to 1");
        for (double base : new double[] {0, 1, -2, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Kl.inBase(1, base))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("base is " + base + ", but must be positive, finite and not 1");
        }
    }

    private static void refused(double[] q, double[] p, String message) {
        assertThatThrownBy(() -> Kl.discrete(q, p))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void familiesOfDifferentSizeAreRefused() {
        Device device = TestDevices.scalar();
        try (MeanFieldGaussian q = new MeanFieldGaussian(device, 1, 2);
                MeanFieldGaussian p = new MeanFieldGaussian(device, 1, 3)) {
            assertThatThrownBy(() -> Kl.closed(q, p))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("q has 1 problems of 2 dimensions, but p has 1 of 3");
        }
    }
}
