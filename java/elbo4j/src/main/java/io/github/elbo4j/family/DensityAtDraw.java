package io.github.elbo4j.family;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Buffers;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code log q(mu + L·epsilon) = log N(epsilon; 0, I) − Σ log L_ii}, epsilon made again from its address. Solving L·h = z −
 * mu instead loses all digits where L is nearly singular, and an ELBO that then comes out too large would look like
 * progress.
 */
final class DensityAtDraw implements AutoCloseable {
    private final Device device;
    private final Ops ops;
    private final int problems;
    private final float constant;
    private final Buffer zeros; // [D], mean and log standard deviation of N(0, I)
    private final Buffer entropy; // [B]: Σ log L_ii + D/2·log(2πe)
    private final Buffer logScale; // [B]: Σ log L_ii
    private @Nullable Block block;

    /** @param own whose owner gives back what is of one size; {@link #close} what blocks of draws need */
    DensityAtDraw(Buffers own, int problems, int dimensions) {
        this.device = own.device();
        this.ops = device.ops();
        this.problems = problems;
        constant = (float) (-0.5 * dimensions * (StrictMath.log(2 * Math.PI) + 1));
        zeros = own.allocate(dimensions);
        entropy = own.allocate(ElementType.FLOAT64, problems);
        logScale = own.allocate(problems);
    }

    /** Where the caller writes the entropy of q, [B] FLOAT64, before {@link #write}. */
    Buffer entropy() {
        return entropy;
    }

    void write(Key key, int step, Shape shape, Buffer logQ) {
        Block now = block;
        if (now == null || !now.holds(shape, logQ)) {
            if (now != null) {
                now.close();
                block = null;
            }
            now = new Block(shape, logQ);
            block = now;
        }
        ops.normal(key, step, shape, now.epsilon);
        ops.logDensity(now.flat, zeros, zeros, now.epsilon, logQ);
        ops.meanOverDraws(problems, 1, 1, constant, entropy, logScale);
        ops.gemm(now.logScaleColumn, now.minusOnesRow, true, now.logQMatrix); // logQ[b,s] −= logScale[b]
    }

    @Override
    public void close() {
        if (block != null) {
            block.close();
        }
    }

    /** What a block of draws needs; kept while blocks of the same extents come. */
    private final class Block {
        final Shape flat;
        final Buffers own = new Buffers(device);
        final Buffer epsilon; // [B][S][D]
        final Buffer minusOnes; // [S]
        final Matrix logScaleColumn; // [B][1]
        final Matrix minusOnesRow; // [1][S]
        final Matrix logQMatrix; // [B][S]

        Block(Shape shape, Buffer logQ) {
            flat = Shape.of(1, Math.toIntExact(shape.rows()), shape.dimensions());
            epsilon = own.allocate(shape.elements());
            float[] values = new float[shape.draws()];
            Arrays.fill(values, -1f);
            minusOnes = own.copyOf(values);
            logScaleColumn = Matrix.of(logScale, problems, 1);
            minusOnesRow = Matrix.of(minusOnes, 1, shape.draws());
            logQMatrix = Matrix.of(logQ, problems, shape.draws());
        }

        @SuppressWarnings("ReferenceEquality") // the very buffer that the view looks into
        boolean holds(Shape shape, Buffer logQ) {
            return logQMatrix.columns() == shape.draws() && logQMatrix.buffer() == logQ;
        }

        void close() {
            own.close();
        }
    }
}
