package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Gaussian as the posterior itself, normalized, so that its log evidence is 0: for tests, benchmarks and first steps.
 * Every problem of a batch has the same target.
 */
public final class GaussianTarget implements LogJoint {
    private final int dimensions;
    private final List<String> names;
    private final Resources own;
    private final Buffer mean; // [D]
    private final Buffer scale; // [D] log standard deviations, or [D][D] the Cholesky factor with a log diagonal
    private final boolean full;
    private final @Nullable DiagonalGaussian diagonal;

    private GaussianTarget(Device device, double[] mean, float[] scale, boolean full) {
        this.dimensions = mean.length;
        own = new Resources(device);
        this.mean = own.copyOf(LinearPredictor.floats(mean));
        this.scale = own.copyOf(scale);
        this.full = full;
        this.diagonal = full ? null : new DiagonalGaussian(this.mean, this.scale);
        List<String> made = new ArrayList<>(dimensions);
        for (int d = 0; d < dimensions; d++) {
            made.add("z" + d);
        }
        names = List.copyOf(made);
    }

    /** {@code N(mean, diag sd²)}. */
    public static GaussianTarget diagonal(Device device, double[] mean, double[] sd) {
        if (sd.length != mean.length) {
            throw new IllegalArgumentException("sd has " + sd.length + " elements, but mean has " + mean.length);
        }
        float[] logSd = new float[sd.length];
        for (int d = 0; d < sd.length; d++) {
            if (!(sd[d] > 0 && Double.isFinite(sd[d]))) {
                throw new IllegalArgumentException("sd[" + d + "] is " + sd[d] + ", but must be positive");
            }
            logSd[d] = (float) StrictMath.log(sd[d]);
        }
        return new GaussianTarget(device, mean, logSd, false);
    }

    /**
     * {@code N(mean, covariance)}.
     *
     * @param covariance symmetric and positive definite; its lower triangle is read
     */
    public static GaussianTarget full(Device device, double[] mean, double[][] covariance) {
        int n = mean.length;
        double[][] lower = Cholesky.factor("covariance", covariance, n);
        float[] factor = new float[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                factor[i * n + j] = (float) lower[i][j];
            }
            factor[i * n + i] = (float) StrictMath.log(lower[i][i]);
        }
        return new GaussianTarget(device, mean, factor, true);
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public List<String> parameterNames() {
        return names;
    }

    @Override
    public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        DrawBlock rows = shape.flat();
        if (!full) {
            to.run(new MeanFieldOps.LogDensity(rows, MeanFieldOps.Variable.Z, mean, scale, z, logP, gradient));
            return;
        }
        to.run(new FullRankOps.FullRankLogDensity(rows, mean, scale, z, logP, gradient));
    }

    @Override
    public @Nullable DiagonalGaussian diagonalGaussian() {
        return diagonal;
    }

    @Override
    public void close() {
        own.close();
    }
}
