package io.github.elbo4j.scalar;

import io.github.elbo4j.device.PointSet;

/**
 * Scrambled points of Sobol's sequence and the normals that they stand for, as {@link PointSet#SOBOL} says. Twin of
 * kernels/sobol.cu.
 */
public class SobolKernel {
    /**
     * {@code words[i]} = the scrambled digits of point s in dimension d + i, for i &lt; n.
     *
     * @param memory keeps the scrambled direction numbers of the latest blocks
     */
    final void words(long seed, int step, int b, int s, int d, int n, int[] words, int o, WorkerMemory memory) {
        memory.sobol[d == 0 ? 0 : 1].words(seed, step, b, s, d, n, words, o);
    }

    /** {@code out[o + i]} = the normal of point s in dimension d + i, for i &lt; n ≤ {@link NormalKernel#BLOCK}. */
    final void block(long seed, int step, int b, int s, int d, int n, float[] out, int o, WorkerMemory memory) {
        int[] words = memory.ints(6, NormalKernel.BLOCK);
        words(seed, step, b, s, d, n, words, 0, memory);
        normals(words, n, out, o);
    }

    /** {@code out[o + i] = Phi^-1((words[i] + 1/2)·2^-32)} for i &lt; n; SIMD devices replace it. */
    protected void normals(int[] words, int n, float[] out, int o) {
        for (int i = 0; i < n; i++) {
            out[o + i] = DetMath.normalQuantile(words[i]);
        }
    }
}
