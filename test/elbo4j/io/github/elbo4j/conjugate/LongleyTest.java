package io.github.elbo4j.conjugate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Standardization;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Longley's data (JASA 62, 1967), whose columns are nearly linear combinations of each other, and the certified values of NIST's
 * Statistical Reference Datasets (Longley): coefficients, their standard errors, the residual standard deviation of 9 degrees of
 * freedom.
 */
class LongleyTest {
    private static final double[] ROWS = {
        60323, 83.0, 234289, 2356, 1590, 107608, 1947, 61122, 88.5, 259426, 2325, 1456, 108632, 1948,
        60171, 88.2, 258054, 3682, 1616, 109773, 1949, 61187, 89.5, 284599, 3351, 1650, 110929, 1950,
        63221, 96.2, 328975, 2099, 3099, 112075, 1951, 63639, 98.1, 346999, 1932, 3594, 113270, 1952,
        64989, 99.0, 365385, 1870, 3547, 115094, 1953, 63761, 100.0, 363112, 3578, 3350, 116219, 1954,
        66019, 101.2, 397469, 2904, 3048, 117388, 1955, 67857, 104.6, 419180, 2822, 2857, 118734, 1956,
        68169, 108.4, 442769, 2936, 2798, 120445, 1957, 66513, 110.8, 444546, 4681, 2637, 121950, 1958,
        68655, 112.6, 482704, 3813, 2552, 123366, 1959, 69564, 114.2, 502601, 3931, 2514, 125368, 1960,
        69331, 115.7, 518173, 4806, 2572, 127852, 1961, 70551, 116.9, 554894, 4007, 2827, 130081, 1962
    };
    private static final double[] COEFFICIENTS = {
        -3482258.63459582,
        15.0618722713733,
        -0.0358191792925910,
        -2.02022980381683,
        -1.03322686717359,
        -0.0511041056535807,
        1829.15146461355
    };
    private static final double[] ERRORS = {
        890420.383607373,
        84.9149257747669,
        0.0334910077722432,
        0.488399681651699,
        0.214274163161675,
        0.226073200069370,
        455.478499142212
    };
    private static final double RESIDUAL_SD = 304.854073561965;

    private static RegressionData data() {
        double[] x = new double[96];
        double[] y = new double[16];
        for (int n = 0; n < 16; n++) {
            y[n] = ROWS[7 * n];
            System.arraycopy(ROWS, 7 * n + 1, x, 6 * n, 6);
        }
        return new RegressionData(List.of("deflator", "product", "unemployed", "forces", "population", "year"), x, y)
                .withIntercept();
    }

    /** Standard deviations are those of t with 9 degrees of freedom, √(9/7) standard errors. */
    private static void assertCertified(Posterior q, double digits) {
        for (int j = 0; j < 7; j++) {
            assertThat(q.mean(j)).isCloseTo(COEFFICIENTS[j], within(digits * Math.abs(COEFFICIENTS[j])));
            assertThat(q.standardDeviation(j)).isCloseTo(ERRORS[j] * Math.sqrt(9 / 7.0), within(digits * ERRORS[j]));
        }
        NoisePrecision noise = new NoisePrecision(4.5, 4.5 * RESIDUAL_SD * RESIDUAL_SD);
        assertThat(q.mean(7)).isCloseTo(noise.logSdMean(), within(digits));
    }

    /** Variances are inflated up to 1789 times: three of float64's digits, twice. */
    @Test
    void standardizedDataGiveTheCertifiedValues() {
        Standardization scale = Standardization.ofColumnsAndTarget(data());
        FitResult fit = new ExactRegression().fit(TestDevices.scalar(), NormalRegression.flat(scale.data()));

        assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
        assertCertified(fit.toOriginal(scale).posterior(), 1e-9);
    }

    /** Years far from zero inflate them by (1954/5)² besides. */
    @Test
    void rawDataLoseDigitsButNotTheAnswer() {
        FitResult fit = new ExactRegression().fit(TestDevices.scalar(), NormalRegression.flat(data()));

        assertCertified(fit.posterior(), 1e-4);
    }
}
