package io.github.elbo4j.scalar;

/** What every kernel family builds on. SIMD devices pass their own bodies. */
public record Basics(Workers workers, NormalKernel normals, MathKernel math, SumKernel sums) {
    /** The plain Java bodies. */
    public static Basics scalar(Workers workers) {
        SumKernel sums = new SumKernel();
        return new Basics(workers, new NormalKernel(workers), new MathKernel(workers, sums), sums);
    }
}
