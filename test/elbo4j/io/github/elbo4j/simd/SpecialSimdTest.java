package io.github.elbo4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.scalar.DetMath;
import io.github.elbo4j.scalar.DetSpecial;
import io.github.elbo4j.scalar.Words;
import java.util.Arrays;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Loops of whole vectors have the bits of the scalar functions, also where the result takes the argument's place. */
@EnabledIf("io.github.elbo4j.simd.VectorMathTest#vectorModuleIsThere")
class SpecialSimdTest {
    @ParameterizedTest
    @EnumSource(names = {"SQRT", "EXPM1", "LOG_GAMMA", "DIGAMMA", "TRIGAMMA", "LOG_NORMAL_CDF", "INVERSE_MILLS", "ERF"})
    void everyLaneIsTheScalarFunction(Function f) {
        OfFloat twin = scalar(f);
        assertThat(Words.floats()
                        .map(words -> difference(f, twin, words))
                        .filter(found -> !found.isEmpty())
                        .findFirst()
                        .orElse(""))
                .isEmpty();
    }

    /** Empty if the loop and the scalar function agree on all words; any NaN equals any NaN. */
    private static String difference(Function f, OfFloat twin, int[] words) {
        float[] x = new float[words.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat(words[i]);
        }
        float[] got = new float[x.length + 3];
        Arrays.fill(got, 12345f); // an element that was not written shows
        float[] inPlace = x.clone();
        Loops.map(f, x, got, 3);
        Loops.map(f, inPlace, inPlace, 0);
        for (int i = 0; i < x.length; i++) {
            int want = Float.floatToIntBits(twin.apply(x[i]));
            if (Float.floatToIntBits(got[3 + i]) != want || Float.floatToIntBits(inPlace[i]) != want) {
                return "%s of %08x: %a, in place %a, scalar %a"
                        .formatted(f, words[i], got[3 + i], inPlace[i], Float.intBitsToFloat(want));
            }
        }
        return "";
    }

    private interface OfFloat {
        float apply(float x);
    }

    private static OfFloat scalar(Function f) {
        return switch (f) {
            case SQRT -> DetMath::sqrt;
            case EXPM1 -> DetMath::expm1;
            case LOG_GAMMA -> DetSpecial::logGamma;
            case DIGAMMA -> DetSpecial::digamma;
            case TRIGAMMA -> DetSpecial::trigamma;
            case LOG_NORMAL_CDF -> DetSpecial::logNormalCdf;
            case INVERSE_MILLS -> DetSpecial::inverseMills;
            case ERF -> DetSpecial::erf;
            default -> throw new IllegalArgumentException(f + "");
        };
    }

    /** Apart, because a class whose methods name vectors cannot be inspected where the module is absent. */
    private static final class Loops {
        private static final MathSimd MATH = new MathSimd(new SumSimd());

        static void map(Function f, float[] x, float[] y, int yo) {
            MATH.map(f, x, 0, y, yo, x.length);
        }
    }
}
