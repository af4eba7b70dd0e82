package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.model.LogJoint;
import org.jspecify.annotations.Nullable;

/**
 * Coordinates u in which a full-rank fit is well conditioned: {@code z = m + C·u}, C lower triangular. With m and C those of
 * the best q so far, q is N(0, I) in u, the posterior is not far from it, and one learning rate suits all parameters,
 * whatever the scales and correlations of z. A q of u with mean mu and factor L is the q of z with mean {@code m + C·mu}
 * and factor {@code C·L}: the family and the ELBO are the same.
 */
final class Whitening implements Coordinates {
    private final int dimensions;
    private final Resources own;
    private final Buffer centre; // m, [D]
    private final Buffer factor; // C, [D][D], its diagonal as it is
    private final Buffer logDeterminant; // [1]
    private final double[] m;
    private final double[][] c;

    /** Starts at m = mean and C = I. */
    Whitening(Device device, double[] mean) {
        this.dimensions = mean.length;
        m = mean.clone();
        c = new double[dimensions][dimensions];
        for (int i = 0; i < dimensions; i++) {
            c[i][i] = 1;
        }
        own = new Resources(device);
        centre = own.allocate(dimensions);
        factor = own.allocate((long) dimensions * dimensions);
        logDeterminant = own.allocate(ElementType.FLOAT64, 1);
        upload();
    }

    /** A joint of z as a joint of u: {@code log p(m + C·u) + log|C|}. */
    @Override
    public LogJoint wrap(LogJoint joint) {
        return new Whitened(joint);
    }

    @Override
    public boolean areOriginal() {
        return false;
    }

    /** {@code C⁻¹·(z − m)}. */
    @Override
    public double[] of(double[] z) {
        double[] u = new double[dimensions];
        for (int i = 0; i < dimensions; i++) {
            double rest = z[i] - m[i];
            for (int k = 0; k < i; k++) {
                rest -= c[i][k] * u[k];
            }
            u[i] = rest / c[i][i];
        }
        return u;
    }

    /**
     * The parameters of q in z.
     *
     * @param parameters of a {@link io.github.elbo4j.family.FullRankGaussian} in u
     */
    @Override
    public float[] toOriginal(float[] parameters) {
        float[] result = new float[parameters.length];
        for (int i = 0; i < dimensions; i++) {
            double mean = m[i];
            for (int k = 0; k <= i; k++) {
                mean += c[i][k] * parameters[k];
            }
            result[i] = (float) mean;
            for (int j = 0; j < i; j++) {
                double sum = 0;
                for (int k = j; k <= i; k++) {
                    sum += c[i][k] * element(parameters, k, j);
                }
                result[(i + 1) * dimensions + j] = (float) sum;
            }
            result[(i + 1) * dimensions + i] = (float) (StrictMath.log(c[i][i]) + parameters[(i + 1) * dimensions + i]);
        }
        return result;
    }

    /**
     * Moves the coordinates so that this q becomes N(0, I).
     *
     * @param parameters of q in z
     */
    @Override
    public float[] moveTo(float[] parameters) {
        for (int i = 0; i < dimensions; i++) {
            m[i] = parameters[i];
            for (int j = 0; j <= i; j++) {
                c[i][j] = element(parameters, i, j);
            }
        }
        upload();
        return new float[parameters.length]; // N(0, I)
    }

    @Override
    public void hash(StateHash to) {
        to.add(m);
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j <= i; j++) {
                to.add(c[i][j]);
            }
        }
    }

    @Override
    public void close() {
        own.close();
    }

    /** L_ij of parameters, i ≥ j, the diagonal no longer a logarithm. */
    private double element(float[] parameters, int i, int j) {
        double value = parameters[(i + 1) * dimensions + j];
        return i == j ? StrictMath.exp(value) : value;
    }

    private void upload() {
        float[] floats = new float[dimensions * dimensions];
        double log = 0;
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j <= i; j++) {
                floats[i * dimensions + j] = (float) c[i][j];
            }
            log += StrictMath.log(c[i][i]);
        }
        factor.write(0, floats, 0, floats.length);
        for (int i = 0; i < dimensions; i++) {
            floats[i] = (float) m[i];
        }
        centre.write(0, floats, 0, dimensions);
        logDeterminant.write(0, new double[] {log}, 0, 1);
    }

    private final class Whitened extends ForwardingJoint {
        Whitened(LogJoint joint) {
            super(joint);
        }

        @Override
        public void record(Recorder to, DrawBlock shape, Buffer uBuffer, Buffer logP, @Nullable Buffer gradient) {
            int rows = Math.toIntExact(shape.allDraws());
            Matrix u = Matrix.of(uBuffer, rows, dimensions);
            Matrix z = Matrix.of(to.scratch(shape.elements()), rows, dimensions);
            Matrix lower = Matrix.of(factor, dimensions, dimensions);
            to.run(new MathOps.Scale(1, new Matrix(centre, 0, rows, dimensions, 0, 1), false, z));
            to.run(new GemmOps.Gemm(u, lower.transposed(), true, z));
            Buffer slope = gradient == null ? null : to.scratch(shape.elements());
            joint.record(to, shape, z.buffer(), logP, slope);
            to.run(new MathOps.Scale(1, new Matrix(logDeterminant, 0, rows, 1, 0, 0), true, Matrix.of(logP, rows, 1)));
            if (gradient != null && slope != null) {
                to.run(new GemmOps.Gemm(
                        Matrix.of(slope, rows, dimensions), lower, false, Matrix.of(gradient, rows, dimensions)));
            }
        }
    }
}
