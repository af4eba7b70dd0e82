package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.doubles;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.device.LikelihoodOpsTest.OBSERVATIONS;
import static io.github.elbo4j.device.LikelihoodOpsTest.SCALE;
import static io.github.elbo4j.device.LikelihoodOpsTest.slope;
import static io.github.elbo4j.device.LikelihoodOpsTest.targets;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** The likelihoods of several predictors: categorical logits and mixtures. */
class ClassLikelihoodOpsTest {
    private static final int[] CLASSES = {1, 2, 3, 11};

    private static float[] classes(int n, int classes) {
        float[] y = new float[n];
        for (int i = 0; i < n; i++) {
            y[i] = i * 7 % 13 % classes;
        }
        return y;
    }

    /** log Σ exp of one observation's predictors, and how they share the whole, in float64. */
    private record LogSumExp(double value, double[] shares, double tolerance) {
        /**
         * With d = eta − greatest: an exp is off by |d| roundings (of the difference) and 2 of its own (1 ulp), the sum by
         * one for each class; its logarithm is off by as much of it as they are, and by 4 (2 ulp) of its own.
         */
        static LogSumExp of(float[] eta, int o, int stride, int classes) {
            double greatest = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < classes; k++) {
                greatest = Math.max(greatest, eta[o + k * stride]);
            }
            double[] shares = new double[classes];
            double sum = 0;
            double errors = 0;
            for (int k = 0; k < classes; k++) {
                double d = eta[o + k * stride] - greatest;
                shares[k] = Math.exp(d);
                sum += shares[k];
                errors += shares[k] * (Math.abs(d) + 2 + classes);
            }
            for (int k = 0; k < classes; k++) {
                shares[k] /= sum;
            }
            return new LogSumExp(greatest + Math.log(sum), shares, errors / sum + 4 * Math.log(sum));
        }

