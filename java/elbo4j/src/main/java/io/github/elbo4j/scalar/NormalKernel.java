package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.PointSet;
import org.jspecify.annotations.Nullable;

/**
 * Random words, uniforms and normals by address. Twin of kernels/normal.cu.
 *
 * <p>The words w0, w1 of a counter make epsilon[0], epsilon[1] and w2, w3 make epsilon[2], epsilon[3]: {@code radius(w0) ·
 * (cos, sin)(angle(w1))}, see {@link DetMath}.
 */
public class NormalKernel {
    /** Coordinates that are made at a time; small enough for the first-level cache. */
    public static final int BLOCK = RowSum.TILE;
    /** Short rows that are made beside each other: those of a group of draws. */
    protected static final int TOGETHER = 64;

    private enum Kind {
        WORDS,
        UNIFORM,
        NORMAL
    }

    private final SobolKernel sobol;

    NormalKernel() {
        this(new SobolKernel());
    }

    protected NormalKernel(SobolKernel sobol) {
        this.sobol = sobol;
    }

    /** Its operations. */
    public final void addTo(Twins twins) {
        twins.add(NormalOps.Words.class, op -> new Fill(Kind.WORDS, op.key(), op.step(), op.shape(), op.words()));
        twins.add(NormalOps.Uniform.class, op -> new Fill(Kind.UNIFORM, op.key(), op.step(), op.shape(), op.u()));
        twins.add(NormalOps.Normal.class, op -> new Fill(Kind.NORMAL, op.key(), op.step(), op.shape(), op.epsilon()));
        twins.add(NormalOps.NormalOfProblems.class, OfProblems::new);
    }

    /** {@code out[o + i] = epsilon} of (step, b, s, d + i) by a key, for i &lt; n ≤ {@link #BLOCK}. */
    private void block(Key key, int step, int b, int s, int d, int n, float[] out, int o, WorkerMemory memory) {
        switch (key.points()) {
            case INDEPENDENT -> independent(key.seed(), step, b, s, d, n, out, o, memory);
            case ANTITHETIC -> {
                independent(key.seed(), step, b, s >>> 1, d, n, out, o, memory);
                if ((s & 1) != 0) {
                    for (int i = 0; i < n; i++) {
                        out[o + i] = -out[o + i];
                    }
                }
            }
            case SOBOL -> sobol.block(key.seed(), step, b, s, d, n, out, o, memory);
        }
    }

    private void independent(long seed, int step, int b, int s, int d, int n, float[] out, int o, WorkerMemory memory) {
        int lane = d & 3;
        if (lane == 0 && (n & 3) == 0) {
            counters(seed, step, b, s, d >>> 2, n >>> 2, out, o, memory);
            return;
        }
        int count = (lane + n + 3) >>> 2;
        float[] whole = memory.floats(0, BLOCK + 8);
        counters(seed, step, b, s, d >>> 2, count, whole, 0, memory);
        System.arraycopy(whole, lane, out, o, n);
    }

    /** {@code out[o + i] = epsilon} of coordinate d + i of the row (b, s) of a shape, for i &lt; n ≤ {@link #BLOCK}. */
    final void block(
            Key key, int step, DrawBlock shape, int b, int s, int d, int n, float[] out, int o, WorkerMemory memory) {
        int problem = shape.firstProblem() + b;
        int draw = shape.firstDraw() + s;
        block(key, step, problem, draw, shape.firstDimension() + d, n, out, o, memory);
    }

    /** {@code out[o + i] = epsilon} of the whole row (b, s) of a shape. */
    public final void row(Key key, int step, DrawBlock shape, int b, int s, float[] out, int o, WorkerMemory memory) {
        for (int d = 0; d < shape.dimensions(); d += BLOCK) {
            int n = Math.min(BLOCK, shape.dimensions() - d);
            block(key, step, shape, b, s, d, n, out, o + d, memory);
        }
    }

