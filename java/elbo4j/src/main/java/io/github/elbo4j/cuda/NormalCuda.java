package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Shape;

/** Launches kernels/normal.cu. */
final class NormalCuda {
    private final Cuda cuda;
    private final Kernel words;
    private final Kernel uniform;
    private final Kernel normal;

    NormalCuda(Cuda cuda) {
        this.cuda = cuda;
        words = cuda.kernel("normal_words");
        uniform = cuda.kernel("normal_uniform");
        normal = cuda.kernel("normal_normal");
    }

    void addTo(Launchers launchers) {
        launchers.add(
                NormalOps.Words.class,
                op -> fill(words, op.key(), op.step(), op.shape(), Launch.place(op.words(), 0), 0, "words"));
        launchers.add(
                NormalOps.Uniform.class,
                op -> fill(uniform, op.key(), op.step(), op.shape(), Launch.place(op.u(), 0), 0, "uniform"));
        launchers.add(
                NormalOps.Normal.class,
                op -> normal(op.key(), op.step(), op.shape(), Launch.place(op.epsilon(), 0), "normal"));
    }

    /** Writes normals for an operation to an address. */
    void normal(Key key, Index step, Shape shape, long epsilon, String operation) {
        fill(normal, key, step, shape, epsilon, cuda.given(key, step, shape), operation);
    }

    private void fill(Kernel kernel, Key key, Index step, Shape shape, long out, long given, String operation) {
        long quads = shape.rows() * Grid.ceilDiv(shape.dimensions(), 4);
        cuda.launch()
                .of(kernel)
                .normals(key, step, shape, given)
                .address(out)
                .run(Grid.threads(quads), Grid.THREADS, operation);
    }
}
