package io.github.elbo4j.report.words;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "-104.2713, 0.0123, -104.271 ± 0.012",
        "-104.2713, 1.5, -104.3 ± 1.5",
        "123456, 234, 123456 ± 234",
        "1.5, 0, 1.500 ± 0.000",
        "1.5, NaN, 1.50",
        "NaN, NaN, none",
    })
    void aNumberHasTheDigitsOfItsError(double value, double error, String text) {
        assertThat(Numbers.withError(value, error)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0321, 3, 0.0321",
        "123.456, 3, 123",
        "0.0001234, 3, 1.23e-04",
        "12345678, 3, 1.23e+07",
        "0, 3, 0",
        "-2.5, 2, -2.5",
    })
    void significantDigits(double value, int digits, String text) {
        assertThat(Numbers.significant(value, digits)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"137142.9, 137 k", "999.4, 999", "999.6, 1.00 k", "2.5e9, 2.50 G", "0, 0"})
    void speeds(double value, String text) {
        assertThat(Numbers.short3(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.421, 0.42 s", "12.34, 12.3 s", "200, 3 min 20 s", "7260, 2 h 1 min"})
    void durations(double seconds, String text) {
        assertThat(Numbers.seconds(seconds)).isEqualTo(text);
    }

    @Test
    void zeroHasNoSign() {
        assertThat(Numbers.fixed(-0.0001, 2)).isEqualTo("0.00");
    }
}