    /**
     * Rows (b, s) … (b, s + n − 1) of a shape, beside each other: {@code out[i·width + l]} is coordinate i of row l.
     */
    final void beside(
            Key key, int step, DrawBlock shape, int b, int s, int n, float[] out, int width, WorkerMemory memory) {
        float[] kept = kept(key, step, shape, b, s, n, memory);
        if (kept != null) {
            for (int i = 0; i < shape.dimensions(); i++) {
                System.arraycopy(kept, i * TOGETHER, out, i * width, n);
            }
            return;
        }
        float[] row = memory.floats(9, BLOCK);
        for (int l = 0; l < n; l++) {
            for (int d = 0; d < shape.dimensions(); d += BLOCK) {
                int count = Math.min(BLOCK, shape.dimensions() - d);
                block(key, step, shape, b, s + l, d, count, row, 0, memory);
                for (int i = 0; i < count; i++) {
                    out[(d + i) * width + l] = row[i];
                }
            }
        }
    }

    /**
     * The same where draws are independent and rows short and many, else null: coordinate i of row l at {@code i·TOGETHER + l}, to be read only, and before
     * others are asked for.
     */
    final float @Nullable [] kept(Key key, int step, DrawBlock shape, int b, int s, int n, WorkerMemory memory) {
        int first = shape.firstDimension();
        int dims = shape.dimensions();
        if (key.points() != PointSet.INDEPENDENT || !NormalsBeside.suits(n, first, dims)) {
            return null;
        }
        int problem = shape.firstProblem() + b;
        int draw = shape.firstDraw() + s;
        return memory.beside.of(this, key.seed(), step, problem, draw, n, first, dims, memory);
    }

    /**
     * {@code out[i·TOGETHER + l] = epsilon(seed, step, b, s + l, 4·first + i)} for i &lt; dims and l &lt; n ≤ {@link #TOGETHER};
     * what stands from there to {@code (i + 1)·TOGETHER} may be anything. SIMD devices replace it.
     *
     * @param first a counter
     */
    protected void beside(
            long seed, int step, int b, int s, int n, int first, int dims, float[] out, WorkerMemory memory) {
        float[] row = memory.floats(0, BLOCK + 8);
        for (int l = 0; l < n; l++) {
            counters(seed, step, b, s + l, first, (dims + 3) >>> 2, row, 0, memory);
            for (int i = 0; i < dims; i++) {
                out[i * TOGETHER + l] = row[i];
            }
        }
    }

    /**
     * {@code out[i·TOGETHER + l] = epsilon(seed, step, problems[at + l], s, 4·first + i)} for i &lt; dims and l &lt; n ≤ {@link #TOGETHER};
     * what stands from there to {@code (i + 1)·TOGETHER} may be anything. SIMD devices replace it.
     *
     * @param first a counter
     */
    protected void beside(
            long seed,
            int step,
            int[] problems,
            int at,
            int s,
            int n,
            int first,
            int dims,
            float[] out,
            WorkerMemory memory) {
        float[] row = memory.floats(0, BLOCK + 8);
        for (int l = 0; l < n; l++) {
            counters(seed, step, problems[at + l], s, first, (dims + 3) >>> 2, row, 0, memory);
            for (int i = 0; i < dims; i++) {
                out[i * TOGETHER + l] = row[i];
            }
        }
    }

    /** The normals of {@code count} counters from {@code first} on, 4 · count of them; SIMD devices replace it. */
    protected void counters(
            long seed, int step, int b, int s, int first, int count, float[] out, int o, WorkerMemory memory) {
        int[] w = memory.ints(0, 4);
        for (int i = 0; i < count; i++) {
            Philox.words(seed, first + i, s, b, step, w, 0);
            for (int pair = 0; pair < 4; pair += 2) {
                float radius = DetMath.radius(w[pair]);
                float signed = DetMath.withSign(radius, w[pair + 1]);
                float angle = DetMath.angle(w[pair + 1]);
                out[o + 4 * i + pair] = signed * DetMath.cosHalfTurn(angle);
                out[o + 4 * i + pair + 1] = signed * DetMath.sinHalfTurn(angle);
            }
        }
    }

    /** The words of {@code count} counters; SIMD devices may replace it. */
    protected void words(
            long seed, int step, int b, int s, int first, int count, int[] out, int o, WorkerMemory memory) {
        for (int i = 0; i < count; i++) {
            Philox.words(seed, first + i, s, b, step, out, o + 4 * i);
        }
    }

