package io.github.elbo4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Recorder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Right gradients pass, and what is wrong with others is found and named. */
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
            public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
                right.record(to, shape, z, logP, gradient);
                if (gradient != null) {
                    to.run(new MathOps.Axpy(shape.elements(), 1f, gradient, gradient));
                }
            }
        };
        GradientCheck.Report report = GradientCheck.check(device, wrong, 0.5, -0.5);
        assertThat(report.passed()).isFalse();
        assertThat(report.message()).contains("2.000 times what it should be");
        right.close();
    }

    /** log p of N(1, 1) at draws of what fits of it start and end with, and of a q far away. */
    @Test
    void everyKindOfWrongGradientIsFoundAtTheDrawsOfAFit() {
        for (double[] q : new double[][] {{0, 0.1}, {1, 1}, {0, 2}, {1, 1.3}, {-50, 1e-3}, {0, 1e3}}) {
            double[][] at = draws(1, 4, new double[] {q[0]}, new double[] {q[1]});
            double[] scale = {q[1]};
            double[] kept = new double[1];
            wrong("It is 0: is this element written?", "x", at, scale, (z, g) -> {});
            wrong("0.5000 times", "x", at, scale, (z, g) -> g[0] = (1 - z[0]) / 2);
            wrong("0.2500 times", "x", at, scale, (z, g) -> g[0] = (1 - z[0]) / 4);
            wrong("sign is reversed", "x", at, scale, (z, g) -> g[0] = z[0] - 1);
            wrong("factor or a term", "x", at, scale, (z, g) -> g[0] = kept[0] += 1 - z[0]);
            wrong("not finite", "x", at, scale, (z, g) -> g[0] = Double.NaN);
            right(at, scale, (z, g) -> g[0] = 1 - z[0]);
            right(at, scale, (z, g) -> {
                g[0] += 1;
                g[0] += -z[0];
            });
        }
    }

    /** Along coordinates and along directions; the parameter is named, whatever its scale. */
    @Test
    void oneWrongElementAmongManyIsFoundAndNamed() {
        for (int d : new int[] {1, 2, 100, 101, 1000, 30_000}) {
            double[] mean = new double[d];
            double[] sd = new double[d];
            for (int i = 0; i < d; i++) {
                mean[i] = 10 * Math.sin(i);
                sd[i] = Math.pow(10, 2 * Math.cos(i));
            }
            double[][] at = draws(d, 3, mean, sd);
            for (int bad : new int[] {-1, 0, d / 3, d - 1}) {
                HostLogJoint normal = HostLogJoint.ofDraw(names(d), (z, g) -> {
                    double sum = 0;
                    for (int i = 0; i < d; i++) {
                        double e = (z[i] - mean[i]) / sd[i];
                        sum -= 0.5 * e * e;
                        g[i] = i == bad ? 0 : -e / sd[i];
                    }
                    return sum;
                });
                GradientCheck.Report report = GradientCheck.check(TestDevices.scalar(), normal, at, sd);
                assertThat(report.passed()).as(d + ": " + report.message()).isEqualTo(bad < 0);
                if (bad >= 0) {
                    assertThat(report.coordinate()).as(report.message()).isEqualTo(bad);
                    assertThat(report.name()).isEqualTo("x" + bad);
                    assertThat(report.message()).contains("(x" + bad + ")", "It is 0");
                }
            }
        }
    }

    /** Where log p has no value if a few coordinates move alone, one among the others cannot be told. */
    @Test
    void whatCannotBeNarrowedDownIsSaidOfAllThatMoved() {
        int d = 1024;
        HostLogJoint reversed = HostLogJoint.ofDraw(names(d), (z, g) -> {
            double sum = 0;
            int moved = 0;
            for (int i = 0; i < d; i++) {
                sum += 3 * z[i];
                g[i] = -3;
                moved += z[i] == 0.5 ? 0 : 1;
            }
            return moved > 0 && moved < 200 ? Double.NaN : sum;
        });
        double[] place = new double[d];
        Arrays.fill(place, 0.5);
        GradientCheck.Report report =
                GradientCheck.check(TestDevices.scalar(), reversed, new double[][] {place}, ones(d));
        assertThat(report.passed()).as(report.message()).isFalse();
        assertThat(report.coordinate()).isEqualTo(-1);
        assertThat(report.name()).matches("x\\d+ to x\\d+");
        assertThat(report.message())
                .contains("along a random direction of all from " + report.name(), "sign is reversed");
    }

    /** In float32, of models with a hundred thousand nats and of scales far from 1. */
    @EveryDevice
    void aDeviceJointIsCheckedAtItsOwnPrecision(Device device) {
        for (int d : new int[] {3, 200}) {
            double[] mean = new double[d];
            double[] sd = new double[d];
            for (int i = 0; i < d; i++) {
                mean[i] = 3 * Math.sin(i);
                sd[i] = Math.pow(10, Math.cos(i));
            }
            double[][] at = draws(d, 4, mean, sd);
            try (LogJoint target = GaussianTarget.diagonal(device, mean, sd)) {
                GradientCheck.Report right = GradientCheck.check(device, target, at, sd);
                assertThat(right.passed()).as(right.message()).isTrue();
                for (float factor : new float[] {0, 0.5f, -1}) {
                    GradientCheck.Report wrong = GradientCheck.check(device, scaled(device, target, factor), at, sd);
                    assertThat(wrong.passed()).as(wrong.message()).isFalse();
                }
            }
        }
        RegressionData data = Regressions.logistic(1, 20_000, 3);
        try (LogJoint model = new BayesianLogisticRegression(device, data, new NormalPrior(0, 2)).logJoint()) {
            double[] mean = {0.3, -0.2, 0.1};
            for (double s : new double[] {1, 0.1, 0.01}) {
                double[] sd = {s, s, s};
                GradientCheck.Report right = GradientCheck.check(device, model, draws(5, 6, mean, sd), sd);
                assertThat(right.passed()).as(right.message()).isTrue();
                GradientCheck.Report wrong =
                        GradientCheck.check(device, scaled(device, model, 0.5f), draws(5, 6, mean, sd), sd);
                assertThat(wrong.passed()).as(wrong.message()).isFalse();
            }
        }
    }

    @Test
    void badPlacesAndScalesAreRefused() {
        LogJoint model = joint((z, g) -> {}, z -> 0);
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() ->
                            GradientCheck.check(TestDevices.scalar(), model, new double[][] {{1}}, new double[] {bad}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("scale[0] is " + bad + ", but must be positive");
        }
        assertThatThrownBy(() -> GradientCheck.check(
                        TestDevices.scalar(), model, new double[][] {{1}, {1, 2}}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("at[1] has 2 elements, but the model has 1 dimensions");
        assertThatThrownBy(() -> GradientCheck.check(TestDevices.scalar(), null, 1))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("joint is null");
    }

    @Test
    void aPlaceOfTheWrongSizeIsRefused() {
        LogJoint model = HostLogJoint.ofDraw(List.of("a"), (z, gradient) -> 0);
        assertThatThrownBy(() -> GradientCheck.check(TestDevices.scalar(), model, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("at has 2 elements, but the model has 1 dimensions");
    }

    interface Slope {
        void write(double[] z, double[] gradient);
    }

    static LogJoint joint(Slope slope, ToDoubleFunction<double[]> logP) {
        return HostLogJoint.ofDraw(List.of("x"), (z, g) -> {
            slope.write(z, g);
            return logP.applyAsDouble(z);
        });
    }

    static GradientCheck.Report check(double[][] at, double[] scale, Slope slope, ToDoubleFunction<double[]> logP) {
        return GradientCheck.check(TestDevices.scalar(), joint(slope, logP), at, scale);
    }

    private static double standard(double[] z) {
        return -0.5 * (z[0] - 1) * (z[0] - 1);
    }

    private static void wrong(String advice, String name, double[][] at, double[] scale, Slope slope) {
        GradientCheck.Report report = check(at, scale, slope, GradientCheckTest::standard);
        assertThat(report.passed()).as(report.message()).isFalse();
        assertThat(report.name()).isEqualTo(name);
        assertThat(report.message()).startsWith("the gradient is wrong").contains("(" + name + ")", advice);
    }

    static void right(double[][] at, double[] scale, Slope slope) {
        right(at, scale, slope, GradientCheckTest::standard);
    }

    static void right(double[][] at, double[] scale, Slope slope, ToDoubleFunction<double[]> logP) {
        for (double[] place : at) { // each by itself: the worst one is told
            GradientCheck.Report report = check(new double[][] {place}, scale, slope, logP);
            assertThat(report.passed()).as(report.message()).isTrue();
        }
    }

    private static LogJoint scaled(Device device, LogJoint joint, float factor) {
        return new LogJoint() {
            @Override
            public int dimensions() {
                return joint.dimensions();
            }

            @Override
            public List<String> parameterNames() {
                return joint.parameterNames();
            }

            @Override
            public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
                joint.record(to, shape, z, logP, gradient);
                if (gradient != null) {
                    to.run(new MathOps.Axpy(shape.elements(), factor - 1, gradient, gradient));
                }
            }
        };
    }

    static double[][] draws(long seed, int count, double[] mean, double[] sd) {
        Random random = new Random(seed);
        double[][] draws = new double[count][mean.length];
        for (double[] draw : draws) {
            for (int i = 0; i < draw.length; i++) {
                draw[i] = mean[i] + sd[i] * random.nextGaussian();
            }
        }
        return draws;
    }

    static double[] ones(int d) {
        double[] ones = new double[d];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static List<String> names(int d) {
        return IntStream.range(0, d).mapToObj(i -> "x" + i).toList();
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
