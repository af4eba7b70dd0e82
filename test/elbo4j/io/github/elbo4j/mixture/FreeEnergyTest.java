package io.github.elbo4j.mixture;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.TestDevices;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Expectation-maximization as the case of variational inference in which q is the posterior, shown on a mixture (Neal and Hinton 1998):
 * with z the component of a row, EM climbs
 *
 * <pre>{@code
 * F(q, theta) = Σ_n Σ_k q_n(k)·(log p_theta(x_n, k) − log q_n(k)) = log p_theta(x) − Σ_n KL(q_n ‖ p_theta(z | x_n))
 * }</pre>
 *
 * <p>by turns: E takes q_n = p_theta(z | x_n), M the theta where F is largest. All in float64 on the host; what EM steps through comes from
 * the fit.
 */
class FreeEnergyTest {
    private static final int ROWS = 300;
    private static final int SWEEPS = 8;

    private final GaussianMixture truth = Problems.mixture(6, 3, 2);
    private final double[][] rows = rows(truth);

    private static double[][] rows(GaussianMixture truth) {
        double[] flat = Problems.rows(truth, 6, ROWS);
        double[][] rows = new double[ROWS][2];
        for (int n = 0; n < ROWS; n++) {
            rows[n] = new double[] {flat[2 * n], flat[2 * n + 1]};
        }
        return rows;
    }

    /** theta after 1, 2 … sweeps of one fit. */
    private List<GaussianMixture> path() {
        List<GaussianMixture> path = new ArrayList<>();
        for (int sweeps = 1; sweeps <= SWEEPS; sweeps++) {
            path.add(GaussianMixtures.em()
                    .components(3)
                    .restarts(1)
                    .penalty(false)
                    .maxSweeps(sweeps)
                    .build()
                    .best(TestDevices.scalar(), Problems.data(truth, 6, ROWS))
                    .mixture());
        }
        return path;
    }

    private double[][] posterior(GaussianMixture theta) {
        double[][] q = new double[ROWS][];
        for (int n = 0; n < ROWS; n++) {
            q[n] = theta.responsibilities(rows[n]);
        }
        return q;
    }

    private double freeEnergy(double[][] q, GaussianMixture theta) {
        double sum = 0;
        for (int n = 0; n < ROWS; n++) {
            double[] logs = theta.logTerms(rows[n]);
            for (int k = 0; k < logs.length; k++) {
                sum += q[n][k] == 0 ? 0 : q[n][k] * (logs[k] - Math.log(q[n][k]));
            }
        }
        return sum;
    }

    private double logLikelihood(GaussianMixture theta) {
        double sum = 0;
        for (double[] row : rows) {
            sum += theta.logDensity(row);
        }
        return sum;
    }

    private static double divergence(double[][] q, double[][] p) {
        double sum = 0;
        for (int n = 0; n < q.length; n++) {
            for (int k = 0; k < q[n].length; k++) {
                sum += q[n][k] == 0 ? 0 : q[n][k] * Math.log(q[n][k] / p[n][k]);
            }
        }
        return sum;
    }

    /** The fit's numbers are float32 on the way: F moves by some 1e-6 of itself. */
    @Test
    void emClimbsTheElboWithThePosteriorAsQ() {
        List<GaussianMixture> path = path();
        for (int t = 0; t + 1 < path.size(); t++) {
            GaussianMixture theta = path.get(t);
            GaussianMixture next = path.get(t + 1);
            double[][] q = posterior(theta);
            double height = logLikelihood(theta);
            assertThat(Math.abs(freeEnergy(q, theta) - height)).as("E at %d", t).isLessThan(1e-10 * Math.abs(height));

            // An older q is below by its divergence.
            double[][] old = posterior(path.get(0));
            double gap = height - freeEnergy(old, theta);
            assertThat(Math.abs(gap - divergence(old, q))).as("KL at %d", t).isLessThan(1e-10 * Math.abs(height));

            double after = freeEnergy(q, next);
            double rounding = 1e-6 * Math.abs(height);
            assertThat(after).as("M at %d", t).isGreaterThanOrEqualTo(height - rounding);
            assertThat(logLikelihood(next)).isGreaterThanOrEqualTo(after - rounding);
            for (double[] way : new double[][] {{0.1, 0}, {0, 0.1}}) {
                for (int k = 0; k < 3; k++) {
                    assertThat(Math.abs(vertex(q, next, k, way)))
                            .as("how far from where F is largest M ended, sweep %d, component %d", t, k)
                            .isLessThan(1e-3);
                }
            }
        }
        assertThat(logLikelihood(path.get(SWEEPS - 1))).isGreaterThan(logLikelihood(path.get(0)) + 1);
    }

    /** How far along a way F is largest, in units of it: F is a parabola of a mean. */
    private double vertex(double[][] q, GaussianMixture theta, int component, double... way) {
        double at = freeEnergy(q, theta);
        double up = freeEnergy(q, moved(theta, component, way));
        double down = freeEnergy(q, moved(theta, component, -way[0], -way[1]));
        return 0.5 * (up - down) / (2 * at - up - down);
    }

    private static GaussianMixture moved(GaussianMixture theta, int component, double... shift) {
        double[] weights = new double[3];
        double[][] means = new double[3][];
        double[][][] covariances = new double[3][][];
        for (int k = 0; k < 3; k++) {
            weights[k] = theta.weight(k);
            means[k] = theta.mean(k);
            covariances[k] = theta.covariance(k);
        }
        means[component] = new double[] {means[component][0] + shift[0], means[component][1] + shift[1]};
        return new GaussianMixture(theta.columns(), weights, means, covariances);
    }
}
