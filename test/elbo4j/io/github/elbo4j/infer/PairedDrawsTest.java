package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ELBO over fixed draws, its gradient and its curvature against differences, in float64. */
class PairedDrawsTest {
    private static final int D = 3;
    private static final int PAIRS = 24;
    private static final int BLOCKS = 8;
    private static final double[] PHI = {0.3, -0.5, 0.2, -0.7, 0.1, -1.2};

    private static final StartNormal AROUND = StartNormal.independent(new double[D], StartNormal.ones(D));

    private final PointDensity density = new PointDensity(
            TestDevices.scalar(), HostLogJoint.ofDraw(List.of("a", "b", "c"), PairedDrawsTest::skewed));
    private final PairedDraws objective = of(PAIRS);

    private PairedDraws of(int pairs) {
        return new PairedDraws(new PointVisits(Objective.of(density), () -> false), normals(PAIRS), pairs, AROUND);
    }

    /** Far from a normal: −exp(a) + a − (b − a²)²/2 − cosh(c + b). */
    private static double skewed(double[] z, double[] gradient) {
        double bend = z[1] - z[0] * z[0];
        gradient[0] = -Math.exp(z[0]) + 1 + 2 * z[0] * bend;
        gradient[1] = -bend - Math.sinh(z[2] + z[1]);
        gradient[2] = -Math.sinh(z[2] + z[1]);
        return -Math.exp(z[0]) + z[0] - bend * bend / 2 - Math.cosh(z[2] + z[1]);
    }

    private static float[] normals(int pairs) {
        SplittableRandom random = new SplittableRandom(7);
        float[] normals = new float[pairs * D];
        for (int i = 0; i < normals.length; i++) {
            normals[i] = (float) random.nextGaussian();
        }
        return normals;
    }

    @AfterEach
    void close() {
        density.close();
    }

    private static double[] gradient(PairedDraws of, double[] phi) {
        double[] gradient = new double[2 * D];
        of.evaluate(1, phi, new double[1], gradient);
        return gradient;
    }

    private static double[] moved(int i, double by) {
        double[] phi = PHI.clone();
        phi[i] += by;
        return phi;
    }

    /** The definition, summed here. */
    @Test
    void theValueIsTheMeanOverPairsWithTheEntropy() {
        float[] normals = normals(PAIRS);
        double sum = 0;
        for (int p = 0; p < PAIRS; p++) {
            for (int sign = -1; sign <= 1; sign += 2) {
                double[] z = new double[D];
                for (int d = 0; d < D; d++) {
                    z[d] = PHI[d] + sign * Math.exp(PHI[D + d]) * normals[p * D + d];
                }
                sum += skewed(z, new double[D]);
            }
        }
        double[] value = new double[2];
        double[] two = new double[4 * D];
        System.arraycopy(PHI, 0, two, 2 * D, 2 * D); // the second of two points
        objective.evaluate(2, two, value, null);
        assertThat(value[1]).isCloseTo(sum / (2 * PAIRS) + PHI[3] + PHI[4] + PHI[5], within(1e-12));
    }

    @Test
    void theGradientIsThatOfTheValue() {
        double[] gradient = gradient(objective, PHI);
        for (int i = 0; i < 2 * D; i++) {
            double[] up = new double[1];
            double[] down = new double[1];
            objective.evaluate(1, moved(i, 1e-5), up, null);
            objective.evaluate(1, moved(i, -1e-5), down, null);
            assertThat(gradient[i]).isCloseTo((up[0] - down[0]) / 2e-5, within(1e-7));
        }
    }

    @Test
    void blocksHaveTheWholeForTheirMean() {
        double[][] blocks = objective.gradientsOfBlocks(PHI, BLOCKS);
        double[] whole = gradient(objective, PHI);
        for (int i = 0; i < 2 * D; i++) {
            double sum = 0;
            for (double[] block : blocks) {
                sum += block[i];
            }
            assertThat(sum / BLOCKS).isCloseTo(whole[i], within(1e-12));
        }
        // The first block alone is the objective of its own pairs.
        PairedDraws first = of(PAIRS / BLOCKS);
        assertThat(blocks[0]).containsExactly(gradient(first, PHI), within(1e-12));
    }

    /** Steps of 2^-12 sd on one side: errors of the first order cancel between a draw and its opposite, but not all of them. */
    @Test
    void theCurvatureIsThatOfTheGradient() {
        double[][][] blocks = objective.curvatureOfBlocks(PHI, BLOCKS, -1);
        double[][][] others = objective.curvatureOfBlocks(PHI, BLOCKS, 2);
        assertThat(others).hasDimensions(1, 2 * D);
        for (int i = 0; i < 2 * D; i++) {
            double[] up = gradient(objective, moved(i, 1e-5));
            double[] down = gradient(objective, moved(i, -1e-5));
            for (int j = 0; j < 2 * D; j++) {
                double sum = 0;
                for (double[][] block : blocks) {
                    sum += block[i][j];
                }
                assertThat(sum / BLOCKS).as("%d, %d", i, j).isCloseTo((down[j] - up[j]) / 2e-5, within(2e-3));
                assertThat(others[0][i][j]).isCloseTo((sum - blocks[2][i][j]) / (BLOCKS - 1), within(1e-9));
            }
        }
    }

    @Test
    void whatIsCancelledEnds() {
        PointVisits visits = new PointVisits(Objective.of(density), () -> true);
        PairedDraws cancelled = new PairedDraws(visits, normals(PAIRS), PAIRS, AROUND);
        assertThatThrownBy(() -> gradient(cancelled, PHI)).isInstanceOf(CancellationException.class);
        assertThat(visits.count()).isZero();
    }
}
