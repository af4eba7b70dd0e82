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
import java.util.List;
import org.junit.jupiter.api.Test;

class RegressionModelsTest {
    private static final double LOG_2_PI = Math.log(2 * Math.PI);
    private static final NormalPrior PRIOR = new NormalPrior(0.5, 2);
    private static final NormalPrior NOISE = new NormalPrior(-0.5, 1.5);
    private static final RegressionData LINEAR =
            Regressions.linear(1, 300, 5, 0.5).withIntercept();
    private static final RegressionData LOGISTIC =
            Regressions.logistic(2, 300, 5).withIntercept();

    private static final RegressionData CATEGORICAL =
            Regressions.categorical(4, 300, 5).withIntercept();
    private static final List<String> CLASSES = List.of("low", "middle", "high");

    /** The models, each with log p and its gradient in float64. */
    private enum Model {
        LOGISTIC_REGRESSION,
        CATEGORICAL_REGRESSION,
        UNKNOWN_NOISE,
        KNOWN_NOISE;

        DataModel on(Device device, long workspace) {
            return switch (this) {
                case LOGISTIC_REGRESSION ->
                    new BayesianLogisticRegression(device, LOGISTIC, PRIOR).workspaceBytes(workspace);
                case CATEGORICAL_REGRESSION ->
                    new BayesianCategoricalRegression(device, CATEGORICAL, CLASSES, PRIOR).workspaceBytes(workspace);
                case UNKNOWN_NOISE ->
                    BayesianLinearRegression.unknownNoise(device, LINEAR, PRIOR, NOISE)
                            .workspaceBytes(workspace);
                case KNOWN_NOISE ->
                    BayesianLinearRegression.knownNoise(device, LINEAR, PRIOR, 0.7)
                            .workspaceBytes(workspace);
            };
        }

        int dimensions() {
            return this == CATEGORICAL_REGRESSION ? 18 : this == UNKNOWN_NOISE ? 7 : 6;
        }

        /** log p, and its gradient in place of {@code gradient}. */
        double logJoint(float[] z, int from, double[] gradient) {
            RegressionData data = this == LOGISTIC_REGRESSION ? LOGISTIC : LINEAR;
            int k = 6;
            double sum = 0;
            for (int d = 0; d < dimensions(); d++) {
                NormalPrior p = this == UNKNOWN_NOISE && d == k ? NOISE : PRIOR;
                double h = (z[from + d] - p.mean()) / p.sd();
                sum += -0.5 * h * h - Math.log(p.sd()) - 0.5 * LOG_2_PI;
                gradient[d] = -h / p.sd();
            }
            if (this == CATEGORICAL_REGRESSION) {
                return sum + categorical(z, from, gradient);
            }
            double tau = this == UNKNOWN_NOISE ? z[from + k] : Math.log(0.7);
            for (int n = 0; n < data.rows(); n++) {
                double eta = 0;
                for (int j = 0; j < k; j++) {
                    eta += data.x()[n * k + j] * z[from + j];
                }
                double y = data.y()[n];
                double residual;
                if (this == LOGISTIC_REGRESSION) {
                    sum += y * eta - Math.log1p(Math.exp(eta));
                    residual = y - 1 / (1 + Math.exp(-eta));
                } else {
                    double e = (y - eta) * Math.exp(-tau);
                    sum += -0.5 * e * e - tau - 0.5 * LOG_2_PI;
                    residual = e * Math.exp(-tau);
                    if (this == UNKNOWN_NOISE) {
                        gradient[k] += e * e - 1;
                    }
                }
                for (int j = 0; j < k; j++) {
                    gradient[j] += residual * data.x()[n * k + j];
                }
            }
            return sum;
        }

        private static double categorical(float[] z, int from, double[] gradient) {
            int k = 6;
            double sum = 0;
            for (int n = 0; n < 300; n++) {
                double[] eta = new double[3];
                double total = 0;
                for (int c = 0; c < 3; c++) {
                    for (int j = 0; j < k; j++) {
                        eta[c] += CATEGORICAL.x()[n * k + j] * z[from + c * k + j];
                    }
                    total += Math.exp(eta[c]);
                }
                sum += eta[(int) CATEGORICAL.y()[n]] - Math.log(total);
                for (int c = 0; c < 3; c++) {
                    double residual = (CATEGORICAL.y()[n] == c ? 1 : 0) - Math.exp(eta[c]) / total;
                    for (int j = 0; j < k; j++) {
                        gradient[c * k + j] += residual * CATEGORICAL.x()[n * k + j];
                    }
                }
            }
            return sum;
        }
    }

    /**
     * Terms of a size up to 1e3 in all, summed in float32 over 300 rows with small errors of their own: some hundred
     * roundings. A missing constant or a wrong factor is thousands of times larger.
     */
    @EveryDevice
    void logJointAndGradientAreThoseOfTheFormula(Device device) {
        for (Model model : Model.values()) {
            int d = model.dimensions();
            float[] z = Regressions.draws(3, 42, d);
            double[] logP = new double[42];
            float[] gradient = new float[42 * d];
            evaluate(device, model, Long.MAX_VALUE, DrawBlock.of(2, 21, d), z, logP, gradient);
            for (int r = 0; r < 42; r++) {
                double[] slope = new double[d];
                double value = model.logJoint(z, r * d, slope);
                close(model + " log p of row " + r, logP[r], value, 100 * U * 2000);
                for (int i = 0; i < d; i++) {
                    close(model + " gradient " + i + " of row " + r, gradient[r * d + i], slope[i], 300 * U * 2000);
                }
            }
        }
    }

