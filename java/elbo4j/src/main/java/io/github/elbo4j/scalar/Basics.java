package io.github.elbo4j.scalar;

/** What every kernel family builds on. SIMD devices pass their own bodies. */
public record Basics(NormalKernel normals, MathKernel math, SumKernel sums) {
    /** The plain Java bodies. */
    public static Basics scalar() {
        SumKernel sums = new SumKernel();
        return new Basics(new NormalKernel(), new MathKernel(sums), sums);
    }
}
