package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ELBO of full-rank normals over fixed draws, its gradient and its curvature against differences, in float64. */
class FullRankDrawsTest {
    private static final int D = 3;
    private static final int N = 9;
    private static final int PAIRS = 24;
    /** A point: the mean, and the lower triangle by rows with logarithms on its diagonal. */
    private static final double[] PHI = {0.3, -0.5, 0.2, -0.4, 0.5, 0.1, -0.3, 0.2, -0.6};

    /** In which the ELBO has its coordinates. */
    private static final StartNormal AROUND = StartNormal.correlated(
            new double[] {0.2, 0, -0.1}, new double[][] {{1.2, 0, 0}, {0.4, 0.8, 0}, {-0.2, 0.1, 0.7}});

    private final PointDensity density = new PointDensity(
            TestDevices.scalar(), HostLogJoint.ofDraw(List.of("a", "b", "c"), FullRankDrawsTest::skewed));
    private final FullRankDraws elbo =
            new FullRankDraws(new PointVisits(Objective.of(density), () -> false), normals(), AROUND);

    private static double skewed(double[] z, double[] gradient) {
        double bend = z[1] - z[0] * z[0];
        gradient[0] = -Math.exp(z[0]) + 1 + 2 * z[0] * bend;
        gradient[1] = -bend - Math.sinh(z[2] + z[1]);
        gradient[2] = -Math.sinh(z[2] + z[1]);
        return -Math.exp(z[0]) + z[0] - bend * bend / 2 - Math.cosh(z[2] + z[1]);
    }

    private static double[] normals() {
        SplittableRandom random = new SplittableRandom(7);
        double[] normals = new double[PAIRS * D];
        for (int i = 0; i < normals.length; i++) {
            normals[i] = random.nextGaussian();
        }
        return normals;
    }

    @AfterEach
    void close() {
        density.close();
    }

    private double[] gradient(double[] phi) {
        double[] gradient = new double[N];
        elbo.evaluate(1, phi, new double[1], gradient);
        return gradient;
    }

    private static double[] moved(int i, double by) {
        double[] phi = PHI.clone();
        phi[i] += by;
        return phi;
    }

    /** The definition, summed here: with {@code e = C·epsilon} drawn, the factor in z is L·T·C⁻¹, and the covariance is that of the points. */
    @Test
    void theValueIsTheMeanOverPairsWithTheEntropyOfTheirCovariance() {
        double[] normals = normals();
        double[][] moment = new double[D][D];
        for (int p = 0; p < PAIRS; p++) {
            for (int i = 0; i < D; i++) {
                for (int j = 0; j < D; j++) {
                    moment[i][j] += normals[p * D + i] * normals[p * D + j] / PAIRS;
                }
            }
        }
        double[][] root = new double[D][D];
        assertThat(LowerTriangle.factor(moment, 0, 0, root)).isEqualTo(-1);
        StartNormal q = elbo.normal(PHI);
        double[][] factor = LowerTriangle.product(q.dense(), LowerTriangle.inverse(root));
        double sum = 0;
        double[][] covariance = new double[D][D];
        for (int p = 0; p < PAIRS; p++) {
            double[] e = {normals[p * D], normals[p * D + 1], normals[p * D + 2]};
            double[] off = LowerTriangle.times(factor, e);
            for (int sign = -1; sign <= 1; sign += 2) {
                double[] z = new double[D];
                for (int i = 0; i < D; i++) {
                    z[i] = q.mean()[i] + sign * off[i];
                    for (int j = 0; j < D; j++) {
                        covariance[i][j] += off[i] * off[j] / (2 * PAIRS);
                    }
                }
                sum += skewed(z, new double[D]);
            }
        }
        double[] value = new double[2];
        double[] two = new double[2 * N];
        System.arraycopy(PHI, 0, two, N, N); // the second of two points
        elbo.evaluate(2, two, value, null);
        assertThat(value[1]).isCloseTo(sum / (2 * PAIRS) + q.logDeterminant(), within(1e-12));
        for (int i = 0; i < D; i++) {
            assertThat(q.covariance()[i]).containsExactly(covariance[i], within(1e-12));
        }
    }

    @Test
    void theGradientIsThatOfTheValue() {
        double[] gradient = gradient(PHI);
        for (int i = 0; i < N; i++) {
            double[] up = new double[1];
            double[] down = new double[1];
            elbo.evaluate(1, moved(i, 1e-5), up, null);
            elbo.evaluate(1, moved(i, -1e-5), down, null);
            assertThat(gradient[i]).as("%d", i).isCloseTo((up[0] - down[0]) / 2e-5, within(1e-7));
        }
    }

    /** Steps of 2^-12 on one side: errors of the first order cancel between a draw and its opposite, but not all of them. */
    @Test
    void theCurvatureIsThatOfTheGradient() {
        FullRankCurvature curvature = elbo.curvature(PHI);
        for (int i = 0; i < N; i++) {
            double[] unit = new double[N];
            unit[i] = 1;
            double[] column = curvature.times(unit);
            double[] up = gradient(moved(i, 1e-5));
            double[] down = gradient(moved(i, -1e-5));
            for (int j = 0; j < N; j++) {
                assertThat(column[j]).as("%d, %d", i, j).isCloseTo((down[j] - up[j]) / 2e-5, within(5e-3));
            }
        }
    }
}
