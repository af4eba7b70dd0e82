package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Leapfrog.Places;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Paths of Hamiltonian dynamics, in float64 on the host. */
class LeapfrogTest {
    private static final Gaussian METRIC = new Gaussian(new double[] {5, 7}, new double[][] {{4, 1}, {1, 9}});

    /** log p = −cosh(x) − x·y/4 − y²/2: curved, and no normal. */
    private static HostLogJoint joint() {
        return HostLogJoint.ofDraw(List.of("x", "y"), (z, gradient) -> {
            gradient[0] = -StrictMath.sinh(z[0]) - z[1] / 4;
            gradient[1] = -z[0] / 4 - z[1];
            return -StrictMath.cosh(z[0]) - z[0] * z[1] / 4 - z[1] * z[1] / 2;
        });
    }

    private static Places begin(Leapfrog leapfrog) {
        Places at = new Places(2, 2);
        System.arraycopy(new double[] {0.5, -1, 1.2, 0.3}, 0, at.z, 0, 4);
        leapfrog.evaluate(at);
        return at;
    }

    private static double[] velocity() {
        return new double[] {0.7, -0.2, -0.5, 0.9};
    }

    private static double energy(int chain, Places at, double[] v) {
        return (v[2 * chain] * v[2 * chain] + v[2 * chain + 1] * v[2 * chain + 1]) / 2 - at.logP[chain];
    }

    private static double energyError(int chain, int steps) {
        try (PointDensity density = new PointDensity(TestDevices.scalar(), joint())) {
            Leapfrog leapfrog = new Leapfrog(density, 2, METRIC);
            Places at = begin(leapfrog);
            double[] v = velocity();
            double before = energy(chain, at, v);
            leapfrog.run(0.75 / steps, steps, at, v);
            return energy(chain, at, v) - before;
        }
    }

    /** Twice the steps, a quarter of the error; what is left is of the fourth order, 1 % at these sizes. */
    @Test
    void theErrorOfTheEnergyFallsWithTheSquareOfTheStep() {
        for (int chain = 0; chain < 2; chain++) {
            double coarse = energyError(chain, 40);
            double fine = energyError(chain, 80);
            assertThat(Math.abs(coarse)).isGreaterThan(1e-6);
            assertThat(coarse / fine).isCloseTo(4, within(0.04));
        }
    }

    @Test
    void turnedRoundItComesBack() {
        try (PointDensity density = new PointDensity(TestDevices.scalar(), joint())) {
            Leapfrog leapfrog = new Leapfrog(density, 2, METRIC);
            Places at = begin(leapfrog);
            double[] v = velocity();
            leapfrog.run(0.1, 20, at, v);
            assertThat(Math.abs(at.z[0] - 0.5)).isGreaterThan(0.1);
            for (int i = 0; i < v.length; i++) {
                v[i] = -v[i];
            }
            leapfrog.run(0.1, 20, at, v);
            double[] z = {0.5, -1, 1.2, 0.3};
            for (int i = 0; i < 4; i++) {
                // 20 steps there and back, each of a few roundings that grow with the path.
                assertThat(at.z[i]).isCloseTo(z[i], within(1e-12));
                assertThat(v[i]).isCloseTo(-velocity()[i], within(1e-12));
            }
            assertThat(leapfrog.evaluations()).isEqualTo(2 * 41);
        }
    }

    /** A standard normal turns: by the metric of its own covariance each coordinate swings in phase, {@code z(t) = z0·cos t + R·v0·sin t}. */
    @Test
    void aNormalSwings() {
        Gaussian normal = new Gaussian(new double[2], new double[][] {{4, 1}, {1, 9}});
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("x", "y"), (z, gradient) -> {
            gradient[0] = -(9 * z[0] - z[1]) / 35;
            gradient[1] = -(4 * z[1] - z[0]) / 35;
            return normal.logDensity(z);
        });
        try (PointDensity density = new PointDensity(TestDevices.scalar(), joint)) {
            Leapfrog leapfrog = new Leapfrog(density, 2, METRIC);
            Places at = begin(leapfrog);
            leapfrog.run(1e-3, 1000, at, velocity());
            double[] pushed = normal.at(new double[] {0.7, -0.2});
            // The phase is off by t·eps²/24.
            assertThat(at.z[0]).isCloseTo(0.5 * Math.cos(1) + pushed[0] * Math.sin(1), within(1e-6));
            assertThat(at.z[1]).isCloseTo(-Math.cos(1) + pushed[1] * Math.sin(1), within(1e-6));
        }
    }

    @Test
    void aLostChainStaysWhereItBegan() {
        HostLogJoint wall = HostLogJoint.ofDraw(List.of("x", "y"), (z, gradient) -> {
            gradient[0] = -z[0];
            gradient[1] = -z[1];
            return z[0] > 1.5 ? Double.NaN : -(z[0] * z[0] + z[1] * z[1]) / 2;
        });
        try (PointDensity density = new PointDensity(TestDevices.scalar(), wall)) {
            Leapfrog leapfrog = new Leapfrog(density, 2, METRIC);
            Places at = begin(leapfrog);
            boolean[] lost = leapfrog.run(0.1, 20, at, new double[] {-0.1, 0, 5, 0});
            assertThat(lost).containsExactly(false, true);
            assertThat(at.z[2]).isEqualTo(1.2);
            assertThat(at.z[3]).isEqualTo(0.3);
            assertThat(at.z[0]).isNotEqualTo(0.5);
        }
    }
}
