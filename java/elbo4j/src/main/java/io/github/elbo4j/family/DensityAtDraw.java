package io.github.elbo4j.family;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Buffers;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Shape;
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
    private final Buffer zeros; // [D], mean and log standard deviation of N(0, I)
    private final Buffer entropy; // [B]: Σ log L_ii + D/2·log(2πe)
    private final Buffer constant; // [1]: D/2·log(2πe)
    private @Nullable Block block;

    /** @param own whose owner gives back what is of one size; {@link #close} what blocks of draws need */
    DensityAtDraw(Buffers own, int problems, int dimensions) {
        this.device = own.device();
        this.ops = device.ops();
        this.problems = problems;
        zeros = own.allocate(dimensions);
        entropy = own.allocate(ElementType.FLOAT64, problems);
        constant = own.allocate(ElementType.FLOAT64, 1);
        constant.write(0, new double[] {0.5 * dimensions * (StrictMath.log(2 * Math.PI) + 1)}, 0, 1);
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
        ops.scale(-1, now.entropies, true, now.logQMatrix);
        ops.scale(1, now.constants, true, now.logQMatrix);
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
        final Matrix entropies; // [B][S], a problem's for each of its draws
        final Matrix constants; // [B][S]
        final Matrix logQMatrix; // [B][S]

        Block(Shape shape, Buffer logQ) {
            flat = Shape.of(1, Math.toIntExact(shape.rows()), shape.dimensions());
            epsilon = own.allocate(shape.elements());
            entropies = new Matrix(entropy, 0, problems, shape.draws(), 1, 0);
            constants = new Matrix(constant, 0, problems, shape.draws(), 0, 0);
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