        /** Of a share: its exp, the reciprocal of the sum (1 + 2 ulp), the product; relative. */
        double shareTolerance(double distance, int classes) {
            return distance + 2 + classes + tolerance + 5 + 1;
        }
    }

    @EveryDevice
    void categoricalValuesAndResiduals(Device device) {
        for (int classes : CLASSES) {
            for (int n : OBSERVATIONS) {
                float[] y = classes(n, classes);
                float[] eta = normals(1, 3L * classes * n, 0.3, 4);
                double[] logP = doubles(normals(2, 3, 0, 100));
                Arrays.setAll(logP, r -> logP[r] / 3);
                try (Arena arena = new Arena(device)) {
                    Buffer residual = arena.inOut(eta);
                    Buffer value = arena.inOut(logP);
                    arena.run(new LikelihoodOps.CategoricalLogit(3, classes, n, arena.of(y), SCALE, residual, value));
                    float[] got = arena.floats(residual);
                    for (int r = 0; r < 3; r++) {
                        Sum want = new Sum().add(logP[r]);
                        for (int i = 0; i < n; i++) {
                            int o = r * classes * n + i;
                            LogSumExp all = LogSumExp.of(eta, o, n, classes);
                            double chosen = eta[o + (int) y[i] * n];
                            want.add(SCALE * (chosen - all.value), SCALE * (all.value - chosen + all.tolerance + 1));
                            for (int k = 0; k < classes; k++) {
                                double slope = SCALE * ((k == y[i] ? 1 : 0) - all.shares[k]);
                                double distance = Math.abs(Math.log(all.shares[k])) + 1;
                                double tolerance = SCALE * all.shares[k] * all.shareTolerance(distance, classes);
                                close("residual", got[o + k * n], slope, U * (tolerance + 2 * Math.abs(slope)));
                            }
                        }
                        close("logP", arena.doubles(value)[r], want, 1 + 37 + 0.01);
                    }
                }
            }
        }
    }

    @EveryDevice
    void mixtureValuesAndResponsibilities(Device device) {
        for (int components : CLASSES) {
            for (int n : OBSERVATIONS) {
                float[] eta = normals(3, 3L * components * n, -2, 3);
                double[] logP = doubles(normals(4, 3, 0, 100));
                Arrays.setAll(logP, r -> logP[r] / 3);
                try (Arena arena = new Arena(device)) {
                    Buffer shares = arena.inOut(eta);
                    Buffer value = arena.inOut(logP);
                    arena.run(new LikelihoodOps.Mixture(3, components, n, SCALE, shares, value));
                    float[] got = arena.floats(shares);
                    for (int r = 0; r < 3; r++) {
                        Sum want = new Sum().add(logP[r]);
                        for (int i = 0; i < n; i++) {
                            int o = r * components * n + i;
                            LogSumExp all = LogSumExp.of(eta, o, n, components);
                            want.add(SCALE * all.value, SCALE * (Math.abs(all.value) + all.tolerance));
                            for (int k = 0; k < components; k++) {
                                double share = SCALE * all.shares[k];
                                double distance = Math.abs(Math.log(all.shares[k])) + 1;
                                double tolerance = share * (all.shareTolerance(distance, components) + 1);
                                close("share", got[o + k * n], share, U * tolerance);
                            }
                        }
                        close("logP", arena.doubles(value)[r], want, 1 + 37 + 0.01);
                    }
                }
            }
        }
    }

    /** The log of a probability near 1 is small, and right to its last digits; so is that of one near 0. */
    @EveryDevice
    void categoricalValuesStayExactFarFromZero(Device device) {
        float[][] etas = {{-20, 0}, {0, 30}, {1e30f, -1e30f}, {5, 5}, {1000.5f, 1000, -1e38f}, {-0f, 0}};
        for (float[] eta : etas) {
            for (int target = 0; target < eta.length; target++) {
                try (Arena arena = new Arena(device)) {
                    Buffer residual = arena.inOut(eta);
                    Buffer value = arena.inOut(doubles(0));
                    arena.run(new LikelihoodOps.CategoricalLogit(
                            1, eta.length, 1, arena.of((float) target), 1, residual, value));
                    double rest = 0;
                    for (int k = 0; k < eta.length; k++) {
                        rest += k == target ? 0 : Math.exp((double) eta[k] - eta[target]);
                    }
                    double far = 0;
                    for (float other : eta) {
                        far = Math.max(far, (double) other - eta[target]);
                    }
                    double want = far > 700 ? -far : -Math.log1p(rest);
                    // log1p 2 ulp, exp 1 ulp, the difference
                    close("log p of " + target, arena.doubles(value)[0], want, 8 * U * Math.abs(want));
                }
            }
        }
    }

    /** With two classes, the first of them at 0, this is the Bernoulli likelihood. */
    @EveryDevice
    void twoClassesAreBernoulli(Device device) {
        int n = 33;
        float[] x = normals(1, n, 0, 5);
        float[] eta = new float[2 * n];
        System.arraycopy(x, 0, eta, n, n);
        try (Arena arena = new Arena(device)) {
            Buffer y = arena.of(targets(n));
            Buffer[] residuals = {arena.inOut(x), arena.inOut(eta)};
            Buffer[] values = {arena.inOut(doubles(0)), arena.inOut(doubles(0))};
            arena.run(new LikelihoodOps.BernoulliLogit(1, n, y, 1, residuals[0], values[0]));
            arena.run(new LikelihoodOps.CategoricalLogit(1, 2, n, y, 1, residuals[1], values[1]));
            double want = arena.doubles(values[0])[0];
            close("value", arena.doubles(values[1])[0], want, 50 * U * Math.abs(want));
            for (int i = 0; i < n; i++) {
                close("residual", arena.floats(residuals[1])[n + i], arena.floats(residuals[0])[i], 10 * U);
                close("residual", arena.floats(residuals[1])[i], -arena.floats(residuals[0])[i], 10 * U);
            }
        }
    }

    @EveryDevice
    void classResidualsAreDerivativesOfTheValue(Device device) {
        float[] eta = {0.5f, -1, 2, 1, 0.25f, -0.75f}; // 3 classes, 2 observations
        double[] values = {0.5, -1, 2, 1, 0.25, -0.75};
        int[] y = {2, 0};
        try (Arena arena = new Arena(device)) {
            Buffer residual = arena.inOut(eta);
            arena.run(new LikelihoodOps.CategoricalLogit(
                    1, 3, 2, arena.of(2, 0), SCALE, residual, arena.inOut(doubles(0))));
            Buffer shares = arena.inOut(eta);
            arena.run(new LikelihoodOps.Mixture(1, 3, 2, SCALE, shares, arena.inOut(doubles(0))));
            for (int at = 0; at < 6; at++) {
                int i = at;
                DoubleUnaryOperator logSum = d -> {
                    double sum = 0;
                    for (int k = 0; k < 3; k++) {
                        sum += Math.exp(values[2 * k + i % 2] + (2 * k + i % 2 == i ? d : 0));
                    }
                    return SCALE * Math.log(sum);
                };
                double chosen = y[i % 2] == i / 2 ? SCALE : 0;
                close("share", arena.floats(shares)[i], slope(logSum, 0), 1e-5);
                close("residual", arena.floats(residual)[i], chosen - slope(logSum, 0), 1e-5);
            }
        }
    }

    @EveryDevice
    void aTargetThatIsNoClassAndANanReachTheirRowsOnly(Device device) {
        for (float wrong : new float[] {3, -1, 0.5f, Float.NaN, 1e20f, -1e20f, Float.POSITIVE_INFINITY}) {
            try (Arena arena = new Arena(device)) {
                Buffer residual = arena.inOut(normals(1, 3 * 40));
                Buffer value = arena.inOut(doubles(0));
                float[] y = classes(40, 3);
                y[37] = wrong;
                arena.run(new LikelihoodOps.CategoricalLogit(1, 3, 40, arena.of(y), 1, residual, value));
                assertThat(arena.doubles(value)[0]).as("class %s", wrong).isNaN();
            }
        }
        float[] eta = normals(1, 3 * 3 * 1025);
        eta[(1 * 3 + 2) * 1025 + 1000] = Float.NaN;
        try (Arena arena = new Arena(device)) {
            Buffer residual = arena.inOut(eta);
            Buffer value = arena.inOut(doubles(0, 0, 0));
            arena.run(new LikelihoodOps.CategoricalLogit(3, 3, 1025, arena.of(classes(1025, 3)), 1, residual, value));
            double[] gotValues = arena.doubles(value);
            assertThat(gotValues[1]).isNaN();
            assertThat(gotValues[0]).isFinite();
            assertThat(gotValues[2]).isFinite();
            float[] got = arena.floats(residual);
            for (int k = 0; k < 3; k++) {
                assertThat(got[(1 * 3 + k) * 1025 + 1000]).isNaN();
                assertThat(got[(1 * 3 + k) * 1025 + 999]).isFinite();
            }
        }
    }

    /** Observations that both components allow, one, or none, side by side. */
    @EveryDevice
    void anObservationThatNoComponentAllowsIsImpossible(Device device) {
        float none = Float.NEGATIVE_INFINITY;
        int n = 41;
        float[] eta = new float[2 * n];
        float[] want = new float[2 * n];
        for (int i = 0; i < n; i++) {
            eta[i] = i % 3 == 2 ? none : 0;
            eta[n + i] = i % 3 == 0 ? 0 : none;
            want[i] = i % 3 == 0 ? 0.5f : i % 3 == 1 ? 1 : 0;
            want[n + i] = i % 3 == 0 ? 0.5f : 0;
        }
        try (Arena arena = new Arena(device)) {
            Buffer shares = arena.inOut(eta);
            Buffer value = arena.inOut(doubles(0));
            arena.run(new LikelihoodOps.Mixture(1, 2, n, 1, shares, value));
            assertThat(arena.doubles(value)[0]).isEqualTo(none);
            assertThat(arena.floats(shares)).containsExactly(want);
            Buffer residuals = arena.inOut(eta);
            Buffer impossible = arena.inOut(doubles(0));
            arena.run(new LikelihoodOps.CategoricalLogit(1, 2, n, arena.of(new float[n]), 1, residuals, impossible));
            assertThat(arena.doubles(impossible)[0]).isEqualTo(none);
            for (int i = 0; i < n; i++) {
                assertThat(arena.floats(residuals)[i]).isEqualTo(1 - want[i]);
                assertThat(arena.floats(residuals)[n + i]).isEqualTo(-want[n + i]);
            }
        }
    }
}
