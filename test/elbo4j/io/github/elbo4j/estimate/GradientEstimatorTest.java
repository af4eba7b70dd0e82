package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.estimate.ExactGradient.COVARIANCE;
import static io.github.elbo4j.estimate.ExactGradient.M;
import static io.github.elbo4j.estimate.ExactGradient.exactGradient;
import static io.github.elbo4j.estimate.ExactGradient.family;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.family.Families;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.LowRankGaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GradientEstimatorTest {
    private static final Key KEY = new Key(20);
    private static final long PLENTY = 1 << 30;

    /**
     * Mean of 600 gradients against the closed form, each coordinate within 5 of the standard errors that the 600 show. A
     * coordinate of a right gradient fails with a probability below 1e-6 (Student's t with 599 degrees), any of the 162 with
     * one below 2e-4; the seed is fixed. The slack is for float32: gradients of about 3.
     */
    @Test
    void everyGradientIsUnbiased() {
        Device device = TestDevices.all().get(0);
        int steps = 600;
        for (Families kind : Families.values()) {
            double[] exact = exactGradient(kind);
            for (Gradient gradient : List.of(Gradient.REPARAM, Gradient.PATH, Gradient.SCORE)) {
                for (Baseline baseline : Baseline.values()) {
                    if (gradient != Gradient.SCORE && baseline != Baseline.NONE) {
                        continue;
                    }
                    // Few draws, so that a baseline that uses a draw's own value would show as a bias of 1/draws.
                    int draws = 8;
                    double[][] samples = new double[exact.length][steps];
                    try (LogJoint target = GaussianTarget.full(device, M, COVARIANCE);
                            VariationalFamily q = family(device, kind, 1);
                            GradientEstimator estimator =
                                    new GradientEstimator(target, q, gradient, baseline, draws, PLENTY);
                            Buffer moments = device.allocate(ElementType.FLOAT64, 3)) {
                        for (int t = 0; t < steps; t++) {
                            estimator.estimate(KEY, t, moments, 0);
                            float[] g = estimator.gradient().toFloats();
                            for (int p = 0; p < exact.length; p++) {
                                samples[p][t] = g[p];
                            }
                        }
                    }
                    for (int p = 0; p < exact.length; p++) {
                        Estimate mean = LogWeights.mean(samples[p]);
                        String what = kind + " " + gradient + " " + baseline + " coordinate " + p;
                        close(what, mean.value(), exact[p], 5 * mean.standardError() + 1e-5);
                        // and the test has power: an error of 1 would show
                        assertThat(mean.standardError()).as(what).isLessThan(0.2);
                    }
                }
            }
        }
    }

    /** Where q is the posterior, g = −score for every draw; what is left is float32 rounding of terms of about 10. */
    @EveryDevice
    void thePathDerivativeHasNoVarianceWhereQIsTheTarget(Device device) {
        for (Families kind : Families.values()) {
            double[] sd = {0.3, 1, 2.5};
            try (VariationalFamily q = kind.create(device, 1, 3);
                    LogJoint target = target(device, q, sd);
                    GradientEstimator path =
                            new GradientEstimator(target, q, Gradient.PATH, Baseline.NONE, 16, PLENTY);
                    GradientEstimator closed =
                            new GradientEstimator(target, q, Gradient.REPARAM, Baseline.NONE, 16, PLENTY);
                    Buffer moments = device.allocate(ElementType.FLOAT64, 3)) {
                path.estimate(KEY, 3, moments, 0);
                for (float g : path.gradient().toFloats()) {
                    close("path gradient", g, 0, 10 * 0x1p-20);
                }
                // log p − log q is 0 for every draw: a sum of six roundings of about 5
                close("ELBO", moments.toDoubles()[0], 0, 30 * 0x1p-23);
                closed.estimate(KEY, 3, moments, 0);
                assertThat(Math.abs(closed.gradient().toFloats()[0])).isGreaterThan(0.01f);
            }
        }
    }

    /** Sets q to M and these standard deviations, and makes the target the same: of loadings it is no diagonal one. */
    private static LogJoint target(Device device, VariationalFamily q, double[] sd) {
        q.set(0, M, sd);
        Gaussian posterior = q.toGaussian(0);
        return q instanceof LowRankGaussian
                ? GaussianTarget.full(device, M, posterior.covariance())
                : GaussianTarget.diagonal(device, M, sd);
    }

    /** From where `set` leaves them, loadings grow into the one direction that the target is correlated in, with any sign. */
    @Test
    void oneFactorFindsTheCorrelation() {
        Device device = TestDevices.all().get(0);
        OptimizerOps.Decay decay = new OptimizerOps.Decay(0.9f, 0.999f, 1e-8f);
        try (LogJoint target = GaussianTarget.full(device, M, COVARIANCE);
                VariationalFamily q = new LowRankGaussian(device, 1, 3, 1);
                GradientEstimator path = new GradientEstimator(target, q, Gradient.PATH, Baseline.NONE, 16, PLENTY);
                Buffer moments = device.allocate(ElementType.FLOAT64, 3);
                Buffer m = device.allocate(q.parameters());
                Buffer v = device.allocate(q.parameters())) {
            for (int t = 1; t <= 1500; t++) {
                path.estimate(KEY, t, moments, 0);
                device.run(new OptimizerOps.Adam(
                        q.parameters(),
                        Scalar.of(decay.rateAt(t, 0.01f)),
                        Scalar.of(decay.correctionAt(t)),
                        decay,
                        path.gradient(),
                        null,
                        m,
                        v,
                        q.parameterBuffer()));
                q.update();
            }
            Gaussian found = q.toGaussian(0);
            for (int i = 0; i < 3; i++) {
                close("mean", found.mean(i), M[i], 0.02); // the path derivative has no variance there: Adam settles
                for (int j = 0; j < 3; j++) {
                    close("covariance", found.covariance(i, j), COVARIANCE[i][j], 0.02);
                }
            }
        }
    }

    @EveryDevice
    void chunksAndDevicesDoNotChangeABit(Device device) {
        for (Families kind : Families.values()) {
            for (Gradient gradient : List.of(Gradient.REPARAM, Gradient.PATH, Gradient.SCORE)) {
                for (Baseline baseline : Baseline.values()) {
                    if (gradient == Gradient.SCORE || baseline == Baseline.NONE) {
                        String what = device.name() + " " + kind + " " + gradient + " " + baseline;
                        double[] once = gradient(TestDevices.scalar(), kind, gradient, baseline, PLENTY);
                        Numbers.same(what, gradient(device, kind, gradient, baseline, 1), once);
                        // a chunk of 128 draws and one of 72: 2 problems of 3 dimensions, 2 or 3 numbers each
                        Numbers.same(what, gradient(device, kind, gradient, baseline, 128 * 2 * 3 * 4 * 3), once);
                    }
                }
            }
        }
    }

    /**
     * A constant of 1e10 in log p, which float32 holds to 1024 only, moves the ELBO by itself and nothing else: the values of a
     * function on the host reach the moments, and the weights of the score gradient, as they are.
     */
    @EveryDevice
    void aLargeConstantChangesNothingButTheElbo(Device device) {
        double constant = 1e10;
        for (Families kind : Families.values()) {
            for (Gradient gradient : List.of(Gradient.REPARAM, Gradient.PATH, Gradient.SCORE)) {
                for (long workspace : new long[] {1, PLENTY}) {
                    double[] plain = gradient(device, normal(0), kind, gradient, Baseline.LEAVE_ONE_OUT, workspace);
                    double[] far =
                            gradient(device, normal(constant), kind, gradient, Baseline.LEAVE_ONE_OUT, workspace);
                    String what = device.name() + " " + kind + " " + gradient + " ";
                    int moments = plain.length - 12; // behind the gradients: of 2 steps of 2 problems
                    for (int at = moments; at < plain.length; at += 3) {
                        // at 1e10 float64 has steps of 2e-6; deviations are of about 1
                        close(what + "mean", far[at] - constant, plain[at], 1e-5);
                        close(what + "variance", far[at + 1], plain[at + 1], 1e-5 * (1 + plain[at + 1]));
                    }
                    for (int p = 0; p < moments; p++) {
                        close(what + "gradient", far[p], plain[p], 2e-5);
                    }
                }
            }
        }
    }

    private static LogJoint normal(double constant) {
        return HostLogJoint.ofDraw(List.of("a", "b", "c"), (z, g) -> {
            double sum = constant;
            for (int i = 0; i < 3; i++) {
                g[i] = -z[i];
                sum -= z[i] * z[i] / 2;
            }
            return sum;
        });
    }

    /** A diagonal Gaussian model goes through one pass; the same model that does not say so must give the same bits. */
    @EveryDevice
    void onePassChangesNoBit(Device device) {
        for (Families kind : Families.values()) {
            for (Gradient gradient : List.of(Gradient.REPARAM, Gradient.PATH, Gradient.SCORE)) {
                for (long workspace : new long[] {1, PLENTY}) {
                    try (LogJoint target = GaussianTarget.diagonal(device, M, new double[] {0.3, 1, 2.5})) {
                        String what = device.name() + " " + kind + " " + gradient;
                        double[] passed = gradient(device, target, kind, gradient, Baseline.NONE, workspace);
                        double[] composed = gradient(device, silent(target), kind, gradient, Baseline.NONE, PLENTY);
                        Numbers.same(what, passed, composed);
                    }
                }
            }
        }
    }

    /** Without its diagonal form. */
    private static LogJoint silent(LogJoint joint) {
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
            public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer slope) {
                joint.record(to, shape, z, logP, slope);
            }
        };
    }

    @Test
    void theRunningMeanCanGoBack() {
        Device device = TestDevices.all().get(0);
        try (LogJoint target = GaussianTarget.full(device, M, COVARIANCE);
                VariationalFamily q = family(device, Families.MEAN_FIELD, 1);
                GradientEstimator estimator =
                        new GradientEstimator(target, q, Gradient.SCORE, Baseline.RUNNING_MEAN, 8, PLENTY);
                Buffer moments = device.allocate(ElementType.FLOAT64, 3)) {
            estimator.estimate(KEY, 0, moments, 0);
            estimator.estimate(KEY, 1, moments, 0);
            GradientEstimator.State state = estimator.state();
            estimator.estimate(KEY, 2, moments, 0);
            float[] first = estimator.gradient().toFloats();
            estimator.estimate(KEY, 3, moments, 0);
            estimator.restore(state);
            estimator.estimate(KEY, 2, moments, 0);
            Numbers.same("gradient", estimator.gradient().toFloats(), first);
        }
    }

    @Test
    void aModelOfOtherDimensionsIsRefused() {
        Device device = TestDevices.all().get(0);
        try (LogJoint target = GaussianTarget.full(device, M, COVARIANCE);
                VariationalFamily q = Families.MEAN_FIELD.create(device, 1, 4)) {
            assertThatThrownBy(() -> new GradientEstimator(target, q, Gradient.PATH, Baseline.NONE, 8, PLENTY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the model has 3 dimensions, but the family has 4");
        }
    }

    @Test
    void tooFewDrawsAreRefused() {
        Device device = TestDevices.all().get(0);
        try (LogJoint target = GaussianTarget.full(device, M, COVARIANCE);
                VariationalFamily q = Families.MEAN_FIELD.create(device, 1, 3)) {
            assertThatThrownBy(() -> new GradientEstimator(target, q, Gradient.PATH, Baseline.NONE, 0, PLENTY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("draws is 0, but must be 1 or more");
            assertThatThrownBy(
                            () -> new GradientEstimator(target, q, Gradient.SCORE, Baseline.LEAVE_ONE_OUT, 1, PLENTY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("LEAVE_ONE_OUT")
                    .hasMessageContaining("2 or more");
        }
    }

    /** Gradient and moments of two steps of two problems, 200 draws. */
    private static double[] gradient(
            Device device, Families kind, Gradient gradient, Baseline baseline, long workspace) {
        try (LogJoint target = GaussianTarget.full(device, M, COVARIANCE)) {
            return gradient(device, target, kind, gradient, baseline, workspace);
        }
    }

    private static double[] gradient(
            Device device, LogJoint target, Families kind, Gradient gradient, Baseline baseline, long workspace) {
        List<Double> all = new ArrayList<>();
        try (VariationalFamily q = family(device, kind, 2);
                GradientEstimator estimator = new GradientEstimator(target, q, gradient, baseline, 200, workspace);
                Buffer moments = device.allocate(ElementType.FLOAT64, 12)) {
            for (int t = 0; t < 2; t++) {
                estimator.estimate(KEY, t, moments, t);
                for (float g : estimator.gradient().toFloats()) {
                    all.add((double) g);
                }
            }
            for (double m : moments.toDoubles()) {
                all.add(m);
            }
        }
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
