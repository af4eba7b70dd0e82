package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Minibatches of a model's rows. */
class ModelMinibatchTest {
    private static final int ROWS = 23;
    private static final Key KEY = new Key(3);

    private static Table table() {
        double[] x = new double[ROWS];
        double[] y = new double[ROWS];
        double[] group = new double[ROWS];
        Arrays.setAll(x, n -> (n * 7 % 11) / 4.0 - 1);
        Arrays.setAll(y, n -> (n * 5 % 13) / 3.0 - 2);
        Arrays.setAll(group, n -> n * n % 5);
        return Table.empty().with("x", x).with("y", y).with("group", group);
    }

    private static Model grouped() {
        return Model.define(m -> {
            Table table = m.rows(table());
            Expr alpha = m.parameter(
                    "alpha",
                    Normal.of(m.parameter("level", Normal.of(0, 2)), m.parameter("between", HalfNormal.of(1))),
                    table.levels("group"));
            Expr eta = alpha.at(table.index("group"))
                    .plus(m.parameter("slope", Normal.of(0, 1)).times(table.column("x")));
            m.observe(table.column("y"), Normal.of(eta, m.parameter("noise", HalfNormal.of(2))));
        });
    }

    private static double[] evaluate(Device device, LogJoint joint, float[] z) {
        int dimensions = joint.dimensions();
        int draws = z.length / dimensions;
        try (Buffer at = device.copyOf(z);
                Buffer logP = device.allocate(ElementType.FLOAT64, draws);
                Buffer gradient = device.allocate(z.length)) {
            Recorder.run(device, to -> joint.record(to, DrawBlock.of(1, draws, dimensions), at, logP, gradient));
            double[] all = Arrays.copyOf(logP.toDoubles(), draws + z.length);
            float[] slopes = gradient.toFloats();
            for (int i = 0; i < slopes.length; i++) {
                all[draws + i] = slopes[i];
            }
            return all;
        }
    }

    private static float[] draws(int count, int dimensions) {
        float[] z = new float[count * dimensions];
        for (int i = 0; i < z.length; i++) {
            z[i] = (i * 37 % 41) / 41f - 0.5f;
        }
        return z;
    }

    /**
     * 23 steps of 6 rows use each row six times, so their mean is the joint itself, log p and gradient: float32 sums of few terms of
     * some 10 apart. The steps go on by themselves over the ends of epochs, and give what each gives when it is asked for alone.
     */
    @EveryDevice
    void stepsOfWholeEpochsAverageToTheJoint(Device device) {
        int size = 6;
        try (RowsLogJoint joint = grouped().logJoint(device);
                LogJoint batches = joint.minibatches(size, KEY);
                LogJoint alone = joint.minibatches(size, KEY)) {
            float[] z = draws(3, joint.dimensions());
            double[] whole = evaluate(device, joint, z);
            double[] mean = new double[whole.length];
            double spread = 0;
            for (int step = 0; step < ROWS; step++) {
                batches.atStep(step);
                double[] some = evaluate(device, batches, z);
                Recorder.run(device, batches::recordEndOfStep);
                alone.atStep(ROWS - 1 - step);
                alone.atStep(step);
                assertThat(evaluate(device, alone, z)).as("step %d", step).containsExactly(some);
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += some[i] / ROWS;
                    spread = Math.max(spread, Math.abs(some[i] - whole[i]));
                }
            }
            for (int i = 0; i < mean.length; i++) {
                assertThat(mean[i])
                        .as("element %d", i)
                        .isCloseTo(whole[i], org.assertj.core.api.Assertions.within(1e-3));
            }
            assertThat(spread).isGreaterThan(1); // each step has rows of its own
        }
    }

    @EveryDevice
    void devicesAgreeInEveryBit(Device device) {
        Device scalar = TestDevices.scalar();
        try (RowsLogJoint here = grouped().logJoint(device);
                LogJoint batch = here.minibatches(5, KEY);
                RowsLogJoint there = grouped().logJoint(scalar);
                LogJoint other = there.minibatches(5, KEY)) {
            float[] z = draws(3, here.dimensions());
            for (int step : new int[] {0, 4, 9}) {
                batch.atStep(step);
                other.atStep(step);
                assertThat(evaluate(device, batch, z)).containsExactly(evaluate(scalar, other, z));
            }
        }
    }

    @Test
    void whatIsNotOfTheRowsIsRefusedBesideThem() {
        Model beside = Model.define(m -> {
            Table table = m.rows(table());
            Expr own = Expr.data("own", new double[ROWS]);
            m.observe(
                    table.column("y"),
                    Normal.of(m.parameter("a", Normal.of(0, 1)).times(own).plus(table.column("x")), 1));
        });
        refused(
                beside,
                "own[23] stands beside values of the table's rows, but is not of its rows",
                "take it from the table");
        Model each = Model.define(m -> {
            Table table = m.rows(table());
            m.observe(table.column("y"), Normal.of(m.parameter("each", Normal.of(0, 1), ROWS), 1));
        });
        refused(each, "each[23] stands beside values of the table's rows");
    }

    @Test
    void aFunctionOfASumOverRowsIsRefused() {
        Model sum = Model.define(m -> {
            Table table = m.rows(table());
            Expr a = m.parameter("a", Normal.of(0, 1));
            m.factor("sum", table.column("x").times(a).sum().square().negated());
        });
        refused(sum, "a sum over all rows of the table is part of another value");
    }

    /** All rows are fine. */
    private static void refused(Model model, String... words) {
        Device device = TestDevices.scalar();
        try (RowsLogJoint joint = model.logJoint(device);
                LogJoint batches = joint.minibatches(4, KEY)) {
            float[] z = draws(2, joint.dimensions());
            assertThat(evaluate(device, joint, z)).doesNotContain(Double.NaN);
            assertThatThrownBy(() -> evaluate(device, batches, z))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(words);
        }
    }
}
