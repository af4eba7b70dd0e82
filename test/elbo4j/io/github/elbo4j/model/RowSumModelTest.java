package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.SumTree;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

class RowSumModelTest {
    private static final NormalPrior PRIOR = new NormalPrior(0, 1);
    private static final int ROWS = 5 * 1024 + 333;
    private static final int COLUMNS = 3;
    private static final int DRAWS = 5;

    private static RegressionData rows(RegressionData of, int from, int to) {
        double[] x = Arrays.copyOfRange(of.x(), from * COLUMNS, to * COLUMNS);
        return new RegressionData(of.columns(), x, Arrays.copyOfRange(of.y(), from, to));
    }

    private static void partsMakeTheWhole(
            Device device, RegressionData data, BiFunction<Device, RegressionData, RowSumModel> model) {
        try (RowSumModel whole = model.apply(device, data);
                Resources own = new Resources(device)) {
            int dimensions = whole.dimensions();
            float[] draws = Regressions.draws(9, DRAWS, dimensions);
            DrawBlock shape = DrawBlock.of(1, DRAWS, dimensions);
            Buffer z = own.copyOf(draws);
            Buffer value = own.allocate(ElementType.FLOAT64, DRAWS);
            Buffer slope = own.allocate(shape.elements());
            SumTree sums = SumTree.ofRows();
            SumTree slopes = SumTree.ofProducts();
            int parts = (ROWS + SumTree.PART - 1) / SumTree.PART;
            for (int part = parts - 1; part >= 0; part--) {
                int from = part * SumTree.PART;
                try (RowSumModel some = model.apply(device, rows(data, from, Math.min(ROWS, from + SumTree.PART)))) {
                    Recorder.run(device, to -> some.recordSums(to, shape, z, value, slope));
                }
                float[] single = slope.toFloats();
                double[] wide = new double[single.length];
                Arrays.setAll(wide, i -> single[i]);
                sums.add(part, value.toDoubles());
                slopes.add(part, wide);
            }
            double[] logLikelihood = sums.total(parts);
            double[] totals = slopes.total(parts);
            float[] gradient = new float[totals.length];
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] = (float) totals[i];
            }
            whole.fromSums(ROWS, draws, logLikelihood, gradient);
            Recorder.run(device, to -> whole.logLikelihood(to, Rows.all(ROWS), shape, z, value, slope));
            assertThat(logLikelihood).isEqualTo(value.toDoubles());
            assertThat(gradient).isEqualTo(slope.toFloats());
        }
    }

    @EveryDevice
    void ofLogisticRegression(Device device) {
        partsMakeTheWhole(
                device,
                Regressions.logistic(1, ROWS, COLUMNS),
                (on, data) -> new BayesianLogisticRegression(on, data, PRIOR));
    }

    @EveryDevice
    void ofCategoricalRegression(Device device) {
        partsMakeTheWhole(
                device,
                Regressions.categorical(2, ROWS, COLUMNS),
                (on, data) -> new BayesianCategoricalRegression(on, data, List.of("a", "b", "c"), PRIOR));
    }

    @EveryDevice
    void ofLinearRegressionWithUnknownNoise(Device device) {
        partsMakeTheWhole(
                device,
                Regressions.linear(3, ROWS, COLUMNS, 0.7),
                (on, data) -> BayesianLinearRegression.unknownNoise(on, data, PRIOR, PRIOR));
    }

    @EveryDevice
    void ofLinearRegressionWithKnownNoise(Device device) {
        partsMakeTheWhole(
                device,
                Regressions.linear(4, ROWS, COLUMNS, 0.7),
                (on, data) -> BayesianLinearRegression.knownNoise(on, data, PRIOR, 0.3));
    }
}
