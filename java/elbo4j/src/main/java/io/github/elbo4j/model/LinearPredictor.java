package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import org.jspecify.annotations.Nullable;

/**
 * The data of a regression on a device, and the work that its likelihoods share: {@code eta = beta·Xᵀ} for a block of
 * draws, the likelihood's value and residual from eta, and the gradient {@code residual·X}. beta is the first K
 * coordinates of a draw, or all C·K of them, [C][K], where an observation has a predictor for each of C classes.
 *
 * <p>eta is [R][C][N]; where it would not fit the workspace, the draws are cut into blocks. No sum is over several
 * draws, so the blocks change no bit.
 */
final class LinearPredictor {
    /** The likelihood of observations y under a chunk of draws. */
    interface Likelihood {
        /**
         * Adds to the block's value, adds to its gradient the part that does not come through eta, and replaces eta by
         * the residual.
         *
         * @param y [N]
         */
        void add(Recorder to, PredictorBlock block, int observations, Buffer y);
    }

    private static final int PART = 1 << 18;

    private final Device device;
    private final int observations;
    private final int columns;
    private final int classes;
    private final Buffer x; // [N][K]
    private final Buffer y; // [N]
    private long workspaceBytes = 64L << 20;

    /** @param own allocates the memory; its owner closes it */
    LinearPredictor(Resources own, RegressionData data, int classes) {
        this.device = own.device();
        this.observations = data.rows();
        this.columns = data.columns().size();
        this.classes = classes;
        x = rounded(own, data.x());
        y = own.copyOf(floats(data.y()));
    }

    Device device() {
        return device;
    }

    int observations() {
        return observations;
    }

    int columns() {
        return columns;
    }

    void workspaceBytes(long value) {
        if (value < 1) {
            throw new IllegalArgumentException("workspaceBytes is " + value + ", but must be 1 or more");
        }
        workspaceBytes = value;
    }

    void logLikelihood(
            Recorder to,
            Rows rows,
            Likelihood likelihood,
            DrawBlock shape,
            Buffer z,
            Buffer logLikelihood,
            @Nullable Buffer gradient) {
        int n = rows.count();
        Buffer dataX = x;
        Buffer dataY = y;
        Buffer index = rows.index();
        if (index != null) {
            dataX = to.scratch((long) n * columns);
            dataY = to.scratch(n);
            to.run(new MathOps.GatherRows(n, columns, index, rows.first(), x, dataX));
            to.run(new MathOps.GatherRows(n, 1, index, rows.first(), y, dataY));
        }
        int all = Math.toIntExact(shape.allDraws());
        long perDraw = (long) classes * n;
        int most = (int) Math.max(1, Math.min(all, workspaceBytes / Float.BYTES / perDraw));
        Buffer predictor = to.scratch(most * perDraw);
        Buffer part = most == all ? logLikelihood : to.scratch(ElementType.FLOAT64, most);
        to.run(new MathOps.Fill(all, 0f, logLikelihood));
        if (gradient != null) {
            to.run(new MathOps.Fill(shape.elements(), 0f, gradient));
        }
        for (int from = 0; from < all; from += most) {
            int count = Math.min(most, all - from);
            if (most != all) {
                to.run(new MathOps.Fill(count, 0f, part));
            }
            PredictorBlock block = new PredictorBlock(
                    columns, classes, dataX, n, z, gradient, predictor, part, from, count, shape.dimensions());
            to.run(new GemmOps.Gemm(block.beta, block.x.transposed(), false, block.etaMatrix));
            likelihood.add(to, block, n, dataY);
            if (block.betaGradient != null) {
                to.run(new GemmOps.Gemm(block.etaMatrix, block.x, false, block.betaGradient));
            }
            if (most != all) {
                to.run(new MathOps.Scale(
                        1, Matrix.of(part, count, 1), false, new Matrix(logLikelihood, from, count, 1, 1, 1)));
            }
        }
    }

    /** In float32 on the device, a part at a time, since all of it on the host would be half as large as the data again. */
    static Buffer rounded(Resources own, double[] values) {
        Buffer buffer = own.allocate(values.length);
        float[] part = new float[Math.min(PART, values.length)];
        for (int from = 0, count; from < values.length; from += count) {
            count = Math.min(part.length, values.length - from);
            for (int i = 0; i < count; i++) {
                part[i] = (float) values[from + i];
            }
            buffer.write(from, part, 0, count);
        }
        return buffer;
    }

    static float[] floats(double[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) values[i];
        }
        return result;
    }
}
