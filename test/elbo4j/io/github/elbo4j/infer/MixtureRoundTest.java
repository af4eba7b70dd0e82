package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The natural gradients of a mixture, against derivatives of its ELBO by quadrature. */
class MixtureRoundTest {
    private static final Device HOST = TestDevices.scalar();

    private static MixtureComponent component(double weight, double[] mean, double[][] factor) {
        return new MixtureComponent(StrictMath.log(weight), mean, factor);
    }

    private static final MixtureComponent FIRST =
            component(0.4, new double[] {-1, 0.5}, new double[][] {{1, 0}, {0.4, 0.8}});
    private static final MixtureComponent SECOND =
            component(0.6, new double[] {1.5, -0.2}, new double[][] {{0.7, 0}, {-0.3, 1.2}});

    private static double log(double[] z, MixtureComponent... q) {
        double sum = 0;
        for (MixtureComponent each : q) {
            sum += Math.exp(each.logTerm(each.whitened(z)));
        }
        return Math.log(sum);
    }

    /** A density that is no normal: log p = −z0⁴/20 − z0²/2 − (z1 − z0²/3)²/2. */
    private static double logP(double[] z, double[] gradient) {
        double off = z[1] - z[0] * z[0] / 3;
        gradient[0] = -z[0] * z[0] * z[0] / 5 - z[0] + off * 2 * z[0] / 3;
        gradient[1] = -off;
        return -Math.pow(z[0], 4) / 20 - z[0] * z[0] / 2 - off * off / 2;
    }

    /** E_k[f], f = log p − log q, of a component that may differ from the one in q, on a grid of 241² points over ±8 of its sds. */
    private static double mean(MixtureComponent k, MixtureComponent... q) {
        int n = 120;
        double step = 8.0 / n;
        double sum = 0;
        for (int i = -n; i <= n; i++) {
            for (int j = -n; j <= n; j++) {
                double[] y = {i * step, j * step};
                double[] z = k.normal().at(y);
                double weight = Math.exp(-(y[0] * y[0] + y[1] * y[1]) / 2) / (2 * Math.PI) * step * step;
                sum += weight * (logP(z, new double[2]) - log(z, q));
            }
        }
        return sum;
    }

    /**
     * The mean of f under a component moves by slope·h for a mean that moves by R·h, and by curvature·h²/2 where its covariance grows by
     * h² along a coordinate of y; q inside f stays as it is. 40,000 pairs have errors of some 0.01.
     */
    @Test
    void slopesAndCurvaturesAreDerivatives() {
        MixtureRound round = round(List.of(FIRST, SECOND), 40_000, 3);
        MixtureComponent[] q = {FIRST, SECOND};
        double elbo = 0;
        for (int k = 0; k < 2; k++) {
            double value = mean(q[k], q);
            elbo += Math.exp(q[k].logWeight()) * value;
            assertThat(round.part(k).value())
                    .isCloseTo(value, within(5 * Math.sqrt(round.part(k).variance())));
            for (int i = 0; i < 2; i++) {
                double[] unit = new double[2];
                unit[i] = 1e-3;
                MixtureComponent up = q[k].around(q[k].normal().at(unit), 0);
                MixtureComponent down = q[k].around(q[k].normal().at(minus(unit)), 0);
                double slope = (mean(up, q) - mean(down, q)) / 2e-3;
                double curvature = (mean(up, q) + mean(down, q) - 2 * value) / 1e-6;
                assertThat(round.part(k).slope()[i]).isCloseTo(slope, within(0.03));
                assertThat(round.part(k).curvature()[i][i]).isCloseTo(curvature, within(0.1));
            }
            double[] both = {1e-3, 1e-3};
            double[] apart = {1e-3, -1e-3};
            double mixed = (mean(q[k].around(q[k].normal().at(both), 0), q)
                            + mean(q[k].around(q[k].normal().at(minus(both)), 0), q)
                            - mean(q[k].around(q[k].normal().at(apart), 0), q)
                            - mean(q[k].around(q[k].normal().at(minus(apart)), 0), q))
                    / 4e-6;
            assertThat(round.part(k).curvature()[0][1]).isCloseTo(mixed, within(0.1));
            assertThat(round.part(k).curvature()[1][0]).isEqualTo(round.part(k).curvature()[0][1]);
        }
        assertThat(round.elbo().value()).isCloseTo(elbo, within(5 * round.elbo().standardError()));
        assertThat(round.elbo().standardError()).isBetween(1e-4, 0.02);
    }

