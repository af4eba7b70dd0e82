package io.github.elbo4j.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Normals that a step draws for each row, derivatives of another value, products of three axes. */
class NormalsTest {
    private static final Key KEY = new Key(71);
    private static final int ROWS = 11;

    private static Table table() {
        double[] y = new double[ROWS];
        Arrays.setAll(y, n -> n % 4 - 1.5);
        return Table.empty().with("y", y);
    }

    /** Of each row the normals that its address says, of all rows at a given step. */
    @EveryDevice
    void columnsAreTheNormalsOfTheAddresses(Device device) {
        Expr normals = table().normals("epsilon", KEY, 3, 2);
        Parameters parameters = new Parameters();
        Expr scale = parameters.add("scale", 1);
        int size = normals.size();
        try (Translation translation = new Translation(device, new Joint(parameters, List.of(scale)), 0);
                Buffer z = device.copyOf(new float[] {2});
                Buffer columns = device.allocate(size);
                Buffer expected = device.allocate(size)) {
            Translation.Draws draws = new Translation.Draws(DrawBlock.of(1, 1, 1), z, Index.of(5));
            Recorder.run(
                    device, to -> translation.recordColumns(to, List.of(normals.times(scale.get(0))), draws, columns));
            device.run(new NormalOps.Normal(KEY, Index.of(5), DrawBlock.of(ROWS, 3, 2), expected));
            float[] twice = expected.toFloats();
            for (int i = 0; i < size; i++) {
                twice[i] *= 2;
            }
            assertThat(columns.toFloats()).containsExactly(twice);
        }
    }

    /** y[n] + epsilon[n]·theta, whose derivative is epsilon[n]: one value for each row, whatever the batch. */
    private static Model noisy() {
        return Model.define(m -> {
            Table table = m.rows(table());
            Expr theta = m.weight("theta", Flat.real());
            m.startAt("theta", 0.75);
            Expr epsilon = table.normals("epsilon", KEY, 1, 1).reshape(ROWS);
            m.factor("noisy", table.column("y").plus(epsilon.times(theta)));
        });
    }

    private static double[] evaluate(Device device, LogJoint joint, float theta) {
        try (Buffer at = device.copyOf(new float[] {theta});
                Buffer logP = device.allocate(ElementType.FLOAT64, 1);
                Buffer gradient = device.allocate(1)) {
            Recorder.run(device, to -> joint.record(to, DrawBlock.of(1, 1, 1), at, logP, gradient));
            return new double[] {logP.toDoubles()[0], gradient.toFloats()[0]};
        }
    }

    /**
     * With batches of one row a step has one of the rows, so that its gradient over N is that row's normal at the step: it is one of
     * those that all rows have there, and each batch of all rows has their sum.
     */
    @EveryDevice
    void aRowHasItsNormalsInAnyBatch(Device device) {
        try (RowsLogJoint joint = noisy().logJointWithWeights(device);
                LogJoint single = joint.minibatches(1, KEY);
                LogJoint whole = joint.minibatches(ROWS, KEY);
                Buffer expected = device.allocate(ROWS)) {
            assertThat(joint.start()).containsExactly(0.75);
            for (int step = 0; step < 2 * ROWS; step++) {
                device.run(new NormalOps.Normal(KEY, Index.of(step), DrawBlock.of(ROWS, 1, 1), expected));
                float[] normals = expected.toFloats();
                single.atStep(step);
                whole.atStep(step);
                float one = (float) evaluate(device, single, 0.5f)[1] / ROWS;
                double nearest = Double.POSITIVE_INFINITY;
                double sum = 0;
                for (float normal : normals) {
                    nearest = Math.min(nearest, Math.abs(normal - one));
                    sum += normal;
                }
                assertThat(nearest).as("step %d", step).isLessThan(1e-6);
                assertThat(evaluate(device, whole, 0.5f)[1]).isCloseTo(sum, within(1e-5));
            }
        }
    }

    /** Steps go on by themselves: what is drawn at a step does not depend on whether it was asked for alone. */
    @EveryDevice
    void stepsDrawAnew(Device device) {
        try (RowsLogJoint joint = noisy().logJointWithWeights(device);
                LogJoint counted = joint.minibatches(4, KEY);
                LogJoint asked = joint.minibatches(4, KEY)) {
            double before = Double.NaN;
            for (int step = 0; step < 7; step++) {
                counted.atStep(step);
                double[] values = evaluate(device, counted, 1);
                Recorder.run(device, counted::recordEndOfStep);
                asked.atStep(step);
                assertThat(evaluate(device, asked, 1)).containsExactly(values);
                assertThat(values[1]).isNotNaN().isNotEqualTo(before);
                before = values[1];
            }
        }
    }

