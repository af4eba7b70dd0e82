package io.github.elbo4j.family;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;

/**
 * {@code log q(mu + L·epsilon) = log N(epsilon; 0, I) − Σ log L_ii}, epsilon made again from its address. Solving L·h = z −
 * mu instead loses all digits where L is nearly singular, and an ELBO that then comes out too large would look like
 * progress.
 */
final class DensityAtDraw {
    private final int problems;
    private final Buffer zeros; // [D], mean and log standard deviation of N(0, I)
    private final Buffer entropy; // [B]: Σ log L_ii + D/2·log(2πe)
    private final Buffer constant; // [1]: D/2·log(2πe)

    /** @param own allocates the buffers; its owner closes them */
    DensityAtDraw(Resources own, int problems, int dimensions) {
        this.problems = problems;
        zeros = own.allocate(dimensions);
        entropy = own.allocate(ElementType.FLOAT64, problems);
        constant = own.allocate(ElementType.FLOAT64, 1);
        constant.write(0, new double[] {0.5 * dimensions * (StrictMath.log(2 * Math.PI) + 1)}, 0, 1);
    }

    /** Where the caller writes the entropy of q, [B] FLOAT64, before what {@link #record} records. */
    Buffer entropy() {
        return entropy;
    }

    void record(Recorder to, Key key, Index step, DrawBlock shape, Buffer logQ) {
        Buffer epsilon = to.scratch(shape.elements());
        to.run(new NormalOps.Normal(key, step, shape, epsilon));
        to.run(new MeanFieldOps.LogDensity(shape.flat(), MeanFieldOps.Variable.Z, zeros, zeros, epsilon, logQ, null));
        Matrix all = Matrix.of(logQ, problems, shape.draws());
        to.run(new MathOps.Scale(-1, new Matrix(entropy, 0, problems, shape.draws(), 1, 0), true, all));
        to.run(new MathOps.Scale(1, new Matrix(constant, 0, problems, shape.draws(), 0, 0), true, all));
    }
}
