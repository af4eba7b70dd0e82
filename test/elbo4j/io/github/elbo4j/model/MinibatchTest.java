package io.github.elbo4j.model;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Recorder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MinibatchTest {
    private static final Key KEY = new Key(5);
    private static final int ROWS = 60;

    /** A model whose log-likelihood of a row is its number, so that its rows can be told; the prior is 1000. */
    private static final class RowNumbers implements DataModel {
        private final Device device;
        int[] asked = {};
        double constant; // of every likelihood

        RowNumbers(Device device) {
            this.device = device;
        }

        @Override
        public Device device() {
            return device;
        }

        @Override
        public int dimensions() {
            return 1;
        }

        @Override
        public List<String> parameterNames() {
            return List.of("z");
        }

        @Override
        public int observations() {
            return ROWS;
        }

        @Override
        public void logPrior(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
            to.run(new MathOps.Fill(shape.allDraws(), 1000, logP));
        }

        @Override
        public void logLikelihood(
                Recorder to, Rows rows, DrawBlock shape, Buffer z, Buffer value, @Nullable Buffer gradient) {
            to.call("sum of row numbers", () -> logLikelihood(rows, shape, value));
        }

        private void logLikelihood(Rows rows, DrawBlock shape, Buffer value) {
            asked = new int[rows.count()];
            Buffer index = rows.index();
            if (index == null) {
                Arrays.setAll(asked, i -> i);
            } else {
                index.read(rows.first().now(), asked, 0, asked.length);
            }
            device.run(new MathOps.Fill(
                    shape.allDraws(), constant + Arrays.stream(asked).sum(), value));
        }

        @Override
        public void close() {}
    }

    @EveryDevice
    void anEpochUsesEachRowOnceAndRowsFollowFromTheStepAlone(Device device) {
        RowNumbers model = new RowNumbers(device);
        try (DataLogJoint joint = new DataLogJoint(model);
                LogJoint batches = joint.minibatches(25, KEY);
                LogJoint others = joint.minibatches(25, new Key(6))) {
            assertThat(batches.stepsPerEpoch()).isEqualTo(3);
            int[] stream = new int[25 * 12]; // five epochs of 60, batches across their borders
            for (int t = 0; t < 12; t++) {
                rows(device, batches, model, t, stream);
            }
            for (int e = 0; e < 5; e++) {
                int[] epoch = Arrays.copyOfRange(stream, e * ROWS, (e + 1) * ROWS);
                assertThat(Arrays.stream(epoch).distinct().count()).isEqualTo(ROWS);
                assertThat(Arrays.stream(epoch).allMatch(r -> r >= 0 && r < ROWS))
                        .isTrue();
                assertThat(epoch).isNotEqualTo(sorted(epoch));
            }
            assertThat(Arrays.copyOf(stream, ROWS)).isNotEqualTo(Arrays.copyOfRange(stream, ROWS, 2 * ROWS));
            int[] again = new int[25 * 12];
            for (int t : new int[] {7, 2, 11, 0, 3}) {
                rows(device, batches, model, t, again);
                assertThat(Arrays.copyOfRange(again, t * 25, t * 25 + 25))
                        .isEqualTo(Arrays.copyOfRange(stream, t * 25, t * 25 + 25));
            }
            rows(device, others, model, 0, again);
            assertThat(Arrays.copyOf(again, 25)).isNotEqualTo(Arrays.copyOf(stream, 25));
        }
    }

    /** Every row comes first in 1 of 60 permutations: 3000 of them, chi-squared with 59 degrees below 120, 1 in 10^5. */
    @Test
    void everyRowIsAsLikely() {
        Device device = TestDevices.scalar();
        RowNumbers model = new RowNumbers(device);
        int[] counts = new int[ROWS];
        try (DataLogJoint joint = new DataLogJoint(model);
                LogJoint batches = joint.minibatches(1, KEY)) {
            int[] one = new int[ROWS * 3000];
            for (int e = 0; e < 3000; e++) {
                rows(device, batches, model, e * ROWS, one);
                counts[one[e * ROWS]]++;
            }
        }
        double chiSquared = 0;
        for (int count : counts) {
            chiSquared += (count - 50.0) * (count - 50.0) / 50;
        }
        assertThat(chiSquared).isLessThan(120);
    }

    @EveryDevice
    void theLibraryScalesTheLikelihoodAndNotThePrior(Device device) {
        RowNumbers model = new RowNumbers(device);
        try (DataLogJoint joint = new DataLogJoint(model);
                LogJoint batches = joint.minibatches(20, KEY);
                Buffer z = device.allocate(1);
                Buffer logP = device.allocate(ElementType.FLOAT64, 1)) {
            double sum = 0;
            for (int t = 0; t < 3; t++) {
                batches.atStep(t);
                batches.evaluate(DrawBlock.of(1, 1, 1), z, logP, null);
                assertThat(logP.toDoubles()[0])
                        .isEqualTo(1000 + 3f * Arrays.stream(model.asked).sum());
                sum += logP.toDoubles()[0] / 3;
            }
            joint.evaluate(DrawBlock.of(1, 1, 1), z, logP, null);
            // three batches are an epoch, so their mean is the whole: exactly, since all are integers
            assertThat(logP.toDoubles()[0]).isEqualTo(sum).isEqualTo(1000 + 59 * 60 / 2);
            // a likelihood that float32 holds to 1024 only
            model.constant = -1e10;
            joint.evaluate(DrawBlock.of(1, 1, 1), z, logP, null);
            assertThat(logP.toDoubles()[0]).isEqualTo(1000 + 59 * 60 / 2 - 1e10);
            batches.evaluate(DrawBlock.of(1, 1, 1), z, logP, null);
            assertThat(logP.toDoubles()[0])
                    .isEqualTo(1000 + 3 * (Arrays.stream(model.asked).sum() - 1e10));
        }
    }

    /** The mean over an epoch of value and gradient of a real model; float32 sums of about 300. */
    @EveryDevice
    void theGradientIsUnbiased(Device device) {
        RegressionData data = Regressions.logistic(4, ROWS, 3);
        try (DataLogJoint joint = new BayesianLogisticRegression(device, data, NormalPrior.STANDARD).logJoint();
                LogJoint batches = joint.minibatches(12, KEY);
                Buffer z = device.copyOf(Regressions.draws(9, 7, 3));
                Buffer logP = device.allocate(ElementType.FLOAT64, 7);
                Buffer gradient = device.allocate(21)) {
            double[] value = new double[7];
            double[] slope = new double[21];
            for (int t = 0; t < 5; t++) {
                batches.atStep(t);
                batches.evaluate(DrawBlock.of(1, 7, 3), z, logP, gradient);
                for (int i = 0; i < 21; i++) {
                    slope[i] += gradient.toFloats()[i] / 5.0;
                    value[i % 7] += i < 7 ? logP.toDoubles()[i] / 5.0 : 0;
                }
            }
            joint.evaluate(DrawBlock.of(1, 7, 3), z, logP, gradient);
            for (int i = 0; i < 21; i++) {
                close("gradient", slope[i], gradient.toFloats()[i], 300 * 100 * U);
                close("log p", value[i % 7], logP.toDoubles()[i % 7], 300 * 100 * U);
            }
        }
    }

    @EveryDevice
    void devicesDoNotChangeABit(Device device) {
        same("log p", batch(device), batch(TestDevices.scalar()));
    }

    @Test
    void allRowsAreTheJointItselfAndOtherSizesAreRefused() {
        Device device = TestDevices.scalar();
        try (DataLogJoint joint = new DataLogJoint(new RowNumbers(device))) {
            assertThat(joint.minibatches(ROWS, KEY)).isSameAs(joint);
            for (int size : new int[] {0, -3, ROWS + 1}) {
                assertThatThrownBy(() -> joint.minibatches(size, KEY))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("batch is " + size + ", but must be from 1 to the number of rows, 60");
            }
        }
    }

    private static double[] batch(Device device) {
        RegressionData data = Regressions.linear(4, ROWS, 3, 1);
        try (DataLogJoint joint = BayesianLinearRegression.unknownNoise(
                                device, data, NormalPrior.STANDARD, NormalPrior.STANDARD)
                        .logJoint();
                LogJoint batches = joint.minibatches(12, KEY);
                Buffer z = device.copyOf(Regressions.draws(9, 7, 4));
                Buffer logP = device.allocate(ElementType.FLOAT64, 7)) {
            batches.atStep(8);
            batches.evaluate(DrawBlock.of(1, 7, 4), z, logP, null);
            return logP.toDoubles();
        }
    }

    private static void rows(Device device, LogJoint batches, RowNumbers model, int t, int[] stream) {
        try (Buffer z = device.allocate(1);
                Buffer logP = device.allocate(ElementType.FLOAT64, 1)) {
            batches.atStep(t);
            batches.evaluate(DrawBlock.of(1, 1, 1), z, logP, null);
            System.arraycopy(model.asked, 0, stream, t * model.asked.length, model.asked.length);
        }
    }

    private static int[] sorted(int[] values) {
        int[] copy = values.clone();
        Arrays.sort(copy);
        return copy;
    }
}
