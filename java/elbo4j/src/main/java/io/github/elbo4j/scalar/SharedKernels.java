package io.github.elbo4j.scalar;

/** The kernels of normals, functions, sums, chains and control variates, which every other family uses. SIMD devices pass their own. */
public record SharedKernels(
        NormalKernel normals, MathKernel math, SumKernel sums, ChainKernel chains, ControlVariate variates) {
    /** The plain Java bodies. */
    public static SharedKernels scalar() {
        SumKernel sums = new SumKernel();
        return new SharedKernels(
                new NormalKernel(), new MathKernel(sums), sums, new ChainKernel(), new ControlVariate());
    }
}
