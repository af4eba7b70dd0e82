package io.github.elbo4j.factors;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.expr.Translation;
import java.util.Arrays;
import java.util.List;

/** Some rows and a fitted model as expressions without parameters, which a device evaluates once. */
final class RowBlock {
    /** Numbers of one draw and column that are on the device at a time. The rows of a block do not depend on the device. */
    private static final int BLOCK = 1 << 21;

    private final int rows;
    private final int factors;
    private final Table table;
    private final Network network;
    private final Expr x;

    /** Of neighbouring rows, n of them. */
    RowBlock(BinaryFactors factors, BinaryData data, int from, int rows) {
        int width = data.columns().size();
        this.rows = rows;
        this.factors = factors.factors();
        table = Table.empty().with("row", new double[rows]).asRows();
        x = table.matrix("x", width, Arrays.copyOfRange(data.values(), from * width, (from + rows) * width));
        WeightLayout layout = factors.layout();
        network = new Network(
                factors.model(),
                layout,
                (name, extents) -> Expr.data(name, layout.part(factors.coordinates(), name))
                        .reshape(extents));
    }

    /** How many rows are a block. */
    static int most(BinaryFactors factors, int draws) {
        long row = (long) draws * Math.max(factors.factors(), factors.columns().size());
        return (int) Math.max(1, BLOCK / row);
    }

    /** Of the encoder, [n][D]. */
    Expr logits() {
        return network.logits(x);
    }

    /** Draws of z by their probabilities, [n][k][D]. */
    Expr draw(Key key, int draws, Expr logits) {
        return Estimator.LEAVE_ONE_OUT.draw(table.normals("epsilon", key, draws, factors), logits);
    }

    /** log p(x, z), [n][k]. */
    Expr logJoint(Expr z) {
        return network.logJoint(x, z);
    }

    /**
     * The elements of expressions, one after the other.
     *
     * @param perRow how many there are for each row, of all together
     */
    float[] values(Device device, List<Expr> wanted, long perRow) {
        Parameters none = new Parameters();
        Expr unused = none.add("unused"); // a translation has coordinates
        try (Translation translation = new Translation(device, new Joint(none, List.of(unused)), rows);
                Buffer at = device.copyOf(new float[1]);
                Buffer results = device.allocate(rows * perRow)) {
            Translation.Draws once = new Translation.Draws(DrawBlock.of(1, 1, 1), at, Index.of(0));
            Recorder.run(device, to -> translation.recordColumns(to, wanted, once, results));
            return results.toFloats();
        }
    }
}
