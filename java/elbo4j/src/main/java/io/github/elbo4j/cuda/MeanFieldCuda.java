package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MeanFieldOps.With;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

/** Launches kernels/meanfield.cu. */
final class MeanFieldCuda {
    /** Threads that keep a GPU busy: with fewer, a thread takes fewer draws. */
    private static final long BUSY = 1 << 17;
    /** So many draws of a thread, and exp(omega) costs nothing beside them. */
    private static final long MOST_DRAWS = 16;

    private final Cuda cuda;
    private final Kernel sample;
    private final Kernel density;
    private final Kernel entropy;

    MeanFieldCuda(Cuda cuda) {
        this.cuda = cuda;
        sample = cuda.kernel("meanfield_sample");
        density = cuda.kernel("meanfield_density");
        entropy = cuda.kernel("meanfield_entropy");
    }

    void sample(Key key, int step, Shape shape, Buffer mu, Buffer omega, Buffer z) {
        long quads = Grid.ceilDiv(shape.dimensions(), 4);
        long draws = Math.max(1, Math.min(MOST_DRAWS, shape.rows() * quads / BUSY));
        long threads = shape.problems() * Grid.ceilDiv(shape.draws(), draws) * quads;
        cuda.launch()
                .of(sample)
                .normals(key, step, shape)
                .buffer(mu)
                .buffer(omega)
                .buffer(z)
                .number((int) draws)
                .run(Grid.ceilDiv(threads, Grid.THREADS), Grid.THREADS, "sample");
    }

    void density(
            Shape shape,
            With with,
            Buffer mu,
            Buffer omega,
            Buffer z,
            @Nullable Buffer logQ,
            @Nullable Buffer gradient) {
        cuda.launch()
                .of(density)
                .buffer(mu)
                .buffer(omega)
                .buffer(z)
                .buffer(logQ)
                .buffer(gradient)
                .number(shape.problems())
                .number(shape.draws())
                .number(shape.dimensions())
                .number(
                        switch (with) {
                            case Z -> 0;
                            case MU -> 1;
                            case OMEGA -> 2;
                        })
                .run(Grid.rows(shape.rows(), shape.dimensions()), Grid.THREADS, "logDensity");
    }

    void entropy(int problems, int dimensions, Buffer omega, Buffer result, long slot) {
        cuda.launch()
                .of(entropy)
                .buffer(omega)
                .address(Launch.place(result, slot * problems))
                .number(problems)
                .number(dimensions)
                .run(Grid.rows(problems, dimensions), Grid.THREADS, "entropy");
    }
}
