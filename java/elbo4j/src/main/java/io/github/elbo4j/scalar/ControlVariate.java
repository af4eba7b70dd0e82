package io.github.elbo4j.scalar;

/** Weights of scores, each less a control variate that is estimated from the other draws. */
public class ControlVariate {
    /**
     * {@code sums[o + j] += (w − a_j)·g[go + j]} for j &lt; n, with {@code a_j = (A − w·h²) / (N − h²)}, 0 if the other draws have no spread;
     * h = h[ho + j]. SIMD devices replace it.
     *
     * @param draws S, by which the means are multiplied
     * @param means of w·h² from p on, of which S times as much is A, and, {@code width} further on, of h²: N
     */
    protected void add(
            float w,
            float[] h,
            int ho,
            float[] g,
            int go,
            int draws,
            float[] means,
            int p,
            int width,
            float[] sums,
            int o,
            int n) {
        for (int j = 0; j < n; j++) {
            float square = h[ho + j] * h[ho + j];
            float rest = draws * means[p + width + j] - square;
            float left = Math.fma(-w, square, draws * means[p + j]);
            float a = rest > 0f ? left * DetMath.reciprocal(rest) : 0f;
            sums[o + j] += (w - a) * g[go + j];
        }
    }
}
