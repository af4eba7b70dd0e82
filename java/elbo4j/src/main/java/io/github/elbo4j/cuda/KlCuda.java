package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import org.jspecify.annotations.Nullable;

/** Launches kernels/kl.cu; solving is gemm's. */
final class KlCuda {
    private final Cuda cuda;
    private final GemmCuda gemm;
    private final Kernel diagonal;
    private final Kernel gradient;
    private final Kernel sides;
    private final Kernel full;
    private final Kernel fullGradient;

    KlCuda(Cuda cuda, GemmCuda gemm) {
        this.cuda = cuda;
        this.gemm = gemm;
        diagonal = cuda.kernel("kl_diagonal");
        gradient = cuda.kernel("kl_gradient");
        sides = cuda.kernel("kl_sides");
        full = cuda.kernel("kl_full");
        fullGradient = cuda.kernel("kl_fullgradient");
    }

    void toStandard(int problems, int dimensions, Buffer mu, Buffer omega, Buffer kl) {
        diagonal(problems, dimensions, mu, omega, null, null, kl, "klToStandard");
    }

    void toStandardGradient(int problems, int dimensions, Buffer mu, Buffer omega, Buffer gradMu, Buffer gradOmega) {
        gradient(problems, dimensions, mu, omega, null, null, gradMu, gradOmega, "klToStandardGradient");
    }

    void diagonal(int problems, int dimensions, Buffer muQ, Buffer omegaQ, Buffer muP, Buffer omegaP, Buffer kl) {
        diagonal(problems, dimensions, muQ, omegaQ, muP, omegaP, kl, "klDiagonal");
    }

    void diagonalGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer omegaQ,
            Buffer muP,
            Buffer omegaP,
            Buffer gradMu,
            Buffer gradOmega) {
        gradient(problems, dimensions, muQ, omegaQ, muP, omegaP, gradMu, gradOmega, "klDiagonalGradient");
    }

    private void diagonal(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer omegaQ,
            @Nullable Buffer muP,
            @Nullable Buffer omegaP,
            Buffer kl,
            String operation) {
        cuda.launch()
                .of(diagonal)
                .buffer(muQ)
                .buffer(omegaQ)
                .buffer(muP)
                .buffer(omegaP)
                .buffer(kl)
                .number(problems)
                .number(dimensions)
                .run(Grid.rows(problems, dimensions), Grid.THREADS, operation);
    }

    private void gradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer omegaQ,
            @Nullable Buffer muP,
            @Nullable Buffer omegaP,
            Buffer gradMu,
            Buffer gradOmega,
            String operation) {
        long elements = (long) problems * dimensions;
        cuda.launch()
                .of(gradient)
                .buffer(muQ)
                .buffer(omegaQ)
                .buffer(muP)
                .buffer(omegaP)
                .buffer(gradMu)
                .buffer(gradOmega)
                .number(elements)
                .run(Grid.threads(elements), Grid.THREADS, operation);
    }

    /** Either kl or the gradients are wanted. */
    void full(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer factorQ,
            Buffer muP,
            Buffer factorP,
            @Nullable Buffer kl,
            @Nullable Buffer gradMu,
            @Nullable Buffer gradFactor) {
        String operation = kl != null ? "klFull" : "klFullGradient";
        long elements = (long) problems * dimensions * (dimensions + 1L);
        View x = View.rowMajor(cuda.arena().take(Float.BYTES * elements), dimensions, dimensions + 1);
        cuda.launch()
                .of(sides)
                .buffer(muQ)
                .buffer(factorQ)
                .buffer(muP)
                .address(x.at())
                .number(problems)
                .number(dimensions)
                .run(Grid.threads(elements), Grid.THREADS, operation);
        View p = View.rowMajor(Launch.place(factorP, 0), dimensions, dimensions);
        gemm.solve(p, x, problems, dimensions, dimensions + 1, false, true, operation);
        if (kl != null) {
            cuda.launch()
                    .of(full)
                    .buffer(factorQ)
                    .buffer(factorP)
                    .address(x.at())
                    .buffer(kl)
                    .number(problems)
                    .number(dimensions)
                    .run(Grid.rows(problems, dimensions), Grid.THREADS, operation);
            return;
        }
        gemm.solve(p.transposed(), x, problems, dimensions, dimensions + 1, true, true, operation);
        cuda.launch()
                .of(fullGradient)
                .buffer(factorQ)
                .address(x.at())
                .buffer(gradMu)
                .buffer(gradFactor)
                .number(problems)
                .number(dimensions)
                .run(Grid.threads(elements), Grid.THREADS, operation);
    }
}
