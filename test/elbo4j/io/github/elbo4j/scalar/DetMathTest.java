package io.github.elbo4j.scalar;

import static io.github.elbo4j.scalar.Accuracy.report;
import static io.github.elbo4j.scalar.Accuracy.ulps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.scalar.Accuracy.FloatFunction;
import io.github.elbo4j.scalar.Accuracy.Worst;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.numbers.gamma.InverseErf;
import org.apache.commons.numbers.gamma.InverseErfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The documented errors hold, and edges are what they must be. */
class DetMathTest {
    private static final float INF = Float.POSITIVE_INFINITY;

    /** Each function, its float64 counterpart, and the largest error in ulp that DetMath documents. */
    enum Function {
        LOG(DetMath::log, StrictMath::log, 0.95),
        LOG1P(DetMath::log1p, StrictMath::log1p, 1.55),
        EXP(DetMath::exp, StrictMath::exp, 0.90),
        EXPM1(DetMath::expm1, StrictMath::expm1, 1.50),
        SQRT(DetMath::sqrt, Math::sqrt, 0.50),
        SOFTPLUS(DetMath::softplus, x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x))), 2.00),
        SIGMOID(DetMath::sigmoid, DetMathTest::sigmoid, 2.00),
        TANH(DetMath::tanh, StrictMath::tanh, 1.95),
        RECIPROCAL(DetMath::reciprocal, x -> 1 / x, 0.90),
        SIN_PI(DetMath::sinPi, DetMathTest::sinPi, 2.35),
        COS_PI(DetMath::cosPi, DetMathTest::cosPi, 2.35);

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

    /** Over all words: near zero, body, tail; absolute, relative and in ulp. */
    @Test
    void radiusDeviatesNoMoreThanDocumented() {
        double[] worst = Words.radii()
                .map(words -> {
                    double[] here = new double[7];
                    for (int word : words) {
                        float got = DetMath.radius(word);
                        double want = radius(word);
                        int region = want < 0.1 ? 0 : want < 3 ? 1 : 2;
                        double off = Math.abs(got - want);
                        here[region] = larger(here[region], off);
                        here[3 + region] = larger(here[3 + region], off / want);
                        here[6] = larger(here[6], ulps(got, want));
                    }
                    return here;
                })
                .reduce(new double[7], DetMathTest::larger);

        report("RADIUS " + Arrays.toString(worst));
        double[] documented = {1.3e-8, 2.9e-7, 4.0e-7, 1.8e-7, 2.1e-7, 1.0e-7, 2.80};
        for (int i = 0; i < documented.length; i++) {
            assertThat(worst[i]).as("deviation %d", i).isBetween(documented[i] / 2, documented[i]);
        }
    }

    @Test
    void radiusEndsWhereTheLastWordsPutIt() {
        assertThat(DetMath.radius(-1)).isEqualTo(Math.nextDown(0x1p-16f)); // sqrt(-2 ln(1 - 2^-33))
        assertThat(DetMath.radius(0)).isEqualTo(6.7637057f); // sqrt(-2 ln 2^-33)
    }

    /** The halves of the circle of words meet at u = 1/2, and neither end runs the wrong way. */
    @Test
    void radiusFallsWithItsWordWhereItIsCoarse() {
        for (int word = 0; word < 1000; word++) {
            assertThat(DetMath.radius(word)).isGreaterThan(DetMath.radius(word + 1));
            assertThat(DetMath.radius(-1 - word)).isLessThan(DetMath.radius(-2 - word));
        }
    }

    /** Over all words, against erfc's inverse in float64: ulp in the body and in the tails. */
    @Test
    void normalQuantilesDeviateNoMoreThanDocumented() {
        double[] worst = Words.radii()
                .map(words -> {
                    double[] here = new double[2];
                    for (int word : words) {
                        double u = (Integer.toUnsignedLong(word) + 0.5) * 0x1p-32;
                        double x = 2 * u - 1; // exact, as is 1 − u
                        double want = Math.sqrt(2)
                                * (Math.abs(x) < 0.5
                                        ? InverseErf.value(x)
                                        : Math.copySign(InverseErfc.value(2 * Math.min(u, 1 - u)), x));
                        int region = Math.abs(want) < 3 ? 0 : 1;
                        here[region] = larger(here[region], ulps(DetMath.normalQuantile(word), want));
                    }
                    return here;
                })
                .reduce(new double[2], DetMathTest::larger);
        report("QUANTILE " + Arrays.toString(worst));
        double[] documented = {3.60, 3.10};
        for (int i = 0; i < documented.length; i++) {
            assertThat(worst[i]).as("deviation %d", i).isBetween(documented[i] / 2, documented[i]);
        }
    }

    /** Complements are the same but for the sign, and larger words have larger normals where words are far apart. */
    @Test
    void normalQuantilesAreOddAndRise() {
        assertThat(DetMath.normalQuantile(-1)).isEqualTo(6.3379577f, within(2e-6f)); // Phi^-1(1 − 2^-33)
        assertThat(DetMath.normalQuantile(Integer.MIN_VALUE)).isEqualTo(2.9180994e-10f, within(1e-16f));
        float before = DetMath.normalQuantile(0);
        for (int i = 1; i < 1 << 16; i++) {
            int word = i << 16;
            float z = DetMath.normalQuantile(word);
            assertThat(z).isGreaterThan(before).isEqualTo(-DetMath.normalQuantile(~word));
            before = z;
        }
    }

    @Test
    void halfTurnPolynomialsDeviateNoMoreThanDocumented() {
        double[] worst = Words.around(0, 1 << 30, -1 << 30)
                .map(words -> {
                    double[] here = new double[4];
                    for (int word : words) {
                        float a = DetMath.angle(word);
                        double middle = ((word << 1) + 1.0) * 0x1p-32;
                        double sin = sinPi(a);
                        double off = Math.abs(DetMath.sinHalfTurn(a) - sin);
                        here[0] = larger(here[0], Math.abs(a - middle));
                        here[1] = larger(here[1], off);
                        here[2] = larger(here[2], off / Math.abs(sin));
                        here[3] = larger(here[3], Math.abs(DetMath.cosHalfTurn(a) - cosPi(a)));
                    }
                    return here;
                })
                .reduce(new double[4], DetMathTest::larger);

        report("ANGLE, SIN, SIN RELATIVE, COS " + Arrays.toString(worst));
        // Conversion and sum each round to 24 bits of at most 1/2: 2^-26 each.
        assertThat(worst[0]).as("angle").isBetween(0x1p-27, 0x1p-25);
        assertThat(worst[1]).as("sin, absolute").isBetween(0.7e-7, 1.4e-7);
        assertThat(worst[2]).as("sin, relative").isBetween(0.7e-7, 1.4e-7);
        assertThat(worst[3]).as("cos, absolute").isBetween(0.7e-7, 1.4e-7);
    }

    @Test
    void anglesFillTheHalfCircleAndMissZero() {
        assertThat(DetMath.angle(0)).isEqualTo(0x1p-32f);
        assertThat(DetMath.angle(-1)).isEqualTo(-0x1p-32f);
        assertThat(DetMath.angle(0x3fffffff)).isEqualTo(0.5f);
        assertThat(DetMath.angle(0x40000000)).isEqualTo(-0.5f);
        assertThat(DetMath.angle(0x80000000)).isEqualTo(DetMath.angle(0)); // the top bit is not part of it
    }

    @ParameterizedTest
    @CsvSource({
        "LOG, 0, -Infinity",
        "LOG, -0.0, -Infinity",
        "LOG, -1, NaN",
        "LOG, -1e-45, NaN",
        "LOG, 1, 0",
        "LOG, Infinity, Infinity",
        "LOG, -Infinity, NaN",
        "LOG, NaN, NaN",
        "LOG, 1e-45, -103.27893",
        "LOG1P, 0, 0",
        "LOG1P, -0.0, -0.0",
        "LOG1P, -1, -Infinity",
        "LOG1P, -1.0000001, NaN",
        "LOG1P, 1e-45, 1e-45",
        "LOG1P, Infinity, Infinity",
        "LOG1P, -Infinity, NaN",
        "LOG1P, NaN, NaN",
        "LOG1P, 3.4028235e38, 88.72284",
        "EXP, 0, 1",
        "EXP, -0.0, 1",
        "EXP, Infinity, Infinity",
        "EXP, -Infinity, 0",
        "EXP, NaN, NaN",
        "EXP, 88.72284, Infinity",
        "EXP, -103.972084, 0",
        "EXP, -103.97207, 1e-45",
        "EXPM1, 0, 0",
        "EXPM1, -0.0, -0.0",
        "EXPM1, 1e-45, 1e-45",
        "EXPM1, Infinity, Infinity",
        "EXPM1, -Infinity, -1",
        "EXPM1, NaN, NaN",
        "EXPM1, 88.72284, Infinity",
        "SQRT, 0, 0",
        "SQRT, -0.0, -0.0",
        "SQRT, -1e-45, NaN",
        "SQRT, Infinity, Infinity",
        "SQRT, NaN, NaN",
        "SQRT, 4, 2",
        "SOFTPLUS, Infinity, Infinity",
        "SOFTPLUS, -Infinity, 0",
        "SOFTPLUS, NaN, NaN",
        "SOFTPLUS, -104, 0",
        "SIGMOID, 0, 0.5",
        "SIGMOID, Infinity, 1",
        "SIGMOID, -Infinity, 0",
        "SIGMOID, NaN, NaN",
        "TANH, 0, 0",
        "TANH, -0.0, -0.0",
        "TANH, Infinity, 1",
        "TANH, -Infinity, -1",
        "TANH, NaN, NaN",
        "RECIPROCAL, 0, Infinity",
        "RECIPROCAL, -0.0, -Infinity",
        "RECIPROCAL, Infinity, 0",
        "RECIPROCAL, -Infinity, -0.0",
        "RECIPROCAL, NaN, NaN",
        "RECIPROCAL, -4, -0.25",
        "RECIPROCAL, 1, 1",
        "SIN_PI, 0, 0",
        "SIN_PI, -0.0, -0.0",
        "SIN_PI, 1, 0",
        "SIN_PI, 3, 0",
        "SIN_PI, -1, -0.0",
        "SIN_PI, 0.5, 1",
        "SIN_PI, 1.5, -1",
        "SIN_PI, 16777217, 0",
        "SIN_PI, Infinity, NaN",
        "SIN_PI, -Infinity, NaN",
        "SIN_PI, NaN, NaN",
        "SIN_PI, 4194303.5, -1",
        "COS_PI, 0, 1",
        "COS_PI, -0.0, 1",
        "COS_PI, 0.5, 0",
        "COS_PI, -1.5, 0",
        "COS_PI, 1, -1",
        "COS_PI, 8388609, -1",
        "COS_PI, 16777216, 1",
        "COS_PI, 3.4028235e38, 1",
        "COS_PI, Infinity, NaN",
        "COS_PI, NaN, NaN"
    })
    void edges(Function f, float x, float want) {
        // As bits: 0 is not -0, NaN is NaN.
        assertThat(Float.floatToIntBits(f.function.apply(x))).isEqualTo(Float.floatToIntBits(want));
    }

    /** A comparison that lets NaN through proves nothing. */
    @Test
    void nanWherePositiveIsDueCountsAsInfinitelyWrong() {
        assertThat(ulps(Float.NaN, 1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(ulps(1f, Double.NaN)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(ulps(0f, -0.0)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(ulps(INF, 1e38)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(larger(3, Double.NaN)).isNaN();
        assertThat(ulps(Math.nextUp(1f), 1)).isEqualTo(1);
        assertThat(Stream.of(Worst.NONE.or(2, 7).or(1, 8)).findFirst()).hasValue(new Worst(2, 7));
    }

    private static double larger(double a, double b) {
        return Math.max(a, b); // NaN if either is
    }

    private static double[] larger(double[] a, double[] b) {
        double[] both = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            both[i] = larger(a[i], b[i]);
        }
        return both;
    }

    private static double sigmoid(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    /** sin(πx): exact remainder, then the one of sin and cos whose argument is at most π/4, so that zeros are accurate. */
    private static double sinPi(double x) {
        double y = Math.IEEEremainder(x, 2);
        double folded = Math.abs(y) > 0.5 ? Math.copySign(1, y) - y : y;
        double a = Math.abs(folded);
        double s = a > 0.25 ? StrictMath.cos(Math.PI * (0.5 - a)) : StrictMath.sin(Math.PI * a);
        return s == 0 ? Math.copySign(0, x) : Math.copySign(s, folded);
    }

    private static double cosPi(double x) {
        double a = 0.5 - Math.abs(Math.IEEEremainder(x, 2));
        return a == 0 ? 0 : sinPi(a);
    }

    /** sqrt(-2 ln u), u = (word + 1/2)·2^-32; through 1 - u near 1, which float64 holds exactly. */
    private static double radius(int word) {
        double u = (Integer.toUnsignedLong(word) + 0.5) * 0x1p-32;
        return Math.sqrt(-2 * (u < 0.5 ? StrictMath.log(u) : StrictMath.log1p(-(1 - u))));
    }
}
