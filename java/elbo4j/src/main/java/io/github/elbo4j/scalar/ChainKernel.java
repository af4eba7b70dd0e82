package io.github.elbo4j.scalar;

import java.util.Arrays;

/** Sums of products, many beside each other: what many matrices, or many right sides of one triangle, have in common. */
public class ChainKernel {
    /** k's of a chain of a triangle's. */
    static final int TRIANGLE_PANEL = 256;

    private static final int FOUR = 4;

    /** So many sums are best taken for n: what stands beside the n is made and not used. */
    protected int width(int n) {
        return n;
    }

    /**
     * {@code chains[s] = Σ_k sign·a[ao + k·ak + s·as]·b[bo + k·bk + s·bs]} for s &lt; n, each sum one chain of fma from +0. SIMD
     * devices replace it.
     *
     * @param as 0 or 1, as is bs
     */
    protected void chains(
            float[] a,
            int ao,
            int ak,
            int as,
            float[] b,
            int bo,
            int bk,
            int bs,
            int depth,
            float sign,
            float[] chains,
            int n) {
        if (n == 1) { // a chain that is alone stays in a register
            float chain = 0f;
            for (int k = 0; k < depth; k++) {
                chain = Math.fma(sign * a[ao + k * ak], b[bo + k * bk], chain);
            }
            chains[0] = chain;
            return;
        }
        Arrays.fill(chains, 0, n, 0f);
        if (as == 0 && bs == 1) {
            same(a, ao, ak, b, bo, bk, depth, sign, chains, n);
            return;
        }
        for (int k = 0; k < depth; k++) {
            int left = ao + k * ak;
            int right = bo + k * bk;
            if (as == 1 && bs == 1) { // one loop for each: the just-in-time compiler vectorizes these forms
                for (int s = 0; s < n; s++) {
                    chains[s] = Math.fma(sign * a[left + s], b[right + s], chains[s]);
                }
            } else if (as == 1) {
                float same = sign * b[right];
                for (int s = 0; s < n; s++) {
                    chains[s] = Math.fma(a[left + s], same, chains[s]);
                }
            } else {
                Arrays.fill(chains, 0, n, Math.fma(sign * a[left], b[right], chains[0]));
            }
        }
    }

    /**
     * Goes on with chains that have the same left factors: {@code chains[s] = fma(sign·a[ao + k·ak], b[bo + k·bk + s], chains[s])} for k &lt; depth in
     * order, s &lt; n; SIMD devices replace it, as those below.
     */
    protected void same(
            float[] a, int ao, int ak, float[] b, int bo, int bk, int depth, float sign, float[] chains, int n) {
        int k = 0;
        for (; k + FOUR <= depth; k += FOUR) { // a chain is loaded and stored once for four factors
            int at = ao + k * ak;
            float a0 = sign * a[at];
            float a1 = sign * a[at + ak];
            float a2 = sign * a[at + 2 * ak];
            float a3 = sign * a[at + 3 * ak];
            int b0 = bo + k * bk;
            int b1 = b0 + bk;
            int b2 = b1 + bk;
            int b3 = b2 + bk;
            for (int s = 0; s < n; s++) {
                float chain = Math.fma(a1, b[b1 + s], Math.fma(a0, b[b0 + s], chains[s]));
                chains[s] = Math.fma(a3, b[b3 + s], Math.fma(a2, b[b2 + s], chain));
            }
        }
        for (; k < depth; k++) {
            float factor = sign * a[ao + k * ak];
            int right = bo + k * bk;
            for (int s = 0; s < n; s++) {
                chains[s] = Math.fma(factor, b[right + s], chains[s]);
            }
        }
    }

    /**
     * Adds a row of a triangle times n vectors beside each other, panel by panel: {@code sums[o + s] += Σ_k sign·a[ao + k·ak + s·as]·x[k·n + s]}
     * for from ≤ k &lt; to, a chain for each panel, which ends at a multiple of {@link #TRIANGLE_PANEL}. Without any k nothing is added, not even +0.
     *
     * @param chains room for n
     */
    final void addPanels(
            float[] a,
            int ao,
            int ak,
            int as,
            float[] x,
            int from,
            int to,
            float sign,
            float[] chains,
            float[] sums,
            int o,
            int n) {
        for (int k = from; k < to; ) {
            int end = Math.min((k / TRIANGLE_PANEL + 1) * TRIANGLE_PANEL, to);
            chains(a, ao + k * ak, ak, as, x, k * n, n, 1, end - k, sign, chains, n);
            add(chains, sums, o, n);
            k = end;
        }
    }

    /** {@code x[o + l] += chains[l]} for l &lt; n. */
    protected void add(float[] chains, float[] x, int o, int n) {
        for (int l = 0; l < n; l++) {
            x[o + l] += chains[l];
        }
    }

    /** {@code x[o + l] *= by} for l &lt; n. */
    protected void scale(float by, float[] x, int o, int n) {
        for (int l = 0; l < n; l++) {
            x[o + l] *= by;
        }
    }

    /** {@code x[o + l] = values[l] + fma(a, x[o + l], chains[l])} for l &lt; n. */
    protected void end(float[] values, float a, float[] chains, float[] x, int o, int n) {
        for (int l = 0; l < n; l++) {
            x[o + l] = values[l] + Math.fma(a, x[o + l], chains[l]);
        }
    }
}
