package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Matrix;
import org.jspecify.annotations.Nullable;

/** Launches kernels/likelihood.cu. */
final class LikelihoodCuda {
    private final Cuda cuda;
    private final Kernel bernoulli;
    private final Kernel categorical;
    private final Kernel classesEnd;
    private final Kernel gaussian;
    private final Kernel gaussianEnd;

    LikelihoodCuda(Cuda cuda) {
        this.cuda = cuda;
        bernoulli = cuda.kernel("likelihood_bernoulli");
        categorical = cuda.kernel("likelihood_categorical");
        classesEnd = cuda.kernel("likelihood_classes_end");
        gaussian = cuda.kernel("likelihood_gaussian");
        gaussianEnd = cuda.kernel("likelihood_gaussian_end");
    }

    void bernoulliLogit(int rows, int observations, Buffer y, float scale, Buffer eta, Buffer logP) {
        classes(bernoulli, "bernoulliLogit", rows, 1, observations, y, scale, eta, logP);
    }

    /** Of classes, or with y null of components. */
    void categorical(
            int rows, int classes, int observations, @Nullable Buffer y, float scale, Buffer eta, Buffer logP) {
        String operation = y == null ? "mixture" : "categoricalLogit";
        classes(categorical, operation, rows, classes, observations, y, scale, eta, logP);
    }

    private void classes(
            Kernel kernel,
            String operation,
            int rows,
            int classes,
            int observations,
            @Nullable Buffer y,
            float scale,
            Buffer eta,
            Buffer logP) {
        long tiles = Grid.takeTiles(cuda, rows, observations);
        classes(kernel, rows, classes, observations, y, scale, eta, logP, tiles)
                .run(Grid.tiles(rows, observations), Grid.THREADS, operation);
        if (observations > Grid.TILE) {
            classes(classesEnd, rows, classes, observations, y, scale, eta, logP, tiles)
                    .run(Grid.warps(rows), Grid.THREADS, operation);
        }
    }

    private Launch classes(
            Kernel kernel,
            int rows,
            int classes,
            int observations,
            @Nullable Buffer y,
            float scale,
            Buffer eta,
            Buffer logP,
            long tiles) {
        return cuda.launch()
                .of(kernel)
                .buffer(y)
                .buffer(eta)
                .buffer(logP)
                .address(tiles)
                .number(rows)
                .number(classes)
                .number(observations)
                .number(scale);
    }

    void gaussian(
            int rows,
            int observations,
            Buffer y,
            float scale,
            Matrix logNoise,
            Buffer eta,
            Buffer logP,
            @Nullable Matrix gradLogNoise) {
        long tiles = Grid.takeTiles(cuda, rows, observations);
        gaussian(gaussian, rows, observations, y, scale, logNoise, eta, logP, gradLogNoise, tiles)
                .run(Grid.tiles(rows, observations), Grid.THREADS, "gaussian");
        if (observations > Grid.TILE) {
            gaussian(gaussianEnd, rows, observations, y, scale, logNoise, eta, logP, gradLogNoise, tiles)
                    .run(Grid.warps(rows), Grid.THREADS, "gaussian");
        }
    }

    private Launch gaussian(
            Kernel kernel,
            int rows,
            int observations,
            Buffer y,
            float scale,
            Matrix logNoise,
            Buffer eta,
            Buffer logP,
            @Nullable Matrix gradLogNoise,
            long tiles) {
        return cuda.launch()
                .of(kernel)
                .buffer(y)
                .buffer(eta)
                .buffer(logP)
                .address(Launch.place(logNoise.buffer(), logNoise.offset()))
                .address(gradLogNoise == null ? 0 : Launch.place(gradLogNoise.buffer(), gradLogNoise.offset()))
                .address(tiles)
                .number(logNoise.rowStride())
                .number(gradLogNoise == null ? 0 : gradLogNoise.rowStride())
                .number(rows)
                .number(observations)
                .number(scale);
    }
}
