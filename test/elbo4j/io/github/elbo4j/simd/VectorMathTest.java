package io.github.elbo4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.scalar.DetMath;
import io.github.elbo4j.scalar.Words;
import java.util.Arrays;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every lane of every function has the bits of its scalar twin; the machine's own vector length is the one tested. */
@EnabledIf("vectorModuleIsThere")
class VectorMathTest {
    static boolean vectorModuleIsThere() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "log",
                "log1p",
                "exp",
                "softplus",
                "sigmoid",
                "tanh",
                "reciprocal",
                "sinPi",
                "cosPi",
                "sinHalfTurn",
                "cosHalfTurn"
            })
    void everyLaneIsTheScalarFunction(String function) {
        assertThat(firstDifference(function, Words.floats())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"radius", "angle"})
    void everyLaneIsTheScalarFunctionOfAWord(String function) {
        assertThat(firstDifference(function, Words.radii())).isEmpty();
    }

    /** What the comparison below is worth: two functions that differ now and then are told apart. */
    @Test
    void aDifferenceIsNoticed() {
        assertThat(difference("log", "log1p", new int[Words.BLOCK])).isNotEmpty();
        assertThat(difference("sinHalfTurn", "tanh", floats(Float.NaN, Float.NaN, -0f, 0f)))
                .isEmpty();
        assertThat(difference("sinHalfTurn", "tanh", floats(0f, 0f, 0f, 0.25f))).isNotEmpty();
        assertThat(difference("cosHalfTurn", "reciprocal", floats(1f, 1f, 1f, Float.NaN)))
                .isNotEmpty();
    }

    private static int[] floats(float... x) {
        int[] words = new int[Words.BLOCK];
        for (int i = 0; i < words.length; i++) {
            words[i] = Float.floatToRawIntBits(x[i % x.length]);
        }
        return words;
    }

    private static String firstDifference(String function, Stream<int[]> blocks) {
        return blocks.map(words -> difference(function, function, words))
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Empty if the vector function and the scalar function agree on all words; any NaN equals any NaN. */
    private static String difference(String vector, String scalar, int[] words) {
        float[] got = new float[words.length];
        Arrays.fill(got, 12345f); // an element that was not written shows
        OnVectors.apply(vector, words, got);
        for (int i = 0; i < words.length; i++) {
            float want = scalar(scalar, words[i]);
            if (Float.floatToIntBits(got[i]) != Float.floatToIntBits(want)) {
                return "%s of %08x: %a, scalar %a".formatted(vector, words[i], got[i], want);
            }
        }
        return "";
    }

    private static float scalar(String function, int word) {
        float x = Float.intBitsToFloat(word);
        return switch (function) {
            case "log" -> DetMath.log(x);
            case "log1p" -> DetMath.log1p(x);
            case "exp" -> DetMath.exp(x);
            case "softplus" -> DetMath.softplus(x);
            case "sigmoid" -> DetMath.sigmoid(x);
            case "tanh" -> DetMath.tanh(x);
            case "reciprocal" -> DetMath.reciprocal(x);
            case "sinPi" -> DetMath.sinPi(x);
            case "cosPi" -> DetMath.cosPi(x);
            case "sinHalfTurn" -> DetMath.sinHalfTurn(x);
            case "cosHalfTurn" -> DetMath.cosHalfTurn(x);
            case "radius" -> DetMath.radius(word);
            case "angle" -> DetMath.angle(word);
            default -> throw new IllegalArgumentException(function);
        };
    }

    /** Apart, because a class whose methods name vectors cannot be inspected where the module is absent. */
    private static final class OnVectors {
        static void apply(String function, int[] words, float[] result) {
            for (int i = 0; i < words.length; i += Lanes.COUNT) {
                IntVector word = IntVector.fromArray(Lanes.I, words, i);
                FloatVector x = word.reinterpretAsFloats();
                FloatVector y = switch (function) {
                    case "log" -> VectorMath.log(x);
                    case "log1p" -> VectorMath.log1p(x);
                    case "exp" -> VectorMath.exp(x);
                    case "softplus" -> VectorMath.softplus(x);
                    case "sigmoid" -> VectorMath.sigmoid(x);
                    case "tanh" -> VectorMath.tanh(x);
                    case "reciprocal" -> VectorMath.reciprocal(x);
                    case "sinPi" -> VectorMath.sinPi(x);
                    case "cosPi" -> VectorMath.cosPi(x);
                    case "sinHalfTurn" -> VectorMath.sinHalfTurn(x);
                    case "cosHalfTurn" -> VectorMath.cosHalfTurn(x);
                    case "radius" -> VectorMath.radius(word);
                    case "angle" -> VectorMath.angle(word);
                    default -> throw new IllegalArgumentException(function);
                };
                y.intoArray(result, i);
            }
        }
    }
}
