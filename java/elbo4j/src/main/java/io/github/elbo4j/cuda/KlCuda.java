package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.KlOps;
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

    void addTo(Launchers launchers) {
        launchers.add(KlOps.KlToStandard.class, op -> {
            Diagonal pair = new Diagonal(op.problems(), op.dimensions(), op.mu(), op.omega(), null, null);
            diagonal(pair, op.kl(), "klToStandard");
        });
        launchers.add(KlOps.KlToStandardGradient.class, op -> {
            Diagonal pair = new Diagonal(op.problems(), op.dimensions(), op.mu(), op.omega(), null, null);
            gradient(pair, op.gradMu(), op.gradOmega(), "klToStandardGradient");
        });
        launchers.add(KlOps.KlDiagonal.class, op -> {
            Diagonal pair = new Diagonal(op.problems(), op.dimensions(), op.muQ(), op.omegaQ(), op.muP(), op.omegaP());
            diagonal(pair, op.kl(), "klDiagonal");
        });
        launchers.add(KlOps.KlDiagonalGradient.class, op -> {
            Diagonal pair = new Diagonal(op.problems(), op.dimensions(), op.muQ(), op.omegaQ(), op.muP(), op.omegaP());
            gradient(pair, op.gradMu(), op.gradOmega(), "klDiagonalGradient");
        });
        launchers.add(KlOps.KlFull.class, this::full);
        launchers.add(KlOps.KlFullGradient.class, this::fullGradient);
    }

    /** q and p, or with p null the standard normal. */
    private record Diagonal(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer omegaQ,
            @Nullable Buffer muP,
            @Nullable Buffer omegaP) {}

    private void diagonal(Diagonal pair, Buffer kl, String operation) {
        parameters(diagonal, pair)
                .buffer(kl)
                .number(pair.problems)
                .number(pair.dimensions)
                .run(Grid.rows(pair.problems, pair.dimensions), Grid.THREADS, operation);
    }

    private void gradient(Diagonal pair, Buffer gradMu, Buffer gradOmega, String operation) {
        long elements = (long) pair.problems * pair.dimensions;
        parameters(gradient, pair)
                .buffer(gradMu)
                .buffer(gradOmega)
                .number(elements)
                .run(Grid.threads(elements), Grid.THREADS, operation);
    }

    private Launch parameters(Kernel kernel, Diagonal pair) {
        return cuda.launch()
                .of(kernel)
                .buffer(pair.muQ)
                .buffer(pair.omegaQ)
                .buffer(pair.muP)
                .buffer(pair.omegaP);
    }

    private void full(KlOps.KlFull op) {
        String operation = "klFull";
        int problems = op.problems();
        int dims = op.dimensions();
        View p = View.rowMajor(Launch.place(op.factorP(), 0), dims, dims);
        View x = solved(problems, dims, op.muQ(), op.factorQ(), op.muP(), p, operation);
        cuda.launch()
                .of(full)
                .buffer(op.factorQ())
                .buffer(op.factorP())
                .address(x.at())
                .buffer(op.kl())
                .number(problems)
                .number(dims)
                .run(Grid.rows(problems, dims), Grid.THREADS, operation);
    }

    private void fullGradient(KlOps.KlFullGradient op) {
        String operation = "klFullGradient";
        int problems = op.problems();
        int dims = op.dimensions();
        View p = View.rowMajor(Launch.place(op.factorP(), 0), dims, dims);
        View x = solved(problems, dims, op.muQ(), op.factorQ(), op.muP(), p, operation);
        gemm.solve(p.transposed(), x, problems, dims, dims + 1, true, true, operation);
        cuda.launch()
                .of(fullGradient)
                .buffer(op.factorQ())
                .address(x.at())
                .buffer(op.gradMu())
                .buffer(op.gradFactor())
                .number(problems)
                .number(dims)
                .run(Grid.threads(elements(problems, dims)), Grid.THREADS, operation);
    }

    /** {@code P⁻¹·[Q, muQ − muP]}: M, and e as its last column. */
    private View solved(int problems, int dims, Buffer muQ, Buffer factorQ, Buffer muP, View p, String operation) {
        long elements = elements(problems, dims);
        View x = View.rowMajor(cuda.workspace(Float.BYTES * elements), dims, dims + 1);
        cuda.launch()
                .of(sides)
                .buffer(muQ)
                .buffer(factorQ)
                .buffer(muP)
                .address(x.at())
                .number(problems)
                .number(dims)
                .run(Grid.threads(elements), Grid.THREADS, operation);
        gemm.solve(p, x, problems, dims, dims + 1, false, true, operation);
        return x;
    }

    private static long elements(int problems, int dims) {
        return (long) problems * dims * (dims + 1L);
    }
}
