package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.LikelihoodOps;
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

    void addTo(Launchers launchers) {
        launchers.add(LikelihoodOps.BernoulliLogit.class, op -> {
            Classes classes = new Classes(op.rows(), 1, op.observations(), op.y(), op.scale(), op.eta(), op.logP());
            classes(bernoulli, classes, "bernoulliLogit");
        });
        launchers.add(LikelihoodOps.CategoricalLogit.class, op -> {
            Classes classes =
                    new Classes(op.rows(), op.classes(), op.observations(), op.y(), op.scale(), op.eta(), op.logP());
            classes(categorical, classes, "categoricalLogit");
        });
        launchers.add(LikelihoodOps.Mixture.class, op -> {
            Classes components =
                    new Classes(op.rows(), op.components(), op.observations(), null, op.scale(), op.eta(), op.logP());
            classes(categorical, components, "mixture");
        });
        launchers.add(LikelihoodOps.GaussianNoise.class, this::gaussian);
    }

    /** Observations of known classes, or with y null of components that are not known. */
    private record Classes(
            int rows,
            int classes,
            int observations,
            @Nullable Buffer y,
            float scale,
            Buffer eta,
            Buffer logP) {}

    private void classes(Kernel kernel, Classes of, String operation) {
        long tiles = Grid.takeTiles(cuda, of.rows, of.observations);
        fields(kernel, of, tiles).run(Grid.tiles(of.rows, of.observations), Grid.THREADS, operation);
        if (of.observations > Grid.TILE) {
            fields(classesEnd, of, tiles).run(Grid.warps(of.rows), Grid.THREADS, operation);
        }
    }

    private Launch fields(Kernel kernel, Classes of, long tiles) {
        return cuda.launch()
                .of(kernel)
                .buffer(of.y)
                .buffer(of.eta)
                .buffer(of.logP)
                .address(tiles)
                .number(of.rows)
                .number(of.classes)
                .number(of.observations)
                .number(of.scale);
    }

    private void gaussian(LikelihoodOps.GaussianNoise op) {
        long tiles = Grid.takeTiles(cuda, op.rows(), op.observations());
        fields(gaussian, op, tiles).run(Grid.tiles(op.rows(), op.observations()), Grid.THREADS, "gaussian");
        if (op.observations() > Grid.TILE) {
            fields(gaussianEnd, op, tiles).run(Grid.warps(op.rows()), Grid.THREADS, "gaussian");
        }
    }

    private Launch fields(Kernel kernel, LikelihoodOps.GaussianNoise op, long tiles) {
        Matrix logNoise = op.logNoise();
        Matrix gradient = op.gradLogNoise();
        return cuda.launch()
                .of(kernel)
                .buffer(op.y())
                .buffer(op.eta())
                .buffer(op.logP())
                .address(Launch.place(logNoise.buffer(), logNoise.offset()))
                .address(gradient == null ? 0 : Launch.place(gradient.buffer(), gradient.offset()))
                .address(tiles)
                .number(logNoise.rowStride())
                .number(gradient == null ? 0 : gradient.rowStride())
                .number(op.rows())
                .number(op.observations())
                .number(op.scale());
    }
}
