package io.github.elbo4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.scalar.DetMath;
import io.github.elbo4j.scalar.Words;
import java.util.Arrays;
import java.util.function.Function;
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
                "expNear",
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
    @ValueSource(strings = {"radius", "angle", "normalQuantile"})
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
        OfWord twin = scalar(scalar);
        for (int i = 0; i < words.length; i++) {
            float want = twin.apply(words[i]);
            if (Float.floatToIntBits(got[i]) != Float.floatToIntBits(want)) {
                return "%s of %08x: %a, scalar %a".formatted(vector, words[i], got[i], want);
            }
        }
        return "";
    }

    private static float near(float x) {
        return Math.max(-VectorMath.NEAR, Math.min(VectorMath.NEAR, x));
    }

    private interface OfWord {
        float apply(int word);
    }

    private static OfWord scalar(String function) {
        return switch (function) {
            case "log" -> word -> DetMath.log(Float.intBitsToFloat(word));
            case "log1p" -> word -> DetMath.log1p(Float.intBitsToFloat(word));
            case "exp" -> word -> DetMath.exp(Float.intBitsToFloat(word));
            case "expNear" -> word -> DetMath.exp(near(Float.intBitsToFloat(word)));
            case "softplus" -> word -> DetMath.softplus(Float.intBitsToFloat(word));
            case "sigmoid" -> word -> DetMath.sigmoid(Float.intBitsToFloat(word));
            case "tanh" -> word -> DetMath.tanh(Float.intBitsToFloat(word));
            case "reciprocal" ->
                word -> DetMath.reciprocal(Math.max(Math.abs(Float.intBitsToFloat(word)), Float.MIN_NORMAL));
            case "sinPi" -> word -> DetMath.sinPi(Float.intBitsToFloat(word));
            case "cosPi" -> word -> DetMath.cosPi(Float.intBitsToFloat(word));
            case "sinHalfTurn" -> word -> DetMath.sinHalfTurn(Float.intBitsToFloat(word));
            case "cosHalfTurn" -> word -> DetMath.cosHalfTurn(Float.intBitsToFloat(word));
            case "radius" -> DetMath::radius;
            case "angle" -> DetMath::angle;
            case "normalQuantile" -> DetMath::normalQuantile;
            default -> throw new IllegalArgumentException(function);
        };
    }

    /** Apart, because a class whose methods name vectors cannot be inspected where the module is absent. */
    private static final class OnVectors {
        static void apply(String function, int[] words, float[] result) {
            if (function.equals("normalQuantile")) { // whose tails are the loop's
                new SobolSimd().normals(words, words.length, result, 0);
                return;
            }
            Function<IntVector, FloatVector> vector = vector(function);
            for (int i = 0; i < words.length; i += Lanes.COUNT) {
                vector.apply(IntVector.fromArray(Lanes.I, words, i)).intoArray(result, i);
            }
        }

        private static Function<IntVector, FloatVector> vector(String function) {
            return switch (function) {
                case "log" -> word -> VectorMath.log(word.reinterpretAsFloats());
                case "log1p" -> word -> VectorMath.log1p(word.reinterpretAsFloats());
                case "exp" -> word -> VectorMath.exp(word.reinterpretAsFloats());
                case "expNear" ->
                    word -> VectorMath.expNear(
                            word.reinterpretAsFloats().min(VectorMath.NEAR).max(-VectorMath.NEAR));
                case "softplus" -> word -> VectorMath.softplus(word.reinterpretAsFloats());
                case "sigmoid" -> word -> VectorMath.sigmoid(word.reinterpretAsFloats());
                case "tanh" -> word -> VectorMath.tanh(word.reinterpretAsFloats());
                case "reciprocal" ->
                    word -> VectorMath.reciprocal(
                            word.reinterpretAsFloats().abs().max(Float.MIN_NORMAL));
                case "sinPi" -> word -> VectorMath.sinPi(word.reinterpretAsFloats());
                case "cosPi" -> word -> VectorMath.cosPi(word.reinterpretAsFloats());
                case "sinHalfTurn" -> word -> VectorMath.sinHalfTurn(word.reinterpretAsFloats());
                case "cosHalfTurn" -> word -> VectorMath.cosHalfTurn(word.reinterpretAsFloats());
                case "radius" -> VectorMath::radius;
                case "angle" -> VectorMath::angle;
                default -> throw new IllegalArgumentException(function);
            };
        }
    }
}
