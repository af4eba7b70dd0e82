package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.LikelihoodOps;
import io.github.elbo4j.device.Matrix;
import org.jspecify.annotations.Nullable;

/** Launches kernels/likelihood.cu. */
final class LikelihoodCuda extends KernelFamily {
    private final Kernel bernoulli = cuda.kernel("likelihood_bernoulli");
    private final Kernel categorical = cuda.kernel("likelihood_categorical");
    private final Kernel classesEnd = cuda.kernel("likelihood_classes_end");
    private final Kernel gaussian = cuda.kernel("likelihood_gaussian");
    private final Kernel gaussianEnd = cuda.kernel("likelihood_gaussian_end");

    LikelihoodCuda(Cuda cuda) {
        super(cuda);
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(LikelihoodOps.BernoulliLogit.class, op -> {
            Classes classes = new Classes(op.y(), op.eta(), op.logP(), op.rows(), 1, op.observations(), op.scale());
            classes(bernoulli, classes);
        });
        launchers.add(LikelihoodOps.CategoricalLogit.class, op -> {
            int classes = op.classes();
            classes(
                    categorical,
                    new Classes(op.y(), op.eta(), op.logP(), op.rows(), classes, op.observations(), op.scale()));
        });
        launchers.add(LikelihoodOps.Mixture.class, op -> {
            int components = op.components();
            classes(
                    categorical,
                    new Classes(null, op.eta(), op.logP(), op.rows(), components, op.observations(), op.scale()));
        });
        launchers.add(LikelihoodOps.GaussianNoise.class, this::gaussian);
    }

    /** What the kernels take; y is null where the classes are components that are not known. */
    private record Classes(
            @Nullable Buffer y, Buffer eta, Buffer logP, int rows, int classes, int observations, float scale) {}

    private void classes(Kernel kernel, Classes of) {
        long tiles = Grid.takeTiles(cuda, of.rows, of.observations);
        fields(kernel, of, tiles).run(Grid.tiles(of.rows, of.observations));
        if (of.observations > Grid.TILE) {
            fields(classesEnd, of, tiles).run(Grid.warps(of.rows));
        }
    }

    private Launch fields(Kernel kernel, Classes of, long tiles) {
        return launch(kernel)
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
        fields(gaussian, op, tiles).run(Grid.tiles(op.rows(), op.observations()));
        if (op.observations() > Grid.TILE) {
            fields(gaussianEnd, op, tiles).run(Grid.warps(op.rows()));
        }
    }

    private Launch fields(Kernel kernel, LikelihoodOps.GaussianNoise op, long tiles) {
        Matrix logNoise = op.logNoise();
        Matrix gradient = op.gradLogNoise();
        return launch(kernel)
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
