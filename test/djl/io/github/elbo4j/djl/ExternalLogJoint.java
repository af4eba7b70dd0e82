package io.github.elbo4j.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.elbo4j.model.HostLogJoint;
import java.util.Arrays;
import java.util.List;

/**
 * An example of a log-joint whose values and gradients come from elsewhere: a straight line with normal noise of sd 1,
 * written with DJL's arrays, computed and differentiated by PyTorch.
 *
 * <p>{@code y ~ N(a + b·x, 1)}, {@code a, b ~ N(0, 1)}.
 */
final class ExternalLogJoint implements AutoCloseable {
    private static final int D = 2;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final NDArray design; // [D][N]
    private final NDArray y; // [N]
    private final double constant;

    ExternalLogJoint(double[] x, double[] y) {
        double[] rows = new double[D * x.length];
        Arrays.fill(rows, 0, x.length, 1);
        System.arraycopy(x, 0, rows, x.length, x.length);
        design = manager.create(rows, new Shape(D, x.length));
        this.y = manager.create(y);
        constant = -0.5 * (x.length + D) * Math.log(2 * Math.PI);
    }

    HostLogJoint logJoint() {
        return HostLogJoint.ofBlock(List.of("a", "b"), this::evaluate);
    }

    /** All draws of a block at once. They do not depend on each other, so the gradient of their sum has that of each. */
    private void evaluate(int count, double[] z, double[] logP, double[] gradient) {
        try (NDManager block = manager.newSubManager()) {
            NDArray draws = block.create(Arrays.copyOf(z, count * D), new Shape(count, D));
            if (gradient == null) {
                write(logP(draws), logP);
                return;
            }
            draws.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                NDArray values = logP(draws);
                collector.backward(values.sum());
                write(values, logP);
            }
            write(draws.getGradient(), gradient);
        }
    }

    private NDArray logP(NDArray draws) {
        NDArray residuals = draws.matMul(design).sub(y); // [rows][N]
        int[] along = {1};
        return residuals
                .square()
                .sum(along)
                .add(draws.square().sum(along))
                .mul(-0.5)
                .add(constant);
    }

    private static void write(NDArray from, double[] to) {
        double[] values = from.toDoubleArray();
        System.arraycopy(values, 0, to, 0, values.length);
    }

    @Override
    public void close() {
        manager.close();
    }
}
