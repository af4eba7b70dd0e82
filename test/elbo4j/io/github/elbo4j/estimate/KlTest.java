package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.FullRankGaussian;
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
