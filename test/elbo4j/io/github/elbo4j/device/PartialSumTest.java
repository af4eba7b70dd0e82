package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.Order;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PartialSumTest {
    /** More than 1024 tiles, so that sums have three levels, and a last tile that is not whole. */
    private static final int N = 1024 * 1024 + 5 * 1024 + 77;

    private static PartialSum part(Device device, float[] x, int from, int to) {
        try (Buffer part = device.copyOf(Arrays.copyOfRange(x, from, to))) {
            return PartialSum.ofRow(device, from, to - from, part);
        }
    }

    /** Against the sum of the whole row on the device, and the description of the order in {@link Order}. */
    @EveryDevice
    void partsOfARowGiveTheBitsOfTheWhole(Device device) {
        float[] x = Numbers.normals(4, N, 0.3, 100);
        for (int i = 0; i < N; i++) {
            x[i] *= (float) Math.pow(10, i / 1024 % 12); // tiles of very different sums, so that adding them rounds
        }
        double whole;
        try (Buffer row = device.copyOf(x);
                Buffer sum = device.allocate(ElementType.FLOAT64, 1)) {
            device.run(new MathOps.SumRows(1, N, row, sum));
            whole = sum.toDoubles()[0];
        }
        assertThat(whole).isEqualTo(Order.alongRow(x));
        assertThat(part(device, x, 0, N).total()).isEqualTo(whole);
        PartialSum a = part(device, x, 0, 1024);
        PartialSum b = part(device, x, 1024, 700 * 1024);
        PartialSum c = part(device, x, 700 * 1024, N);
        assertThat(a.merge(b).merge(c)).isEqualTo(a.merge(b.merge(c))).hasSameHashCodeAs(part(device, x, 0, N));
        assertThat(a.merge(b.merge(c)).total()).isEqualTo(whole);
        assertThat(a.total() + b.total() + c.total()).isNotEqualTo(whole); // or there is nothing to show
        assertThat(c.first()).isEqualTo(700 * 1024);
        assertThat(a.merge(b).count()).isEqualTo(700 * 1024);
    }

    @Test
    void partsOfDrawsGiveTheBitsOfTheWhole() {
        float[] x = Numbers.normals(5, 70_000, 0.3, 100);
        double whole = Order.overDraws(x);
        PartialSum a = PartialSum.ofDraws(0, Arrays.copyOf(x, 64));
        PartialSum b = PartialSum.ofDraws(64, Arrays.copyOfRange(x, 64, 640 * 64));
        PartialSum c = PartialSum.ofDraws(640 * 64, Arrays.copyOfRange(x, 640 * 64, x.length));
        assertThat(a.merge(b).merge(c).total()).isEqualTo(whole);
        assertThat(a.merge(b.merge(c))).isEqualTo(PartialSum.ofDraws(0, x));
        assertThat(PartialSum.ofDraws(64, 1, 2, 3)).hasToString("6.0 of draws 64 to 66");
        assertThat(PartialSum.ofDraws(0).total()).isZero();
    }

    @Test
    void cutsElsewhereAreRefused() {
        assertThatThrownBy(() -> PartialSum.ofDraws(63, 1))
                .hasMessageContaining("first is 63, but must be a multiple of 64");
        PartialSum three = PartialSum.ofDraws(0, 1, 2, 3);
        assertThatThrownBy(() -> three.merge(PartialSum.ofDraws(64, 1)))
                .hasMessageContaining("next begins at 64, but this part ends before 3");
    }
}
