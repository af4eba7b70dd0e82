package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Buffers;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Shape;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Coordinates u in which a full-rank fit is well conditioned: {@code z = m + C·u}, C lower triangular. With m and C those of
 * the best q so far, q is N(0, I) in u, the posterior is not far from it, and one learning rate suits all parameters,
 * whatever the scales and correlations of z. A q of u with mean mu and factor L is the q of z with mean {@code m + C·mu}
 * and factor {@code C·L}: the family and the ELBO are the same.
 */
final class Whitening implements Coordinates {
    private final Device device;
    private final Ops ops;
    private final int dimensions;
    private final Buffers own;
    private final Buffer centre; // m, [D]
    private final Buffer factor; // C, [D][D], its diagonal as it is
    private final Buffer logDeterminant; // [1]
    private final double[] m;
    private final double[][] c;

    /** Starts at m = mean and C = I. */
    Whitening(Device device, double[] mean) {
        this.device = device;
        this.ops = device.ops();
        this.dimensions = mean.length;
        m = mean.clone();
        c = new double[dimensions][dimensions];
        for (int i = 0; i < dimensions; i++) {
            c[i][i] = 1;
        }
        own = new Buffers(device);
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

    private final class Whitened implements LogJoint {
        private final LogJoint joint;
        private @Nullable Views views;

        Whitened(LogJoint joint) {
            this.joint = joint;
        }

        @Override
        public int dimensions() {
            return joint.dimensions();
        }

        @Override
        public List<String> parameterNames() {
            return joint.parameterNames();
        }

        @Override
        public void atStep(int step) {
            joint.atStep(step);
        }

        @Override
        public int stepsPerEpoch() {
            return joint.stepsPerEpoch();
        }

        @Override
        public void evaluate(Shape shape, Buffer u, Buffer logP, @Nullable Buffer gradient) {
            Views v = views;
            if (v == null || !v.match(shape, u, logP, gradient)) {
                close();
                v = new Views(shape, u, logP, gradient);
                views = v;
            }
            ops.gemm(v.ones, v.centreRow, false, v.z);
            ops.gemm(v.u, v.factorTransposed, true, v.z);
            joint.evaluate(shape, v.z.buffer(), logP, v.slope == null ? null : v.slope.buffer());
            ops.scale(1, v.logDeterminant, true, v.logP);
            if (v.slope != null && v.gradient != null) {
                ops.gemm(v.slope, v.factor, false, v.gradient);
            }
        }

        @Override
        public void close() {
            if (views != null) {
                views.close();
                views = null;
            }
        }
    }

    /** The memory and views for one block of draws, kept while the same come. */
    private final class Views {
        final Buffers own;
        final Matrix ones; // [R][1]
        final Matrix centreRow; // [1][D]
        final Matrix factor; // [D][D]
        final Matrix factorTransposed;
        final Matrix logDeterminant; // [R][1], for every draw the same
        final Matrix u; // [R][D]
        final Matrix z; // [R][D]
        final Matrix logP; // [R][1]
        final @Nullable Matrix slope; // ∇z log p, [R][D]
        final @Nullable Matrix gradient; // [R][D]

        Views(Shape shape, Buffer uBuffer, Buffer logPBuffer, @Nullable Buffer gradientBuffer) {
            int rows = Math.toIntExact(shape.rows());
            float[] values = new float[rows];
            Arrays.fill(values, 1f);
            own = new Buffers(device);
            ones = Matrix.of(own.copyOf(values), rows, 1);
            centreRow = Matrix.of(centre, 1, dimensions);
            factor = Matrix.of(Whitening.this.factor, dimensions, dimensions);
            factorTransposed = factor.transposed();
            logDeterminant = new Matrix(Whitening.this.logDeterminant, 0, rows, 1, 0, 1);
            u = Matrix.of(uBuffer, rows, dimensions);
            z = Matrix.of(own.allocate(shape.elements()), rows, dimensions);
            logP = Matrix.of(logPBuffer, rows, 1);
            boolean slopes = gradientBuffer != null;
            slope = slopes ? Matrix.of(own.allocate(shape.elements()), rows, dimensions) : null;
            gradient = gradientBuffer == null ? null : Matrix.of(gradientBuffer, rows, dimensions);
        }

        @SuppressWarnings("ReferenceEquality") // the very buffers that the views look into
        boolean match(Shape shape, Buffer uBuffer, Buffer logPBuffer, @Nullable Buffer gradientBuffer) {
            return u.rows() == shape.rows()
                    && u.buffer() == uBuffer
                    && logP.buffer() == logPBuffer
                    && (gradient == null ? null : gradient.buffer()) == gradientBuffer;
        }

        void close() {
            own.close();
        }
    }
}
