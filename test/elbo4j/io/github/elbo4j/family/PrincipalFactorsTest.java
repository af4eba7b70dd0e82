package io.github.elbo4j.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class PrincipalFactorsTest {
    /** The Cholesky factor of correlations that depend on the distance alone, with standard deviations 1, 2, 3, … */
    private static double[][] factor(int n, IntToDoubleFunction correlation) {
        double[][] l = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = correlation.applyAsDouble(i - j) * (i + 1) * (j + 1);
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
            }
        }
        return l;
    }

    private static double[] sds(int n) {
        double[] sd = new double[n];
        for (int i = 0; i < n; i++) {
            sd[i] = i + 1;
        }
        return sd;
    }

    /** Equal correlations: the eigenvalue 1 + (n − 1)·rho of (1, …, 1)/√n, all others 1 − rho; so every loading is √rho. */
    @Test
    void theCommonFactorOfEqualCorrelations() {
        for (int n : new int[] {2, 3, 50}) {
            for (double rho : new double[] {0.2, 0.9}) {
                double[][] loadings = PrincipalFactors.of(factor(n, d -> d == 0 ? 1 : rho), sds(n), 1);
                double sign = Math.signum(loadings[0][0]);
                for (double[] row : loadings) {
                    assertThat(sign * row[0]).isCloseTo(Math.sqrt(rho), within(1e-4));
                }
            }
        }
    }

    /** rho^|i−j|: the leading vector has one sign, and is symmetric; its value is the largest that any unit vector gives. */
    @Test
    void theFirstFactorOfAnAutoregression() {
        int n = 20;
        double[][] l = factor(n, d -> Math.pow(0.9, d));
        double[][] loadings = PrincipalFactors.of(l, sds(n), 1);
        double sign = Math.signum(loadings[0][0]);
        for (int i = 0; i < n; i++) {
            assertThat(sign * loadings[i][0]).isPositive();
            assertThat(loadings[i][0]).isCloseTo(loadings[n - 1 - i][0], within(1e-6));
        }
    }
}
