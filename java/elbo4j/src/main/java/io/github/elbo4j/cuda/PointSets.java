package io.github.elbo4j.cuda;

import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.internal.DirectionNumbers;

/**
 * Normals of other point sets than independent ones. Kernels make independent normals where they need them; of these sets they read what a
 * kernel of its own has written before: Sobol's points cost least where a thread makes many of them. Launches kernels/sobol.cu, and one of
 * kernels/normal.cu.
 */
final class PointSets {
    private static final int POINTS = 32; // of a thread, as in kernels/sobol.cu

    private final Cuda cuda;
    private final Kernel antithetic;
    private final Kernel sobolWords;
    private final Kernel sobolNormal;
    private final Launch launch; // of its own: that of an operation may be half written
    private long numbers; // direction numbers on the device, once they are needed; else 0

    PointSets(Cuda cuda) {
        this.cuda = cuda;
        antithetic = cuda.kernel("normal_antithetic");
        sobolWords = cuda.kernel("sobol_words");
        sobolNormal = cuda.kernel("sobol_normal");
        launch = new Launch(cuda);
    }

    /** The address of a block's normals, which are made before what is launched next; in the workspace of the operation. */
    long normals(Key key, Index step, DrawBlock shape) {
        long place = cuda.workspace(Float.BYTES * shape.elements());
        normals(key, step, shape, place);
        return place;
    }

    /** Writes a block's normals to an address. */
    void normals(Key key, Index step, DrawBlock shape, long to) {
        if (key.points() == PointSet.SOBOL) {
            sobol(sobolNormal, key, step, shape, to);
        } else {
            launch.of(antithetic)
                    .belongsTo("antithetic normals")
                    .normals(key, step, shape, 0)
                    .address(to);
            launch.run(NormalCuda.threads(shape));
        }
    }

    /** The digits of Sobol's points. */
    void words(NormalOps.Words op) {
        sobol(sobolWords, op.key(), op.step(), op.shape(), Launch.place(op.words(), 0));
    }

    private void sobol(Kernel kernel, Key key, Index step, DrawBlock shape, long to) {
        long runs = shape.draws() == 0
                ? 0
                : (shape.firstDraw() + shape.draws() - 1) / POINTS - shape.firstDraw() / POINTS + 1;
        launch.of(kernel)
                .belongsTo("Sobol points")
                .normals(key, step, shape, 0)
                .address(numbers())
                .address(to);
        launch.run(Grid.threads(runs * shape.parameters()));
    }

    private long numbers() {
        if (numbers == 0) {
            int row = PointSet.MOST_DIMENSIONS;
            long place = cuda.allocate((long) DirectionNumbers.PLACES * row * Integer.BYTES, "direction numbers");
            for (int i = 0; i < DirectionNumbers.PLACES; i++) {
                long to = place + (long) i * row * Integer.BYTES;
                cuda.staging().upload(to, DirectionNumbers.ofPlace(i), 0, row, Integer.BYTES);
            }
            numbers = place;
        }
        return numbers;
    }
}
