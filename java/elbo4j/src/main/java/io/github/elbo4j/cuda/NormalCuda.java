package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.PointSet;

/** Launches kernels/normal.cu. */
final class NormalCuda extends KernelFamily {
    private final Kernel words = cuda.kernel("normal_words");
    private final Kernel uniform = cuda.kernel("normal_uniform");
    private final Kernel normal = cuda.kernel("normal_normal");
    private final Kernel ofProblems = cuda.kernel("normal_of_problems");

    NormalCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(NormalOps.Words.class, this::words);
        launchers.add(NormalOps.Uniform.class, op -> fill(uniform, op.key(), op.step(), op.shape(), 0, place(op.u())));
        launchers.add(NormalOps.Normal.class, op -> normal(op.key(), op.step(), op.shape(), place(op.epsilon())));
        launchers.add(NormalOps.NormalOfProblems.class, this::ofProblems);
    }

    /** Writes normals to an address, for this operation or another. */
    void normal(Key key, Index step, DrawBlock shape, long to) {
        if (key.points() == PointSet.INDEPENDENT) {
            fill(normal, key, step, shape, cuda.given(key, step, shape), to);
        } else {
            cuda.points().normals(key, step, shape, to);
        }
    }

    private void words(NormalOps.Words op) {
        if (op.key().points() == PointSet.INDEPENDENT) {
            fill(words, op.key(), op.step(), op.shape(), 0, place(op.words()));
        } else {
            cuda.points().words(op);
        }
    }

    private void ofProblems(NormalOps.NormalOfProblems op) {
        launch(ofProblems)
                .normals(op.key(), op.step(), op.shape())
                .buffer(op.addresses())
                .index(op.first())
                .buffer(op.epsilon())
                .run(threads(op.shape()));
    }

    static long threads(DrawBlock shape) {
        return Grid.threads(shape.allDraws() * Grid.ceilDiv(shape.dimensions(), 4));
    }

    private static long place(Buffer buffer) {
        return Launch.place(buffer, 0);
    }

    private void fill(Kernel kernel, Key key, Index step, DrawBlock shape, long given, long out) {
        launch(kernel).normals(key, step, shape, given).address(out).run(threads(shape));
    }
}