    @EveryDevice
    void chunksAndDevicesDoNotChangeABit(Device device) {
        for (Model model : Model.values()) {
            int d = model.dimensions();
            float[] z = Regressions.draws(3, 21, d);
            double[] want = new double[21];
            float[] wantGradient = new float[21 * d];
            evaluate(TestDevices.scalar(), model, Long.MAX_VALUE, DrawBlock.of(1, 21, d), z, want, wantGradient);
            for (long workspace : new long[] {1, 300 * 4 * 8}) {
                double[] got = new double[21];
                float[] gradient = new float[21 * d];
                evaluate(device, model, workspace, DrawBlock.of(1, 21, d), z, got, gradient);
                same(model + " log p", got, want);
                same(model + " gradient", gradient, wantGradient);
            }
        }
    }

    @EveryDevice
    void theValueAloneIsTheSameAsWithTheGradient(Device device) {
        for (Model model : Model.values()) {
            int d = model.dimensions();
            DrawBlock shape = DrawBlock.of(1, 21, d);
            try (DataLogJoint joint = new DataLogJoint(model.on(device, 1 << 20));
                    Buffer z = device.copyOf(Regressions.draws(3, 21, d));
                    Buffer logP = device.allocate(ElementType.FLOAT64, 21);
                    Buffer gradient = device.allocate(21L * d)) {
                joint.evaluate(shape, z, logP, null);
                double[] alone = logP.toDoubles();
                joint.evaluate(shape, z, logP, gradient);
                same("log p", alone, logP.toDoubles());
            }
        }
    }

    @Test
    void parametersHaveTheNamesOfTheColumns() {
        try (DataModel model = Model.UNKNOWN_NOISE.on(TestDevices.scalar(), 1)) {
            assertThat(model.parameterNames())
                    .containsExactly("intercept", "x0", "x1", "x2", "x3", "x4", "log noise sd");
            assertThat(model.dimensions()).isEqualTo(7);
            assertThat(model.observations()).isEqualTo(300);
        }
        try (DataModel model = Model.KNOWN_NOISE.on(TestDevices.scalar(), 1)) {
            assertThat(model.dimensions()).isEqualTo(6);
        }
        try (DataModel model = Model.CATEGORICAL_REGRESSION.on(TestDevices.scalar(), 1)) {
            assertThat(model.parameterNames())
                    .startsWith("intercept (low)", "x0 (low)")
                    .contains("intercept (middle)")
                    .endsWith("x4 (high)");
        }
    }

    @Test
    void badArgumentsAreRefused() {
        Device device = TestDevices.scalar();
        assertThatThrownBy(() -> new BayesianLogisticRegression(device, LINEAR, PRIOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("y is ")
                .hasMessageEndingWith("in row 0, but must be 0 or 1");
        assertThatThrownBy(() -> new BayesianCategoricalRegression(device, CATEGORICAL, CLASSES.subList(0, 2), PRIOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("y is 2.0 in row ")
                .hasMessageEndingWith(", but must be the number of a class, 0 to 1");
        assertThatThrownBy(() -> new BayesianCategoricalRegression(device, LINEAR, CLASSES, PRIOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("in row 0, but must be the number of a class, 0 to 2");
        assertThatThrownBy(() -> new BayesianCategoricalRegression(device, LOGISTIC, List.of("one"), PRIOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there must be two classes or more, but these are [one]");
        for (double noise : new double[] {0, -1, 1e-300, 1e300, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> BayesianLinearRegression.knownNoise(device, LINEAR, PRIOR, noise))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("noiseSd is " + noise + ", but must be from 1.0E-18 to 1.0E18");
        }
        assertThatThrownBy(() -> BayesianLinearRegression.knownNoise(device, LINEAR, List.of(PRIOR), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("there are 1 priors for 6 coefficients");
        assertThatThrownBy(() -> new NormalPrior(0, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("prior sd is -1.0");
        assertThatThrownBy(() -> new NormalPrior(Double.NaN, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("prior mean is NaN");
        assertThatThrownBy(() -> new RegressionData(List.of("a"), new double[3], new double[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("x has 3 elements, but must have 2 rows x 1 columns");
        assertThatThrownBy(() -> new RegressionData(List.of("a", "b"), new double[] {1, 2, 3, 1e300}, new double[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in row 1, column b");
        assertThatThrownBy(() -> new RegressionData(List.of("a"), new double[1], new double[] {Double.NaN}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("y is NaN in row 0");
        assertThatThrownBy(LINEAR::withIntercept)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("columns already has an intercept");
        try (BayesianLinearRegression model = BayesianLinearRegression.knownNoise(device, LINEAR, PRIOR, 1)) {
            assertThatThrownBy(() -> model.workspaceBytes(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("workspaceBytes is 0, but must be 1 or more");
        }
    }

    private static void evaluate(
            Device device, Model model, long workspace, DrawBlock shape, float[] z, double[] logP, float[] gradient) {
        try (DataLogJoint joint = new DataLogJoint(model.on(device, workspace));
                Buffer draws = device.copyOf(z);
                Buffer value = device.allocate(ElementType.FLOAT64, logP.length);
                Buffer slope = device.allocate(gradient.length)) {
            for (int again = 0; again < 2; again++) { // the second time memory and views are kept
                joint.evaluate(shape, draws, value, slope);
            }
            value.read(0, logP, 0, logP.length);
            slope.read(0, gradient, 0, gradient.length);
        }
    }
}