    private static double[] minus(double[] u) {
        return new double[] {-u[0], -u[1]};
    }

    private static MixtureRound round(List<MixtureComponent> q, int pairs, long seed) {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("a", "b"), MixtureRoundTest::logP);
        try (PointDensity density = new PointDensity(HOST, joint)) {
            return MixtureRound.of(density, q, new Key(seed), 0, pairs);
        }
    }

    /** Nothing is noise where q is p: the ELBO is the log evidence at every draw, and no component moves. */
    @Test
    void theTruthIsAFixedPoint() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("a", "b"), (z, gradient) -> {
            double at = log(z, FIRST, SECOND);
            for (int d = 0; d < 2; d++) {
                double[] up = z.clone();
                double[] down = z.clone();
                up[d] += 1e-5;
                down[d] -= 1e-5;
                gradient[d] = (log(up, FIRST, SECOND) - log(down, FIRST, SECOND)) / 2e-5;
            }
            return at + 7;
        });
        try (PointDensity density = new PointDensity(HOST, joint)) {
            MixtureRound round = MixtureRound.of(density, List.of(FIRST, SECOND), new Key(1), 5, 16);
            assertThat(round.isFinite()).isTrue();
            assertThat(round.elbo().value()).isCloseTo(7, within(1e-12));
            assertThat(round.elbo().standardError()).isCloseTo(0, within(1e-12));
            for (int k = 0; k < 2; k++) {
                assertThat(round.part(k).slope()).containsExactly(new double[2], within(1e-8));
                assertThat(round.part(k).curvature()[1]).containsExactly(new double[2], within(1e-8));
            }
        }
    }

    /** {@code P = I − rho·A + rho²·A²/2} and {@code rho·P⁻¹·g}, written out for two coordinates. */
    @Test
    void aStepIsTheFormula() {
        double[][] a = {{0.3, -0.2}, {-0.2, -0.6}};
        double[] g = {0.5, -1};
        double rho = 0.4;
        double[][] p = new double[2][2];
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                double square = a[i][0] * a[0][j] + a[i][1] * a[1][j];
                p[i][j] = (i == j ? 1 : 0) - rho * a[i][j] + rho * rho * square / 2;
            }
        }
        double det = p[0][0] * p[1][1] - p[0][1] * p[1][0];
        double[][] inverse = {{p[1][1] / det, -p[0][1] / det}, {-p[1][0] / det, p[0][0] / det}};
        MixtureComponent moved = FIRST.step(rho, g, a);
        double[] y = {
            rho * (inverse[0][0] * g[0] + inverse[0][1] * g[1]), rho * (inverse[1][0] * g[0] + inverse[1][1] * g[1])
        };
        double[] mean = FIRST.normal().at(y);
        double[][] r = {{1, 0}, {0.4, 0.8}};
        for (int i = 0; i < 2; i++) {
            assertThat(moved.normal().gaussian().mean(i)).isCloseTo(mean[i], within(1e-14));
            for (int j = 0; j < 2; j++) {
                double want = 0;
                for (int k = 0; k < 2; k++) {
                    for (int l = 0; l < 2; l++) {
                        want += r[i][k] * inverse[k][l] * r[j][l];
                    }
                }
                assertThat(moved.normal().gaussian().covariance(i, j)).isCloseTo(want, within(1e-14));
            }
        }
        assertThat(moved.logWeight()).isEqualTo(FIRST.logWeight());
    }

    /** No curvature, however large, makes a precision that is not positive definite. */
    @Test
    void everyStepHasAPositivePrecision() {
        for (double size : new double[] {-100, -3, -1, 0.5, 1, 3, 100}) {
            double[][] a = {{size, 0.9 * size}, {0.9 * size, 2 * size}};
            MixtureComponent moved = FIRST.step(1, new double[] {1, 1}, a);
            assertThat(moved).isNotNull();
            assertThat(moved.normal().gaussian().standardDeviation(0))
                    .isPositive()
                    .isFinite();
        }
        assertThat(FIRST.step(1, new double[2], new double[][] {{Double.NaN, 0}, {0, 1}}))
                .isNull();
    }
}
