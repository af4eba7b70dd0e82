package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
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

    void words(Key key, int step, Shape shape, Buffer words) {
        fill(this.words, key, step, shape, words, 0, "words");
    }

    void uniform(Key key, int step, Shape shape, Buffer u) {
        fill(uniform, key, step, shape, u, 0, "uniform");
    }

    void normal(Key key, int step, Shape shape, Buffer epsilon) {
        fill(normal, key, step, shape, epsilon, cuda.given(key, step, shape), "normal");
    }

    private void fill(Kernel kernel, Key key, int step, Shape shape, Buffer out, long given, String operation) {
        long quads = shape.rows() * Grid.ceilDiv(shape.dimensions(), 4);
        cuda.launch()
                .of(kernel)
                .normals(key, step, shape, given)
                .buffer(out)
                .run(Grid.threads(quads), Grid.THREADS, operation);
    }
}
