package io.github.elbo4j.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimateTest {
    @ParameterizedTest
    @CsvSource({
        "-0.0674122, 0.0054, 4096, -0.0674 ± 0.0054 (4096 draws)",
        "9.96, 0.1, 10, 9.96 ± 0.10 (10 draws)",
        "12345.678, 23.4, 10, 12346 ± 23 (10 draws)",
        "12345.678, 2340, 0, 12346 ± 2340",
        "1e-9, 2.5e-12, 2, 0.0000000010000 ± 0.0000000000025 (2 draws)",
        "1.5e20, 3e17, 2, 1.50000e+20 ± 3.00000e+17 (2 draws)",
        "2.5, NaN, 1, 2.50000 ± NaN (1 draw)",
        "NaN, 0.1, 2, NaN ± 0.10 (2 draws)",
    })
    void aNumberHasTheDigitsOfItsError(double value, double error, long draws, String words) {
        assertThat(new Estimate(value, error, draws)).hasToString(words);
    }

    @Test
    void anExactNumberSaysSo() {
        assertThat(Estimate.exact(3)).hasToString("3.00000 (exact)");
    }
}
