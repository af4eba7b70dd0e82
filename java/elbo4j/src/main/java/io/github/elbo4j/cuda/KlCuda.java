package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.KlOps;
import org.jspecify.annotations.Nullable;

/** Launches kernels/kl.cu; solving is gemm's. */
final class KlCuda extends KernelFamily {
    private final GemmCuda gemm;
    private final Kernel diagonal = cuda.kernel("kl_diagonal");
    private final Kernel gradient = cuda.kernel("kl_gradient");
    private final Kernel sides = cuda.kernel("kl_sides");
    private final Kernel full = cuda.kernel("kl_full");
    private final Kernel fullGradient = cuda.kernel("kl_fullgradient");

    KlCuda(Cuda cuda, GemmCuda gemm) {
        super(cuda);
        this.gemm = gemm;
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(KlOps.KlToStandard.class, op -> {
            Diagonal pair = new Diagonal(op.problems(), op.dimensions(), op.mu(), op.omega(), null, null);
            diagonal(pair, op.kl());
        });
        launchers.add(KlOps.KlToStandardGradient.class, op -> {
            Diagonal pair = new Diagonal(op.problems(), op.dimensions(), op.mu(), op.omega(), null, null);
            gradient(pair, op.gradMu(), op.gradOmega());
        });
        launchers.add(KlOps.KlDiagonal.class, op -> {
            Diagonal pair = new Diagonal(op.problems(), op.dimensions(), op.muQ(), op.omegaQ(), op.muP(), op.omegaP());
            diagonal(pair, op.kl());
        });
        launchers.add(KlOps.KlDiagonalGradient.class, op -> {
            Diagonal pair = new Diagonal(op.problems(), op.dimensions(), op.muQ(), op.omegaQ(), op.muP(), op.omegaP());
            gradient(pair, op.gradMu(), op.gradOmega());
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

    private void diagonal(Diagonal pair, Buffer kl) {
        parameters(diagonal, pair)
                .buffer(kl)
                .number(pair.problems)
                .number(pair.dimensions)
                .run(Grid.quadRows(pair.problems, pair.dimensions));
    }

    private void gradient(Diagonal pair, Buffer gradMu, Buffer gradOmega) {
        long elements = (long) pair.problems * pair.dimensions;
        parameters(gradient, pair)
                .buffer(gradMu)
                .buffer(gradOmega)
                .number(elements)
                .run(Grid.threads(elements));
    }

    private Launch parameters(Kernel kernel, Diagonal pair) {
        return launch(kernel)
                .buffer(pair.muQ)
                .buffer(pair.omegaQ)
                .buffer(pair.muP)
                .buffer(pair.omegaP);
    }

    private void full(KlOps.KlFull op) {
        int problems = op.problems();
        int dims = op.dimensions();
        MatrixBatch p = MatrixBatch.rowMajor(Launch.place(op.factorP(), 0), dims, dims);
        MatrixBatch x = solved(problems, dims, op.muQ(), op.factorQ(), op.muP(), p);
        launch(full)
                .buffer(op.factorQ())
                .buffer(op.factorP())
                .address(x.at())
                .buffer(op.kl())
                .number(problems)
                .number(dims)
                .run(Grid.rows(problems, dims));
    }

    private void fullGradient(KlOps.KlFullGradient op) {
        int problems = op.problems();
        int dims = op.dimensions();
        MatrixBatch p = MatrixBatch.rowMajor(Launch.place(op.factorP(), 0), dims, dims);
        MatrixBatch x = solved(problems, dims, op.muQ(), op.factorQ(), op.muP(), p);
        gemm.solve(p.transposed(), x, problems, dims, dims + 1, true, true);
        launch(fullGradient)
                .buffer(op.factorQ())
                .address(x.at())
                .buffer(op.gradMu())
                .buffer(op.gradFactor())
                .number(problems)
                .number(dims)
                .run(Grid.threads(elements(problems, dims)));
    }

    /** {@code P⁻¹·[Q, muQ − muP]}: M, and e as its last column. */
    private MatrixBatch solved(int problems, int dims, Buffer muQ, Buffer factorQ, Buffer muP, MatrixBatch p) {
        long elements = elements(problems, dims);
        MatrixBatch x = MatrixBatch.rowMajor(cuda.workspace(Float.BYTES * elements), dims, dims + 1);
        launch(sides)
                .buffer(muQ)
                .buffer(factorQ)
                .buffer(muP)
                .address(x.at())
                .number(problems)
                .number(dims)
                .run(Grid.threads(elements));
        gemm.solve(p, x, problems, dims, dims + 1, false, true);
        return x;
    }

    private static long elements(int problems, int dims) {
        return (long) problems * dims * (dims + 1L);
    }
}
