package io.github.elbo4j.deep;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.expr.Translation;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * An expression of rows and of normals at given weights, evaluated on a device by blocks of rows: what is known of a row depends on its
 * number and not on how many others there are. The programs stay for other weights.
 */
final class Evaluation implements AutoCloseable {
    /** Rows that are evaluated at a time; the normals of a row are addressed by the block and the place in it. */
    static final int ROWS = 256;

    /** Receives the elements of a row, from {@code values[at]} on. */
    interface Sink {
        void row(int row, float[] values, int at);
    }

    private record Block(Program program, Buffer result, int first, int rows, Buffer counter, int size) {}

    private final Resources own;
    private final Workspace workspace; // of all blocks, which run one after the other
    private final Buffer weights;
    private final Block[] blocks;

    /**
     * What it evaluates.
     *
     * @param dimensions how many weights there are
     * @param rows [N][any width]
     * @param normals of a row: so many draws of so many each, by this key
     * @param what of x [n][width] and epsilon [n][draws][each]; its first axis is the rows
     */
    Evaluation(Device device, int dimensions, double[][] rows, Normals normals, BiFunction<Expr, Expr, Expr> what) {
        own = new Resources(device);
        try {
            workspace = new Workspace(device);
            own.add(workspace::close);
            weights = own.allocate(dimensions);
            blocks = new Block[(rows.length + ROWS - 1) / ROWS];
            for (int b = 0; b < blocks.length; b++) {
                int first = b * ROWS;
                double[][] some = Arrays.copyOfRange(rows, first, Math.min(rows.length, first + ROWS));
                blocks[b] = block(device, dimensions, some, first, normals.of(b), what);
            }
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    /** The normals of a row; those of row 0 are in this block. */
    record Normals(Key key, int draws, int each, int firstBlock) {
        Normals(Key key, int draws, int each) {
            this(key, draws, each, 0);
        }

        /** One that nothing uses. */
        static Normals none() {
            return new Normals(new Key(0), 1, 1);
        }

        /** Where row 0 has this number, a multiple of {@link #ROWS}. */
        Normals from(int row) {
            return new Normals(key, draws, each, row / ROWS);
        }

        private Normals of(int block) {
            return new Normals(key.fork("rows " + (firstBlock + block)), draws, each);
        }
    }

    private Block block(
            Device device,
            int dimensions,
            double[][] rows,
            int first,
            Normals normals,
            BiFunction<Expr, Expr, Expr> what) {
        Table table = Table.empty().with("row", new double[rows.length]);
        double[] all = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        Expr x = table.matrix("x", rows[0].length, all);
        Expr epsilon = table.normals("epsilon", normals.key(), normals.draws(), normals.each());
        Expr value = what.apply(x, epsilon);
        Translation translation = new Translation(device, new Joint(new Parameters(), List.of()), 0);
        own.add(translation::close);
        Buffer counter = own.allocate(ElementType.INT32, 1);
        Buffer one = own.allocate(ElementType.INT32, 1);
        one.write(0, new int[] {1}, 0, 1);
        Buffer result = own.allocate(value.size());
        Recorder to = new Recorder(workspace);
        DrawBlock shape = DrawBlock.of(1, 1, dimensions);
        translation.recordColumns(
                to, List.of(value), new Translation.Draws(shape, weights, Index.counted(counter, 0)), result);
        to.run(new MathOps.Advance(1, one, counter));
        Program program = to.bind();
        own.add(program::close);
        return new Block(program, result, first, rows.length, counter, value.size());
    }

    /** At these weights, with the normals of the steps from 0 on. */
    void run(float[] at, int steps, Sink sink) {
        weights.write(0, at, 0, at.length);
        for (Block block : blocks) {
            float[] values = new float[block.size];
            int each = block.size / block.rows;
            block.counter.write(0, new int[] {0}, 0, 1);
            for (int step = 0; step < steps; step++) {
                block.program.run();
                block.result.read(0, values, 0, values.length);
                for (int n = 0; n < block.rows; n++) {
                    sink.row(block.first + n, values, n * each);
                }
            }
        }
    }

    @Override
    public void close() {
        own.close();
    }
}
