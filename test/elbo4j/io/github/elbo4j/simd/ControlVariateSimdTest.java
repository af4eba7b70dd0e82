package io.github.elbo4j.simd;

import static io.github.elbo4j.Numbers.normals;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.scalar.DetMath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.github.elbo4j.simd.VectorMathTest#vectorModuleIsThere")
class ControlVariateSimdTest {
    private static final int N = 5 * 16 + 3; // whole vectors and a rest, whatever their length
    private static final int DRAWS = 7;
    private static final float W = 0.7f;

    /** Vectors in which no spread, one, or each is what a vector's reciprocal cannot have: 0, negative, subnormal or NaN. */
    @Test
    void eachScoreHasTheStatedVariateWhateverTheSpreadsBesideIt() {
        for (float odd : new float[] {0f, -1f, 1e-40f, Float.NaN, Float.POSITIVE_INFINITY}) {
            for (int every : new int[] {1, 16, 37, N}) {
                check(odd, every);
            }
        }
    }

    private static void check(float odd, int every) {
        float[] h = normals(1, N);
        float[] g = normals(2, N + 1);
        float[] means = normals(3, 3 * N);
        for (int j = 0; j < N; j++) {
            h[j] = j % every == 0 ? 0f : h[j]; // then the spread of the others is odd itself
            means[N + j] = j % every == 0 ? odd / DRAWS : 1 + h[j] * h[j];
        }
        float[] sums = normals(4, N + 2);
        float[] want = sums.clone();
        for (int j = 0; j < N; j++) {
            float square = h[j] * h[j];
            float rest = DRAWS * means[N + j] - square;
            float a = rest > 0 ? Math.fma(-W, square, DRAWS * means[j]) * DetMath.reciprocal(rest) : 0f;
            want[2 + j] += (W - a) * g[1 + j];
        }

        new ControlVariateSimd().add(W, h, 0, g, 1, DRAWS, means, 0, N, sums, 2, N);

        assertThat(sums).as("%s, every %d", odd, every).isEqualTo(want);
    }
}
