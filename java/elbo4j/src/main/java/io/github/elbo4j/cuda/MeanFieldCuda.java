package io.github.elbo4j.cuda;

import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.MeanFieldOps;

/** Launches kernels/meanfield.cu. */
final class MeanFieldCuda extends KernelFamily {
    /** Threads that keep a GPU busy: with fewer, a thread takes fewer draws. */
    private static final long BUSY = 1 << 17;
    /** With so many draws in a thread, exp(omega) costs next to nothing in comparison. */
    private static final long MOST_DRAWS = 16;

    private final Kernel sample = cuda.kernel("meanfield_sample");
    private final Kernel density = cuda.kernel("meanfield_density");
    private final Kernel entropy = cuda.kernel("meanfield_entropy");

    MeanFieldCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(MeanFieldOps.Sample.class, this::sample);
        launchers.add(MeanFieldOps.LogDensity.class, this::density);
        launchers.add(MeanFieldOps.Entropy.class, this::entropy);
    }

    private void sample(MeanFieldOps.Sample op) {
        DrawBlock shape = op.shape();
        long quads = Grid.ceilDiv(shape.dimensions(), 4);
        long draws = Math.max(1, Math.min(MOST_DRAWS, shape.allDraws() * quads / BUSY));
        long threads = shape.problems() * Grid.ceilDiv(shape.draws(), draws) * quads;
        launch(sample)
                .normals(op.key(), op.step(), shape)
                .buffer(op.mu())
                .buffer(op.omega())
                .buffer(op.z())
                .number((int) draws)
                .run(Grid.ceilDiv(threads, Grid.THREADS));
    }

    private void density(MeanFieldOps.LogDensity op) {
        DrawBlock shape = op.shape();
        launch(density)
                .buffer(op.mu())
                .buffer(op.omega())
                .buffer(op.z())
                .buffer(op.logQ())
                .buffer(op.gradient())
                .number(shape.problems())
                .number(shape.draws())
                .number(shape.dimensions())
                .number(
                        switch (op.variable()) {
                            case Z -> 0;
                            case MU -> 1;
                            case OMEGA -> 2;
                        })
                .run(Grid.quadRows(shape.allDraws(), shape.dimensions()));
    }

    private void entropy(MeanFieldOps.Entropy op) {
        launch(entropy)
                .buffer(op.omega())
                .buffer(op.entropy())
                .index(op.slot().by(op.problems()))
                .number(op.problems())
                .number(op.dimensions())
                .run(Grid.rows(op.problems(), op.dimensions()));
    }
}