    @Test
    void hasNoValueOnTheHost() {
        assertThatThrownBy(() -> table().normals("epsilon", KEY, 1, 2).square().value())
                .hasMessageContaining("epsilon")
                .hasMessageContaining("without one");
        assertThatThrownBy(() -> table().normals("epsilon", KEY, 0, 2)).hasMessageContaining("at least 1");
    }

    /** y = a²·b with the derivatives of 3a + b: value and gradient. */
    @EveryDevice
    void aValueHasTheDerivativesOfAnother(Device device) {
        Parameters parameters = new Parameters();
        Expr a = parameters.add("a");
        Expr b = parameters.add("b");
        Expr value = a.square().times(b).derivedAs(a.times(3).plus(b)).plus(a.times(b.detached()));
        try (Translation translation = new Translation(device, new Joint(parameters, List.of(value)), 0);
                Buffer z = device.copyOf(new float[] {2, 5});
                Buffer logP = device.allocate(ElementType.FLOAT64, 1);
                Buffer gradient = device.allocate(2)) {
            Recorder.run(device, to -> translation.record(to, null, DrawBlock.of(1, 1, 2), z, logP, gradient));
            assertThat(logP.toDoubles()).containsExactly(2 * 2 * 5 + 2 * 5);
            assertThat(gradient.toFloats()).containsExactly(3 + 5, 1);
            assertThat(value.value(2, 5)).containsExactly(30);
        }
        assertThatThrownBy(() -> a.derivedAs(Expr.data("x", 1, 2))).hasMessageContaining("extents");
    }

    /** [3][4][5] times [5][2], of data and of parameters: as of its rows one after the other, gradients too. */
    @EveryDevice
    void productsOfThreeAxesAreThoseOfTheirRows(Device device) {
        for (int draws : new int[] {1, 3}) {
            for (boolean repeated : new boolean[] {false, true}) {
                Parameters parameters = new Parameters();
                Expr x = parameters.add("x", 3, repeated ? 1 : 4, 5);
                Expr w = parameters.add("w", 5, 2);
                Expr all = x.broadcastTo(3, 4, 5);
                Expr weights = Expr.data("c", 0.5, -1, 2, 0.25, 1, -2, 3, 1.5).reshape(4, 2);
                Expr three = all.matmul(w).tanh().times(weights);
                Expr two = Expr.concatenate(
                        0,
                        all.get(0).matmul(w).tanh().times(weights),
                        all.get(1).matmul(w).tanh().times(weights),
                        all.get(2).matmul(w).tanh().times(weights));
                assertThat(three.extents()).containsExactly(3, 4, 2);
                double[] ofThree = evaluate(device, parameters, three, draws);
                double[] ofTwo = evaluate(device, parameters, two, draws);
                for (int i = 0; i < ofThree.length; i++) {
                    assertThat(ofThree[i]).isCloseTo(ofTwo[i], within(2e-5));
                }
                double[] z = new double[parameters.dimensions()];
                Arrays.setAll(z, i -> i * 0.1 - 1);
                assertThat(three.value(z)).containsExactly(two.value(z));
            }
        }
    }

    private static double[] evaluate(Device device, Parameters parameters, Expr value, int draws) {
        int dimensions = parameters.dimensions();
        float[] at = new float[draws * dimensions];
        for (int i = 0; i < at.length; i++) {
            at[i] = (i * 29 % 37) / 37f - 0.5f;
        }
        try (Translation translation = new Translation(device, new Joint(parameters, List.of(value)), 0);
                Buffer z = device.copyOf(at);
                Buffer logP = device.allocate(ElementType.FLOAT64, draws);
                Buffer gradient = device.allocate(at.length)) {
            DrawBlock shape = DrawBlock.of(1, draws, dimensions);
            Recorder.run(device, to -> translation.record(to, null, shape, z, logP, gradient));
            double[] values = Arrays.copyOf(logP.toDoubles(), draws + at.length);
            float[] slopes = gradient.toFloats();
            for (int i = 0; i < slopes.length; i++) {
                values[draws + i] = slopes[i];
            }
            return values;
        }
    }

    /** A prior that needs no weights is not disturbed: parameters start where they are told. */
    @Test
    void aFitStartsWhereItIsTold() {
        Model model = Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(3, 1), 2);
            m.startAt("mu", -1, 7);
            m.observe(new double[] {1, 2}, Normal.of(mu, Expr.of(1)));
        });
        assertThat(model.value("mu").value(-1, 7)).containsExactly(-1, 7);
        assertThatThrownBy(() -> Model.define(m -> m.startAt("nu", 1))).hasMessageContaining("no parameter nu");
        assertThatThrownBy(() -> Model.define(m -> {
                    m.parameter("mu", Normal.of(0, 1));
                    m.startAt("mu", 1, 2);
                }))
                .hasMessageContaining("2 coordinates");
    }
}
