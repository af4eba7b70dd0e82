package io.github.elbo4j.model;

import static io.github.elbo4j.model.GradientCheckTest.check;
import static io.github.elbo4j.model.GradientCheckTest.draws;
import static io.github.elbo4j.model.GradientCheckTest.joint;
import static io.github.elbo4j.model.GradientCheckTest.ones;
import static io.github.elbo4j.model.GradientCheckTest.right;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.TestDevices;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What a check of gradients must not blame: kinks, edges, steps, noise, rounding, and what cannot be compared. */
class NoWrongGradientTest {
    /** A kink of any size wherever it lies, beside what is smooth; and kinks of a sum of hinges, some at the very draw. */
    @Test
    void aKinkIsNoWrongGradient() {
        double[] scale = {1};
        double e = 0x1p-10;
        for (int k = -250; k <= 250; k++) {
            for (double size : new double[] {1, -1, 1e-3, 1e4}) {
                double kink = 0.75 + k * e / 100;
                right(
                        new double[][] {{0.75}},
                        scale,
                        (z, g) -> g[0] = size * Math.signum(z[0] - kink) - z[0],
                        z -> size * Math.abs(z[0] - kink) - 0.5 * z[0] * z[0]);
            }
        }
        double[][] at = draws(3, 200, new double[] {0}, scale);
        for (int hinges : new int[] {1, 10, 1000}) {
            double[] corner = draws(hinges, 1, new double[hinges], ones(hinges))[0];
            corner[0] = at[0][0];
            right(
                    at,
                    scale,
                    (z, g) -> {
                        for (double c : corner) {
                            g[0] -= z[0] > c ? 1 : 0;
                        }
                    },
                    z -> {
                        double sum = 0;
                        for (double c : corner) {
                            sum -= Math.max(0, z[0] - c);
                        }
                        return sum;
                    });
        }
    }

    @Test
    void edgesStepsNoiseAndRoundingAreNoWrongGradients() {
        double[] scale = {1};
        double[][] at = draws(4, 300, new double[] {0.5}, scale);
        Random random = new Random(1);
        // the exponential distribution, and one that is NaN outside
        right(at, scale, (z, g) -> g[0] = -1, z -> z[0] < 0 ? Double.NEGATIVE_INFINITY : -z[0]);
        right(at, scale, (z, g) -> g[0] = 1 / z[0], z -> Math.log(z[0]));
        right(at, scale, (z, g) -> g[0] = 0, z -> Math.floor(300 * z[0]));
        // the seed of whose noise is the draw, and whose is not
        right(
                at,
                scale,
                (z, g) -> g[0] = -z[0],
                z -> noisy(z[0], 1e-3, new SplittableRandom(Double.doubleToLongBits(z[0]))));
        right(at, scale, (z, g) -> g[0] = -z[0], z -> noisy(z[0], 1e-3, random));
        right(at, scale, (z, g) -> g[0] = -z[0], z -> (float) noisy(z[0], 0, random));
        right(at, scale, (z, g) -> g[0] = -z[0], z -> 1e9 + noisy(z[0], 0, random));
        right(at, scale, (z, g) -> g[0] = -z[0], z -> 1e9 + noisy(z[0], 0, random) - 1e9);
        // gradients that are approximate to a few digits
        right(at, scale, (z, g) -> g[0] = (1 - z[0]) * 1.0005);
    }

    @Test
    void whereNothingCanBeComparedNothingIsSaidAgainstIt() {
        Random random = new Random(1);
        GradientCheck.Report nowhere =
                check(new double[][] {{-1}, {-2}}, new double[] {1}, (z, g) -> g[0] = 7, z -> Math.log(z[0]));
        assertThat(nowhere.passed()).isTrue();
        assertThat(nowhere.message()).startsWith("the gradient could not be compared: log p is not finite");
        GradientCheck.Report noise =
                check(new double[][] {{1}}, new double[] {1}, (z, g) -> g[0] = 7, z -> random.nextDouble());
        assertThat(noise.passed()).isTrue();
        assertThat(noise.message()).contains("not the same when it is asked for twice");
        assertThat(GradientCheck.check(
                                TestDevices.scalar(), joint((z, g) -> {}, z -> 0), new double[0][], new double[] {1})
                        .passed())
                .isTrue();
    }

    private static double noisy(double z, double noise, RandomGenerator random) {
        return -0.5 * z * z + noise * random.nextGaussian();
    }
}
