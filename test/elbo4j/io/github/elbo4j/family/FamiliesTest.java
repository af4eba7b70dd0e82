package io.github.elbo4j.family;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Recorder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FamiliesTest {
    private static final Key KEY = new Key(7);
    private static final List<String> NAMES = List.of("a", "b", "c");

    @EveryDevice
    void whatIsSetIsWhatIsSampled(Device device) {
        double[] mean = {1, -2, 30};
        double[] sd = {0.5, 3, 1e-2};
        DrawBlock shape = DrawBlock.of(2, 4000, 3);
        for (Families kind : Families.values()) {
            try (VariationalFamily q = kind.create(device, 2, 3);
                    Buffer z = device.allocate(shape.elements())) {
                q.set(1, mean, sd);
                q.sample(KEY, 0, shape, z);
                float[] draws = z.toFloats();
                for (int b = 0; b < 2; b++) {
                    for (int d = 0; d < 3; d++) {
                        double m = b == 0 ? 0 : mean[d];
                        double s = b == 0 ? 1 : sd[d];
                        double sum = 0;
                        double squares = 0;
                        for (int i = 0; i < 4000; i++) {
                            double x = (draws[(b * 4000 + i) * 3 + d] - m) / s;
                            sum += x / 4000;
                            squares += x * x / 4000;
                        }
                        // 5 standard errors of a mean and of a mean square: 1 in 10^6 each
                        close(kind + " mean", sum, 0, 5 / Math.sqrt(4000));
                        close(kind + " mean square", squares, 1, 5 * Math.sqrt(2.0 / 4000));
                    }
                }
            }
        }
    }

    @Test
    void theGaussianOnTheHostHasTheParameters() {
        try (MeanFieldGaussian q = new MeanFieldGaussian(TestDevices.scalar(), 2, 3)) {
            q.set(1, new double[] {1, 2, 3}, new double[] {0.5, 1, 2});
            Gaussian g = q.toGaussian(1);
            assertThat(g.mean()).containsExactly(1, 2, 3);
            assertThat(g.covariance()[0][1]).isZero();
            // log 0.5 in float32 is off by half an ulp, 2^-26, and doubled
            close("variance", g.covariance()[0][0], 0.25, 0.25 * 2 * 0x1p-25);
            close("standard deviation", g.standardDeviation(2), 2, 2 * 0x1p-25);
            assertThat(q.toGaussian(0).covariance()[2][2]).isEqualTo(1);
        }
        try (FullRankGaussian q = new FullRankGaussian(TestDevices.scalar(), 1, 2)) {
            q.parameterBuffer().write(0, new float[] {1, 2, 0, 0, 0.5f, (float) Math.log(2)}, 0, 6);
            q.update();
            Gaussian g = q.toGaussian(0);
            assertThat(g.covariance()[0][0]).isEqualTo(1);
            assertThat(g.covariance()[0][1]).isEqualTo(0.5).isEqualTo(g.covariance()[1][0]);
            close("variance", g.covariance()[1][1], 4.25, 4 * 0x1p-23);
            close("correlation", g.correlation(0, 1), 0.5 / Math.sqrt(4.25), 1e-7);
        }
    }

    @Test
    void theCovarianceOfAFullFactorIsItsSquare() {
        int d = 7;
        try (FullRankGaussian q = new FullRankGaussian(TestDevices.scalar(), 1, d)) {
            float[] p = normals(5, q.parameters(), 0, 0.5); // what stands above the diagonal is not read
            Gaussian g = q.toGaussian(p);
            double[][] lower = new double[d][d];
            for (int i = 0; i < d; i++) {
                for (int j = 0; j <= i; j++) {
                    lower[i][j] = i == j ? Math.exp(p[(i + 1) * d + j]) : p[(i + 1) * d + j];
                }
            }
            for (int i = 0; i < d; i++) {
                close("mean", g.mean(i), p[i], 0);
                for (int j = 0; j < d; j++) {
                    double want = 0;
                    for (int k = 0; k < d; k++) {
                        want += lower[i][k] * lower[j][k];
                    }
                    close("covariance " + i + ", " + j, g.covariance(i, j), want, 1e-13);
                }
            }
        }
    }

    /** From epsilon and from z: the densities differ by the roundings of z, times what L's inverse makes of them. */
    @EveryDevice
    void theDensityAtADrawIsTheDensity(Device device) {
        DrawBlock shape = new DrawBlock(2, 70, 3, 4, 64, 0);
        for (Families kind : Families.values()) {
            try (VariationalFamily q = kind.create(device, 2, 3);
                    Buffer z = device.allocate(shape.elements());
                    Buffer one = device.allocate(ElementType.FLOAT64, shape.allDraws());
                    Buffer other = device.allocate(ElementType.FLOAT64, shape.allDraws())) {
                float[] parameters = normals(3, 2L * q.parameters(), 0, 0.5);
                if (kind == Families.FULL_RANK) {
                    for (int b = 0; b < 2; b++) { // zeros above the diagonal
                        parameters[b * 12 + 4] = parameters[b * 12 + 5] = parameters[b * 12 + 8] = 0;
                    }
                }
                q.parameterBuffer().write(0, parameters, 0, parameters.length);
                q.update();
                for (int again = 0; again < 2; again++) { // the second time memory is kept
                    q.sample(KEY, again, shape, z);
                    int step = again;
                    Recorder.run(device, to -> q.logDensityAtDraw(to, KEY, Index.of(step), shape, z, one));
                    q.logDensity(shape, z, other);
                    double[] got = one.toDoubles();
                    double[] want = other.toDoubles();
                    for (int r = 0; r < got.length; r++) {
                        close(kind + " row " + r, got[r], want[r], 1000 * U * (1 + Math.abs(want[r])));
                    }
                }
            }
        }
    }

    /** The triangular solve would give about −10^9 here. */
    @EveryDevice
    void theDensityAtADrawSurvivesANearlySingularFactor(Device device) {
        DrawBlock shape = DrawBlock.of(1, 64, 2);
        try (FullRankGaussian q = new FullRankGaussian(device, 1, 2);
                Buffer z = device.allocate(shape.elements());
                Buffer logQ = device.allocate(ElementType.FLOAT64, 64);
                Buffer epsilon = device.allocate(shape.elements())) {
            q.parameterBuffer().write(0, new float[] {1, 1, -20, 0, 5, -20}, 0, 6);
            q.update();
            q.sample(KEY, 0, shape, z);
            int step = 0;
            Recorder.run(device, to -> q.logDensityAtDraw(to, KEY, Index.of(step), shape, z, logQ));
            device.run(new NormalOps.Normal(KEY, Index.of(0), shape, epsilon));
            float[] e = epsilon.toFloats();
            double[] got = logQ.toDoubles();
            for (int s = 0; s < 64; s++) {
                double want = -0.5 * (e[2 * s] * (double) e[2 * s] + e[2 * s + 1] * (double) e[2 * s + 1])
                        + 40
                        - Math.log(2 * Math.PI);
                close("log q", got[s], want, 100 * 10 * U);
            }
        }
    }

    @EveryDevice
    void theEntropysGradientIsOneInEachLogScale(Device device) {
        for (Families kind : List.of(Families.MEAN_FIELD, Families.FULL_RANK)) {
            try (VariationalFamily q = kind.create(device, 2, 3);
                    Buffer entropy = device.allocate(ElementType.FLOAT64, 2)) {
                float[] gradient;
                try (Buffer sum = device.allocate(2L * q.parameters())) {
                    q.addEntropyGradient(device, sum);
                    gradient = sum.toFloats();
                }
                q.entropy(device, entropy, 0);
                double before = entropy.toDoubles()[1];
                for (int p = 0; p < q.parameters(); p++) {
                    float[] value = {0.5f};
                    if (kind == Families.FULL_RANK && p >= 3 && (p - 3) % 3 > (p - 3) / 3) {
                        same("gradient above the diagonal", gradient[p], 0);
                        continue;
                    }
                    long at = q.parameters() + p; // of problem 1
                    float[] old = new float[1];
                    q.parameterBuffer().read(at, old, 0, 1);
                    q.parameterBuffer().write(at, value, 0, 1);
                    q.update();
                    q.entropy(device, entropy, 0);
                    // the entropy is linear: the difference is 0.5 or 0, up to rounding of a sum of about 5
                    double difference = entropy.toDoubles()[1] - before;
                    close(q.describe(p, NAMES), difference, 0.5 * gradient[q.parameters() + p], 10 * U);
                    q.parameterBuffer().write(at, old, 0, 1);
                }
            }
        }
    }

    /** By central differences. */
    @EveryDevice
    void theLowRankEntropysGradientIsItsSlope(Device device) {
        double step = 0x1p-6;
        try (VariationalFamily q = Families.LOW_RANK.create(device, 2, 3);
                Buffer entropy = device.allocate(ElementType.FLOAT64, 4);
                Buffer sum = device.allocate(2L * q.parameters())) {
            float[] parameters = normals(3, 2L * q.parameters(), 0, 0.5);
            q.parameterBuffer().write(0, parameters, 0, parameters.length);
            q.update();
            q.addEntropyGradient(device, sum);
            for (int p = 0; p < q.parameters(); p++) {
                int at = q.parameters() + p; // of problem 1
                for (int slot = 0; slot < 2; slot++) {
                    float[] value = {(float) (parameters[at] + (slot == 0 ? -step : step))};
                    q.parameterBuffer().write(at, value, 0, 1);
                    q.update();
                    q.entropy(device, entropy, slot);
                }
                q.parameterBuffer().write(at, parameters, at, 1);
                double[] h = entropy.toDoubles();
                // 20 roundings of about 5 in each entropy, and the third derivative of a logarithm, at most 8, times
                // step²/6
                double slack = 2 * 20 * 5 * U / (2 * step) + 8 * step * step / 6;
                close(q.describe(p, NAMES), (h[3] - h[1]) / (2 * step), sum.toFloats()[at], slack);
            }
        }
    }

    /** Loadings of zero would be a saddle; those that `set` leaves are small, and the variances are what was asked for. */
    @Test
    void theLowRankFamilyBeginsNearIndependence() {
        double[] mean = new double[50];
        double[] sd = new double[50];
        Arrays.setAll(sd, d -> Math.pow(10, d % 7 - 3));
        try (LowRankGaussian q = new LowRankGaussian(TestDevices.scalar(), 2, 50, 3)) {
            q.set(1, mean, sd);
            Gaussian g = q.toGaussian(1);
            double largest = 0;
            for (int i = 0; i < 50; i++) {
                close("sd", g.standardDeviation(i), sd[i], 1e-6 * sd[i]); // omega and loadings are float32
                close("sd of problem 0", q.toGaussian(0).standardDeviation(i), 1, 1e-6);
                for (int j = 0; j < i; j++) {
                    assertThat(g.correlation(i, j)).isNotZero();
                    largest = Math.max(largest, Math.abs(g.correlation(i, j)));
                }
            }
            assertThat(largest).isLessThan(0.01);
            assertThat(q.toGaussian(1)).isEqualTo(g);
        }
    }

    @Test
    void theCovarianceOfLoadingsIsTheirSquareAndTheNoise() {
        try (LowRankGaussian q = new LowRankGaussian(TestDevices.scalar(), 1, 2, 1)) {
            Gaussian g = q.toGaussian(new float[] {1, 2, 0, (float) Math.log(2), 0.5f, 3});
            assertThat(g.mean()).containsExactly(1, 2);
            assertThat(g.covariance(0, 0)).isEqualTo(1.25);
            assertThat(g.covariance(0, 1)).isEqualTo(1.5);
            close("variance", g.covariance(1, 1), 13, 13 * 0x1p-23);
        }
    }

    @Test
    void parametersAreCalledByName() {
        Device device = TestDevices.scalar();
        try (VariationalFamily mean = Family.meanField().create(device, 1, 3);
                VariationalFamily full = Family.fullRank().create(device, 1, 3);
                VariationalFamily low = new LowRankGaussian(device, 1, 3, 2)) {
            assertThat(mean.describe(1, NAMES)).isEqualTo("the mean of b");
            assertThat(mean.describe(5, NAMES)).isEqualTo("the log standard deviation of c");
            assertThat(full.describe(2, NAMES)).isEqualTo("the mean of c");
            assertThat(full.describe(3 + 4, NAMES)).contains("log scale").endsWith("of b");
            assertThat(full.describe(3 + 7, NAMES)).endsWith("for c and b");
            assertThat(low.describe(2, NAMES)).isEqualTo("the mean of c");
            assertThat(low.describe(3, NAMES)).endsWith("that a has of its own");
            assertThat(low.describe(10, NAMES)).isEqualTo("the loading of b on factor 2");
        }
    }

    @Test
    void badArgumentsAreRefused() {
        Device device = TestDevices.scalar();
        assertThatThrownBy(() -> new MeanFieldGaussian(device, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dimensions is 0, but must be 1 or more");
        assertThatThrownBy(() -> new FullRankGaussian(device, -1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("problems is -1, but must be 1 or more");
        assertThatThrownBy(() -> new LowRankGaussian(device, 1, 2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank is 0, but must be 1 or more");
        assertThatThrownBy(() -> new LowRankGaussian(device, 1, 2, 65))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank is 65, but must be 64 or less");
        for (Families kind : Families.values()) {
            try (VariationalFamily q = kind.create(device, 1, 2)) {
                assertThatThrownBy(() -> q.set(0, new double[3], new double[] {1, 1}))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("mean has 3 elements, but the family has 2 dimensions");
                assertThatThrownBy(() -> q.set(0, new double[] {0, Double.NaN}, new double[] {1, 1}))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("mean[1] is NaN, but must be finite");
                assertThatThrownBy(() -> q.set(0, new double[2], new double[] {1, 0}))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("standardDeviation[1] is 0.0, but must be finite and positive");
                assertThatThrownBy(() -> q.set(1, new double[2], new double[] {1, 1}))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("problem is 1, but there are 1");
                assertThatThrownBy(() -> q.toGaussian(new float[3])).isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThatThrownBy(() -> new Gaussian(new double[2], new double[][] {{1, 0}, {0}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 1");
    }
}
