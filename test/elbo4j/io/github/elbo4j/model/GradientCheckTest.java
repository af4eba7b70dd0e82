package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Shape;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GradientCheckTest {
    private static final double[] AT = {0.3, -0.7, 40};

    @EveryDevice
    void theReadyModelsPass(Device device) {
        RegressionData linear = Regressions.linear(1, 200, 2, 0.5);
        RegressionData logistic = Regressions.logistic(1, 200, 3);
        double[][] covariance = {{1, 0.6, 0}, {0.6, 1, 0}, {0, 0, 0.25}};
        List<LogJoint> models = List.of(
                new BayesianLogisticRegression(device, logistic, new NormalPrior(0, 2)).logJoint(),
                BayesianLinearRegression.unknownNoise(device, linear, NormalPrior.STANDARD, NormalPrior.STANDARD)
                        .logJoint(),
                GaussianTarget.full(device, new double[3], covariance),
                GaussianTarget.diagonal(device, new double[] {1, 2, 3}, new double[] {1, 2, 3}));
        for (LogJoint model : models) {
            GradientCheck.Report report = GradientCheck.check(device, model, 0.3, -0.7, 0.2);
            assertThat(report.passed()).as(report.message()).isTrue();
            model.close();
        }
    }

    @Test
    void aRightHostGradientPassesClosely() {
        GradientCheck.Report report = check(gradient -> gradient);
        assertThat(report.passed()).as(report.message()).isTrue();
        assertThat(Math.abs(report.gradient() - report.difference())).isLessThan(1e-6 * Math.abs(report.gradient()));
        assertThat(report.message()).startsWith("the gradient agrees");
    }

    @Test
    void aPlantedErrorIsFoundAndNamed() {
        expect(1, "sign is reversed", g -> new double[] {g[0], -g[1], g[2]});
        expect(2, "0.5000 times what it should be", g -> new double[] {g[0], g[1], g[2] / 2});
        expect(0, "It is 0", g -> new double[] {0, g[1], g[2]});
        expect(1, "exchanged", g -> new double[] {g[1], g[0], g[2]});
        expect(1, "not finite", g -> new double[] {g[0], Double.NaN, -g[2]});
        expect(2, "factor or a term", g -> new double[] {g[0], g[1], g[2] * 1.01});
    }

    @Test
    void aLogJointThatIsNotFiniteIsSaidToBe() {
        LogJoint model = HostLogJoint.ofDraw(List.of("a"), (z, gradient) -> {
            if (gradient != null) {
                gradient[0] = 1 / z[0];
            }
            return Math.log(z[0]);
        });
        GradientCheck.Report report = GradientCheck.check(TestDevices.scalar(), model, 1e-4);
        assertThat(report.passed()).isFalse();
        assertThat(report.message()).contains("log p is not finite");
    }

    @EveryDevice
    void anErrorIsFoundInFloat32Too(Device device) {
        LogJoint right = GaussianTarget.diagonal(device, new double[] {1, 2}, new double[] {1, 2});
        LogJoint wrong = new LogJoint() {
            @Override
            public int dimensions() {
                return 2;
            }

            @Override
            public List<String> parameterNames() {
                return List.of("a", "b");
            }

            @Override
            public void evaluate(Shape shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
                right.evaluate(shape, z, logP, gradient);
                if (gradient != null) {
                    device.ops().axpy(shape.elements(), 1f, gradient, gradient);
                }
            }
        };
        GradientCheck.Report report = GradientCheck.check(device, wrong, 0.5, -0.5);
        assertThat(report.passed()).isFalse();
        assertThat(report.message()).contains("2.000 times what it should be");
        right.close();
    }

    @Test
    void aPlaceOfTheWrongSizeIsRefused() {
        LogJoint model = HostLogJoint.ofDraw(List.of("a"), (z, gradient) -> 0);
        assertThatThrownBy(() -> GradientCheck.check(TestDevices.scalar(), model, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("at has 2 elements, but the model has 1 dimensions");
    }

    private static void expect(int coordinate, String advice, UnaryOperator<double[]> fault) {
        GradientCheck.Report report = check(fault);
        assertThat(report.passed()).as(report.message()).isFalse();
        assertThat(report.coordinate()).as(report.message()).isEqualTo(coordinate);
        assertThat(report.name()).isEqualTo(List.of("a", "b", "c").get(coordinate));
        assertThat(report.message())
                .startsWith("the gradient is wrong")
                .contains("(" + report.name() + ")")
                .contains(advice);
    }

    /** log p = −a⁴ + a·b − exp(b) − c²/200. */
    private static GradientCheck.Report check(UnaryOperator<double[]> fault) {
        LogJoint model = HostLogJoint.ofDraw(List.of("a", "b", "c"), (z, gradient) -> {
            if (gradient != null) {
                double[] g =
                        fault.apply(new double[] {-4 * z[0] * z[0] * z[0] + z[1], z[0] - Math.exp(z[1]), -z[2] / 100});
                System.arraycopy(g, 0, gradient, 0, 3);
            }
            return -z[0] * z[0] * z[0] * z[0] + z[0] * z[1] - Math.exp(z[1]) - z[2] * z[2] / 200;
        });
        return GradientCheck.check(TestDevices.scalar(), model, AT);
    }
}
