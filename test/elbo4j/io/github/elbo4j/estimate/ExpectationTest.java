package io.github.elbo4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.sun.management.ThreadMXBean;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.LowRankGaussian;
import io.github.elbo4j.family.MeanFieldGaussian;
import io.github.elbo4j.family.VariationalFamily;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class ExpectationTest {
    private static final Key KEY = new Key(11);

    private static MeanFieldGaussian q(Device device) {
        MeanFieldGaussian q = new MeanFieldGaussian(device, 1, 2);
        q.set(0, new double[] {0.5, -1}, new double[] {0.25, 2});
        return q;
    }

    /**
     * E z = m, E z² = m² + s², E exp(z) = exp(m + s²/2), E[z0·z1] = m0·m1, each within 5 of the standard errors that are
     * reported (one fails with a probability below 6e-7; the seed is fixed), and these errors within a tenth of the true ones, which
     * 70,000 draws reach with room to spare: two waves, the second not whole.
     */
    @EveryDevice
    void expectationsOfANormalAreKnown(Device device) {
        Parameters parameters = new Parameters();
        Expr z = parameters.add("z", 2);
        long n = 70_000;
        try (MeanFieldGaussian q = q(device)) {
            List<Estimate> found = Expectation.of(
                            z, z.square(), z.get(0).exp(), z.get(0).times(z.get(1)))
                    .under(q, KEY, n);
            double[] exact = {0.5, -1, 0.3125, 5, Math.exp(0.5 + 0.03125), -0.5};
            double expVariance = Math.exp(1 + 0.0625) * Math.expm1(0.0625);
            double[] variance = {
                0.0625,
                4,
                2 * 0.0625 * 0.0625 + 4 * 0.25 * 0.0625,
                2 * 16 + 4 * 1 * 4.0,
                expVariance,
                0.0625 * 4 + 0.25 * 4 + 0.0625 * 1
            };
            for (int i = 0; i < exact.length; i++) {
                Estimate estimate = found.get(i);
                double error = Math.sqrt(variance[i] / n);
                assertThat(estimate.draws()).isEqualTo(n);
                assertThat(estimate.standardError()).as("error %d", i).isBetween(0.9 * error, 1.1 * error);
                assertThat(Math.abs(estimate.value() - exact[i]))
                        .as("value %d", i)
                        .isLessThan(5 * error);
            }
        }
    }

    /** Three parts, merged either way, as they are after a journey; the last wave is not whole. */
    @EveryDevice
    void partsOfTheDrawsGiveTheBitsOfTheWhole(Device device) throws Exception {
        Expectation of = Expectation.of(new Parameters().add("z", 2).exp());
        Gaussian normal = new Gaussian(new double[] {0.5, -1}, new double[][] {{1, 0.5}, {0.5, 2}});
        long all = 3 * ExpectationPart.DRAWS + 5;
        double[] centre = of.centre(device, normal, KEY, all);
        long[] cuts = {0, ExpectationPart.DRAWS, 3 * ExpectationPart.DRAWS, all};
        ExpectationPart[] parts = new ExpectationPart[3];
        for (int i = 0; i < parts.length; i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(of.part(device, normal, KEY, centre, cuts[i], cuts[i + 1]));
            }
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                parts[i] = (ExpectationPart) in.readObject();
            }
            assertThat(parts[i].first()).isEqualTo(cuts[i]);
            assertThat(parts[i].count()).isEqualTo(cuts[i + 1] - cuts[i]);
        }
        List<Estimate> want = of.under(device, normal, KEY, all);
        assertThat(parts[0].merge(parts[1]).merge(parts[2]).estimates()).isEqualTo(want);
        assertThat(parts[0].merge(parts[1].merge(parts[2])).estimates()).isEqualTo(want);
        assertThatThrownBy(() -> parts[0].merge(parts[2]))
                .hasMessage("next begins at draw 196608, but this part ends before draw 65536");
        assertThatThrownBy(parts[1]::estimates).hasMessageContaining("begins at draw 65536");
        assertThatThrownBy(() -> of.part(device, normal, KEY, centre, 100, all))
                .hasMessageContaining("first is 100, but must be a multiple of 65536");
        ExpectationPart other = of.part(device, normal, KEY, new double[2], cuts[1], cuts[2]);
        assertThatThrownBy(() -> parts[0].merge(other)).hasMessageContaining("different centres");
    }

    @EveryDevice
    void devicesAgreeInEveryBit(Device device) {
        Expr z = new Parameters().add("z", 2);
        Expectation of = Expectation.of(z.sigmoid().sum(0), z.exp());
        try (MeanFieldGaussian here = q(device);
                MeanFieldGaussian there = q(TestDevices.scalar())) {
            assertThat(of.under(here, KEY, 5000)).isEqualTo(of.under(there, KEY, 5000));
        }
    }

    /** A value far from 0 that hardly varies: the sums are of differences from a mean. */
    @Test
    void aSmallSpreadFarFromZeroIsSeen() {
        Expr z = new Parameters().add("z", 2);
        try (MeanFieldGaussian q = q(TestDevices.scalar())) {
            Estimate far = Expectation.of(z.get(0).times(0.001).plus(1000))
                    .under(q, KEY, 4096)
                    .get(0);
            double error = 0.25 * 0.001 / 64;
            // float32 numbers close to 1000 are 6e-5 apart, which adds a variance of (6e-5)²/12 to (2.5e-4)².
            assertThat(far.standardError()).isBetween(0.9 * error, 1.1 * error);
        }
    }

    /** By whichever family holds the Gaussian, as {@link #expectationsOfANormalAreKnown}; the bits are those of that family. */
    @EveryDevice
    void aPosteriorIsDrawnFromOnTheDevice(Device device) {
        Gaussian independent = Gaussian.independent(new double[] {1, -2, 0}, new double[] {0.5, 2, 1});
        Gaussian factors = independent.withFactors(new double[][] {{1}, {0.5}, {-1}});
        Gaussian any = new Gaussian(new double[] {1, -2, 0}, factors.covariance());
        Expr z = new Parameters().add("z", 3);
        Expectation of = Expectation.of(z, z.get(0).times(z.get(1)), z.get(0).times(z.get(2)));
        for (Gaussian posterior : List.of(independent, factors, any)) {
            List<Estimate> found = of.under(device, posterior, KEY, 5000);
            double[] exact = {1, -2, 0, posterior.covariance(0, 1) - 2, posterior.covariance(0, 2)};
            for (int i = 0; i < exact.length; i++) {
                assertThat(Math.abs(found.get(i).value() - exact[i]))
                        .as("%s of %s", found.get(i), posterior)
                        .isLessThan(5 * found.get(i).standardError());
            }
            assertThat(found).isEqualTo(of.under(TestDevices.scalar(), posterior, KEY, 5000));
        }
        try (VariationalFamily q = factors.on(device)) {
            assertThat(q).isInstanceOf(LowRankGaussian.class);
            assertThat(q.toGaussian(0).covariance(0, 2)).isCloseTo(-1, within(1e-6));
        }
        assertThatThrownBy(() -> of.under(device, new Gaussian(new double[3], new double[3][3]), KEY, 100))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not positive definite");
    }

    /** Three waves, the last of one draw, against float64; the differences of float32 stay below 1e-6 of an sd and a mean. */
    @EveryDevice
    void givenDrawsAreAveraged(Device device) {
        int n = device.name().equals("cuda") ? 3001 : 2 * 65536 + 1;
        SplittableRandom random = new SplittableRandom(3);
        double[][] draws = new double[n][2];
        float[] flat = new float[2 * n];
        double[] sums = new double[2];
        double[] squares = new double[2];
        for (int s = 0; s < n; s++) {
            draws[s][0] = (float) (random.nextDouble() + 10);
            draws[s][1] = (float) (-2 * random.nextDouble());
            for (int d = 0; d < 2; d++) {
                double f = d == 0 ? draws[s][0] * draws[s][1] : draws[s][1];
                flat[2 * s + d] = (float) draws[s][d];
                sums[d] += f;
                squares[d] += f * f;
            }
        }
        Expr z = new Parameters().add("z", 2);
        Expectation of = Expectation.of(z.get(0).times(z.get(1)), z.get(1));

        List<Estimate> found = of.over(device, draws);

        for (int d = 0; d < 2; d++) {
            double mean = sums[d] / n;
            double variance = (squares[d] - n * mean * mean) / (n - 1);
            assertThat(found.get(d).value()).isCloseTo(mean, within(1e-6 * Math.abs(mean)));
            assertThat(found.get(d).standardError()).isCloseTo(Math.sqrt(variance / n), withinPercentage(1e-4));
            assertThat(found.get(d).draws()).isEqualTo(n);
        }
        assertThat(of.over(device, flat, 2)).isEqualTo(found);
        assertThat(of.over(TestDevices.scalar(), flat, 2)).isEqualTo(found);
    }

    /** What is not finite is told, of that element alone, and as which it is: in the first wave and in a later one. */
    @EveryDevice
    void whatOverflowsIsTold(Device device) {
        Expr z = new Parameters().add("z", 2);
        Expr large = z.get(1).times(60).exp();
        Expectation of = Expectation.of(large, z.get(0), large.minus(large.square()));
        try (MeanFieldGaussian q = q(device)) {
            List<Estimate> found = of.under(q, KEY, 5000);
            assertThat(found.get(0).value()).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(found.get(0).standardError()).isNaN();
            assertThat(found.get(1).value()).isCloseTo(0.5, within(0.05));
            assertThat(found.get(1).standardError()).isLessThan(0.01);
            assertThat(found.get(2).value()).isNaN();
        }
        long late = 65536 + 3;
        List<Estimate> found = Expectation.of(z).over(TestDevices.scalar(), 2, late, (first, count, block) -> {
            Arrays.fill(block, 1);
            block[2 * count - 1] = first == 0 ? 1 : Float.NEGATIVE_INFINITY;
        });
        assertThat(found.get(0)).isEqualTo(new Estimate(1, 0, late));
        assertThat(found.get(1).value()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    /**
     * Forty waves make no more than two do, but for what is counted here: less than 2000 bytes a wave, of which each has 65,536
     * draws. The scalar device's memory is Java's, and this thread allocates it.
     */
    @Test
    void memoryDoesNotGrowWithTheDraws() {
        Expr z = new Parameters().add("z", 2);
        Expectation of = Expectation.of(z.get(0).exp().plus(z.get(1).square()));
        try (MeanFieldGaussian q = q(TestDevices.scalar())) {
            bytes(of, q, 2);
            long few = bytes(of, q, 2);
            long many = bytes(of, q, 40);
            assertThat(few).isGreaterThan(65536 * Float.BYTES);
            assertThat(many - few).isLessThan(38 * 2000);
        }
    }

    private static long bytes(Expectation of, MeanFieldGaussian q, long waves) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        assertThat(of.under(q, KEY, waves << 16).get(0).value()).isCloseTo(6.7, within(0.3));
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    /** What does not depend on z is its own expectation. */
    @EveryDevice
    void aConstantIsExact(Device device) {
        Expr z = new Parameters().add("z", 2);
        try (MeanFieldGaussian q = q(device)) {
            List<Estimate> found = Expectation.of(Expr.data("x", 3, -0.25), z.sum(), Expr.of(7))
                    .under(q, KEY, 1000);
            for (int i : new int[] {0, 1, 3}) {
                double exact = new double[] {3, -0.25, 0, 7}[i];
                assertThat(found.get(i)).isEqualTo(new Estimate(exact, 0, 1000));
            }
            assertThat(found.get(2).standardError()).isGreaterThan(0.05);
        }
    }

    /** As Ctrl-C interrupts a command: it ends at the next wave, and gives its memory back. */
    @Test
    void aThreadThatIsInterruptedEndsIt() {
        Expr z = new Parameters().add("z", 2);
        int[] reads = {0};
        assertThatThrownBy(() -> Expectation.of(z)
                        .over(TestDevices.scalar(), 2, Expectation.MOST_DRAWS, (first, n, block) -> {
                            if (reads[0]++ == 3) {
                                Thread.currentThread().interrupt();
                            }
                        }))
                .isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(reads[0]).isEqualTo(4);
    }

    @Test
    void badDrawsAreRefused() {
        Device device = TestDevices.scalar();
        Expr z = new Parameters().add("z", 3);
        Expectation of = Expectation.of(z);
        assertThatThrownBy(() -> of.over(device, new double[][] {{1, 2, 3}, {1, 2}}))
                .hasMessageContaining("row 1 of z has 2 coordinates, but row 0 has 3");
        assertThatThrownBy(() -> of.over(device, new double[1][3])).hasMessageContaining("draws is 1");
        assertThatThrownBy(() -> of.over(device, new float[7], 3)).hasMessageContaining("z has 7 elements");
        assertThatThrownBy(() -> of.over(device, new double[5][2]))
                .hasMessageContaining("depends on z, which ends with coordinate 3 of a draw, but the draws have 2");
        try (MeanFieldGaussian q = new MeanFieldGaussian(device, 2, 3)) {
            assertThatThrownBy(() -> of.under(q, KEY, 100)).hasMessageContaining("q has 2 problems, but must have 1");
        }
    }

    @Test
    void tooFewDrawsAreRefused() {
        Expr z = new Parameters().add("z", 2);
        try (MeanFieldGaussian q = q(TestDevices.scalar())) {
            assertThatThrownBy(() -> Expectation.of(z).under(q, KEY, 1))
                    .hasMessageContaining("draws is 1, but must be from 2");
        }
        assertThatThrownBy(() -> Expectation.of()).hasMessageContaining("nothing to take an expectation of");
    }
}