    /** One work item is one block of one row. */
    private final class Fill extends HostKernel {
        private final Kind kind;
        private final Key key;
        private final Index step;
        private final DrawBlock shape;
        private final Buffer out;

        Fill(Kind kind, Key key, Index step, DrawBlock shape, Buffer out) {
            super((int) (shape.allDraws() * ceilDiv(shape.dimensions(), BLOCK)), 4 * shape.elements());
            this.kind = kind;
            this.key = key;
            this.step = step;
            this.shape = shape;
            this.out = out;
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            long seed = key.seed();
            int step = (int) value(this.step);
            DrawBlock x = shape;
            int tiles = ceilDiv(x.dimensions(), BLOCK);
            for (int item = from; item < to; item++) {
                int row = item / tiles;
                int d = item % tiles * BLOCK;
                int n = Math.min(BLOCK, x.dimensions() - d);
                int at = row * x.dimensions() + d;
                int b = x.firstProblem() + row / x.draws();
                int s = x.firstDraw() + row % x.draws();
                d += x.firstDimension();
                if (kind == Kind.NORMAL) {
                    block(key, step, b, s, d, n, floats(out), at, memory);
                    continue;
                }
                if (key.points() == PointSet.SOBOL) {
                    sobol.words(seed, step, b, s, d, n, ints(out), at, memory);
                    continue;
                }
                int lane = d & 3;
                int[] words = memory.ints(1, BLOCK + 8);
                words(seed, step, b, s, d >>> 2, (lane + n + 3) >>> 2, words, 0, memory);
                if (kind == Kind.WORDS) {
                    System.arraycopy(words, lane, ints(out), at, n);
                } else {
                    float[] u = floats(out);
                    for (int i = 0; i < n; i++) {
                        u[at + i] = ((words[lane + i] >>> 9) + 0.5f) * 0x1p-23f; // 24 bits: exact
                    }
                }
            }
        }
    }

    /** One work item is some neighbouring chosen problems. */
    private final class OfProblems extends HostKernel {
        private final NormalOps.NormalOfProblems op;

        OfProblems(NormalOps.NormalOfProblems op) {
            super(ceilDiv(op.shape().problems(), TOGETHER), 4 * op.shape().elements());
            this.op = op;
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            DrawBlock x = op.shape();
            boolean isShort = op.key().points() == PointSet.INDEPENDENT
                    && NormalsBeside.suits(TOGETHER, x.firstDimension(), x.dimensions());
            for (int item = from; item < to; item++) {
                int problem = item * TOGETHER;
                int n = Math.min(TOGETHER, x.problems() - problem);
                for (int s = 0; s < x.draws(); s++) {
                    if (isShort) {
                        shortRows(problem, n, s, memory);
                    } else {
                        rows(problem, n, s, memory);
                    }
                }
            }
        }

        private void shortRows(int problem, int n, int s, WorkerMemory memory) {
            DrawBlock x = op.shape();
            int dims = x.dimensions();
            float[] lanes = memory.floats(9, dims * TOGETHER);
            beside(
                    op.key().seed(),
                    (int) value(op.step()),
                    ints(op.addresses()),
                    (int) value(op.first()) + problem,
                    x.firstDraw() + s,
                    n,
                    x.firstDimension() >>> 2,
                    dims,
                    lanes,
                    memory);
            float[] out = floats(op.epsilon());
            for (int l = 0; l < n; l++) {
                int at = ((problem + l) * x.draws() + s) * dims;
                for (int i = 0; i < dims; i++) {
                    out[at + i] = lanes[i * TOGETHER + l];
                }
            }
        }

        private void rows(int problem, int n, int s, WorkerMemory memory) {
            DrawBlock x = op.shape();
            int step = (int) value(op.step());
            int first = (int) value(op.first());
            for (int l = 0; l < n; l++) {
                int b = ints(op.addresses())[first + problem + l];
                for (int d = 0; d < x.dimensions(); d += BLOCK) {
                    int count = Math.min(BLOCK, x.dimensions() - d);
                    int at = ((problem + l) * x.draws() + s) * x.dimensions() + d;
                    int draw = x.firstDraw() + s;
                    block(op.key(), step, b, draw, x.firstDimension() + d, count, floats(op.epsilon()), at, memory);
                }
            }
        }
    }
}
