package io.github.elbo4j.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.scalar.Accuracy.FloatFunction;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.numbers.gamma.Erf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The documented errors hold, and edges are what they must be. */
class DetSpecialTest {
    /** Each function, its float64 counterpart, and the largest error in ulp that DetSpecial documents. */
    enum Function {
        LOG_GAMMA(DetSpecial::logGamma, SpecialFunctions::logGamma, 2.45),
        DIGAMMA(DetSpecial::digamma, SpecialFunctions::digamma, 2.35),
        TRIGAMMA(DetSpecial::trigamma, SpecialFunctions::trigamma, 2.15),
        LOG_NORMAL_CDF(DetSpecial::logNormalCdf, SpecialFunctions::logNormalCdf, 2.40),
        INVERSE_MILLS(DetSpecial::inverseMills, SpecialFunctions::inverseMills, 2.47),
        ERF(DetSpecial::erf, Erf::value, 1.12);

        final FloatFunction function;
        final DoubleUnaryOperator truth;
        final double bound;

        Function(FloatFunction function, DoubleUnaryOperator truth, double bound) {
            this.function = function;
            this.truth = truth;
            this.bound = bound;
        }
    }

    @ParameterizedTest
    @EnumSource
    void errorStaysWithinTheDocumentedBound(Function f) {
        Accuracy.assertDocumented(f + "", f.function, f.truth, f.bound);
    }

    @ParameterizedTest
    @CsvSource({
        "LOG_GAMMA, 0, Infinity",
        "LOG_GAMMA, -0.0, Infinity",
        "LOG_GAMMA, -1e-45, NaN",
        "LOG_GAMMA, -1.5, NaN",
        "LOG_GAMMA, -Infinity, NaN",
        "LOG_GAMMA, Infinity, Infinity",
        "LOG_GAMMA, NaN, NaN",
        "LOG_GAMMA, 1, 0",
        "LOG_GAMMA, 2, 0",
        "LOG_GAMMA, 3, 0.6931472",
        "LOG_GAMMA, 1e-45, 103.27893",
        "LOG_GAMMA, 4.0850034e36, Infinity",
        "DIGAMMA, 0, -Infinity",
        "DIGAMMA, -0.0, Infinity",
        "DIGAMMA, -1e-45, NaN",
        "DIGAMMA, -Infinity, NaN",
        "DIGAMMA, Infinity, Infinity",
        "DIGAMMA, NaN, NaN",
        "DIGAMMA, 1e-45, -Infinity",
        "DIGAMMA, 1, -0.5772157",
        "TRIGAMMA, 0, Infinity",
        "TRIGAMMA, -0.0, Infinity",
        "TRIGAMMA, -1e-45, NaN",
        "TRIGAMMA, -Infinity, NaN",
        "TRIGAMMA, Infinity, 0",
        "TRIGAMMA, NaN, NaN",
        "TRIGAMMA, 5.4e-20, Infinity",
        "TRIGAMMA, 3.4028235e38, 2.938736e-39",
        "LOG_NORMAL_CDF, Infinity, 0",
        "LOG_NORMAL_CDF, -Infinity, -Infinity",
        "LOG_NORMAL_CDF, NaN, NaN",
        "LOG_NORMAL_CDF, 0, -0.6931472",
        "LOG_NORMAL_CDF, -0.0, -0.6931472",
        "LOG_NORMAL_CDF, 15, 0",
        "LOG_NORMAL_CDF, -3.4028235e38, -Infinity",
        "LOG_NORMAL_CDF, -2e19, -2e38",
        "INVERSE_MILLS, Infinity, 0",
        "INVERSE_MILLS, -Infinity, Infinity",
        "INVERSE_MILLS, NaN, NaN",
        "INVERSE_MILLS, 15, 0",
        "INVERSE_MILLS, 0, 0.79788456",
        "INVERSE_MILLS, -0.0, 0.79788456",
        "INVERSE_MILLS, -3.4028235e38, 3.4028235e38",
        "ERF, 0, 0",
        "ERF, -0.0, -0.0",
        "ERF, Infinity, 1",
        "ERF, -Infinity, -1",
        "ERF, NaN, NaN",
        "ERF, -1e-45, -1e-45"
    })
    void edges(Function f, float x, float want) {
        // As bits: 0 is not -0, NaN is NaN.
        assertThat(Float.floatToIntBits(f.function.apply(x))).isEqualTo(Float.floatToIntBits(want));
    }
}
