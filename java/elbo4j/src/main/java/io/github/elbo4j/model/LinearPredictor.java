package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Buffers;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Interrupts;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The data of a regression on a device, and the work that its likelihoods share: {@code eta = beta·Xᵀ} for a block of
 * draws, the likelihood's value and residual from eta, and the gradient {@code residual·X}. beta is the first K
 * coordinates of a draw, or all C·K of them, [C][K], where an observation has a predictor for each of C classes.
 *
 * <p>eta is [R][C][N]; where it would not fit the workspace, the draws are cut into waves. Draws do not meet in any sum, so
 * the waves do not change a bit.
 */
final class LinearPredictor implements AutoCloseable {
    /** The likelihood of observations y under a wave of draws. */
    interface Likelihood {
        /**
         * Adds to the wave's value, and to its gradient what is not by way of eta; replaces eta by the residual.
         *
         * @param y [N]
         */
        void add(Wave wave, int observations, Buffer y);
    }

    private static final int KEPT_WAVES = 4;

    private final Device device;
    private final Ops ops;
    private final int observations;
    private final int columns;
    private final int classes;
    private final Buffer x; // [N][K]
    private final Buffer y; // [N]
    private final Scratch batchX; // [n][K]
    private final Scratch batchY; // [n]
    private final Scratch eta; // [R][C][N]
    private final Scratch waveValue; // [R]
    private final @Nullable Wave[] waves = new Wave[KEPT_WAVES];
    private int nextWave;
    private long workspaceBytes = 64L << 20;

    /** @param own whose owner gives the data back; {@link #close} what grows with the draws */
    LinearPredictor(Buffers own, RegressionData data, int classes) {
        this.device = own.device();
        this.ops = device.ops();
        this.observations = data.rows();
        this.columns = data.columns().size();
        this.classes = classes;
        x = own.copyOf(floats(data.x()));
        y = own.copyOf(floats(data.y()));
        batchX = new Scratch(device, ElementType.FLOAT32);
        batchY = new Scratch(device, ElementType.FLOAT32);
        eta = new Scratch(device, ElementType.FLOAT32);
        waveValue = new Scratch(device, ElementType.FLOAT64);
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
            Rows rows, Likelihood likelihood, Shape shape, Buffer z, Buffer logLikelihood, @Nullable Buffer gradient) {
        int n = rows.count();
        Buffer dataX = x;
        Buffer dataY = y;
        Buffer index = rows.index();
        if (index != null) {
            dataX = batchX.get((long) n * columns);
            dataY = batchY.get(n);
            ops.gatherRows(n, columns, index, rows.first(), x, dataX);
            ops.gatherRows(n, 1, index, rows.first(), y, dataY);
        }
        int all = Math.toIntExact(shape.rows());
        long perDraw = (long) classes * n;
        int wave = (int) Math.max(1, Math.min(all, workspaceBytes / Float.BYTES / perDraw));
        Buffer predictor = eta.get(wave * perDraw);
        ops.fill(all, 0f, logLikelihood);
        if (gradient != null) {
            ops.fill(shape.elements(), 0f, gradient);
        }
        for (int from = 0; from < all; from += wave) {
            Interrupts.check();
            int count = Math.min(wave, all - from);
            Buffer value = wave == all ? logLikelihood : waveValue.get(wave);
            if (wave != all) {
                ops.fill(count, 0f, value);
            }
            Wave w = wave(dataX, n, z, gradient, predictor, value, from, count, shape.dimensions());
            ops.gemm(w.beta, w.xTransposed, false, w.etaMatrix);
            likelihood.add(w, n, dataY);
            if (w.betaGradient != null) {
                ops.gemm(w.etaMatrix, w.x, false, w.betaGradient);
            }
            if (wave != all) {
                Matrix place = new Matrix(logLikelihood, from, count, 1, 1, 1);
                ops.scale(1, Matrix.of(value, count, 1), false, place);
            }
        }
    }

    @Override
    public void close() {
        batchX.close();
        batchY.close();
        eta.close();
        waveValue.close();
    }

    /** The views of a wave, kept while the same buffers come, so that a step makes no garbage. */
    private Wave wave(
            Buffer dataX,
            int n,
            Buffer z,
            @Nullable Buffer gradient,
            Buffer predictor,
            Buffer value,
            int from,
            int count,
            int dimensions) {
        for (Wave kept : waves) {
            if (kept != null && kept.matches(dataX, n, z, gradient, predictor, value, from, count)) {
                return kept;
            }
        }
        Wave made = new Wave(columns, classes, dataX, n, z, gradient, predictor, value, from, count, dimensions);
        waves[nextWave] = made;
        nextWave = (nextWave + 1) % KEPT_WAVES;
        return made;
    }

    static float[] floats(double[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) values[i];
        }
        return result;
    }
}
