package io.github.elbo4j.scalar;

/**
 * One instruction of elementwise code over a dense block. Each loop is an object of its own class, called through this type: a
 * switch over loops in one method would have the compiler inline them all, beyond its limits.
 */
@FunctionalInterface
public interface ElementwiseLoop {
    /** {@code y[yo + i] = f(a[ao + i], b[bo + i], c[co + i])} for i &lt; n; y may be an operand, at the same place. */
    void run(float[] a, int ao, float[] b, int bo, float[] c, int co, float[] y, int yo, int n);
}
