package io.github.elbo4j.estimate;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Dense;
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

    /** The target N(M, COVARIANCE) and its precision, worked out by hand: a block of correlation and one apart. */
    private static final double[] M = {0.5, -1, 2};

    private static final double[][] COVARIANCE = {{1, 0.6, 0}, {0.6, 1, 0}, {0, 0, 0.25}};
    private static final double[][] PRECISION = {{1 / 0.64, -0.6 / 0.64, 0}, {-0.6 / 0.64, 1 / 0.64, 0}, {0, 0, 4}};

    /** q's mean; its factor has a logarithmic diagonal. */
    private static final double[] MU = {0.2, -0.4, 1.7};

    private static final double[] OMEGA = {-0.3, 0.2, -0.9};
    private static final double[][] BELOW = {{0, 0, 0}, {0.4, 0, 0}, {-0.2, 0.3, 0}};

    /** The low-rank q's loadings, [D][R]. */
    private static final double[][] LOADINGS = {{0.5, -0.3}, {0.4, 0.2}, {-0.1, 0.25}};

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

    /** The first problem is the q above; another is somewhere else. */
    private static VariationalFamily family(Device device, Families kind, int problems) {
        VariationalFamily q = kind.create(device, problems, 3);
        float[] parameters = new float[q.parameters()];
        for (int i = 0; i < 3; i++) {
            parameters[i] = (float) MU[i];
            if (kind != Families.FULL_RANK) {
                parameters[3 + i] = (float) OMEGA[i];
                for (int r = 0; kind == Families.LOW_RANK && r < 2; r++) {
                    parameters[6 + 3 * r + i] = (float) LOADINGS[i][r];
                }
            } else {
                parameters[3 + 3 * i + i] = (float) OMEGA[i];
                for (int j = 0; j < i; j++) {
                    parameters[3 + 3 * i + j] = (float) BELOW[i][j];
                }
            }
        }
        for (int b = 1; b < problems; b++) {
            q.set(b, new double[] {1, 2, b}, new double[] {0.5, 2, 1});
        }
        q.parameterBuffer().write(0, parameters, 0, parameters.length);
        q.update();
        return q;
    }

    /**
     * With q = N(mu, L·Lᵀ) and precision P: {@code ∇mu = −P·(mu − m)}; {@code ∇L = −P·L} in the lower triangle, and for
     * log L_ii that times L_ii, plus 1. Mean-field is the same with a diagonal L.
     */
    private static double[] exactGradient(Families kind) {
        if (kind == Families.LOW_RANK) {
            return exactLowRankGradient();
        }
        boolean full = kind == Families.FULL_RANK;
        double[] gradient = new double[full ? 12 : 6];
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++) {
                gradient[i] -= PRECISION[i][k] * (MU[k] - M[k]);
            }
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k < 3; k++) {
                    double l = k == j ? Math.exp(OMEGA[k]) : full ? BELOW[k][j] : 0;
                    sum -= PRECISION[i][k] * l;
                }
                if (i == j) {
                    sum = sum * Math.exp(OMEGA[i]) + 1;
                }
                if (full) {
                    gradient[3 + 3 * i + j] = sum;
                } else if (i == j) {
                    gradient[3 + i] = sum;
                }
            }
        }
        return gradient;
    }

    /**
     * With q = N(mu, Q⁻¹), Q⁻¹ = F·Fᵀ + diag sigma²: {@code ∇mu = −P·(mu − m)}, {@code ∇F = (Q − P)·F}, and for omega
     * {@code (Q − P)_ii·sigma_i²}.
     */
    private static double[] exactLowRankGradient() {
        double[][] covariance = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                covariance[i][j] = Dense.dot(LOADINGS[i], LOADINGS[j]) + (i == j ? Math.exp(2 * OMEGA[i]) : 0);
            }
        }
        double[][] difference = Dense.inverse(covariance);
        double[] gradient = new double[12];
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++) {
                difference[i][k] -= PRECISION[i][k];
                gradient[i] -= PRECISION[i][k] * (MU[k] - M[k]);
            }
            gradient[3 + i] = difference[i][i] * Math.exp(2 * OMEGA[i]);
            for (int r = 0; r < 2; r++) {
                for (int k = 0; k < 3; k++) {
                    gradient[6 + 3 * r + i] += difference[i][k] * LOADINGS[k][r];
                }
            }
        }
        return gradient;
    }
}
