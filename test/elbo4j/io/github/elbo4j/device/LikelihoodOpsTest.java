package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.doubles;
import static io.github.elbo4j.Numbers.normals;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** The likelihoods of one predictor: Bernoulli logits and Gaussian noise. */
class LikelihoodOpsTest {
    static final int[] OBSERVATIONS = {0, 1, 33, 64, 401, 1025, 4099};
    static final float SCALE = 2.5f;

    /** Terms: softplus 4 roundings (2 ulp), fma 1; 37 along the row; what is float64 a trace. */
    @EveryDevice
    void bernoulliValuesAndResiduals(Device device) {
        for (int n : OBSERVATIONS) {
            float[] y = targets(n);
            float[] eta = normals(1, 3L * n, 0.3, 4);
            double[] logP = doubles(normals(2, 3, 0, 100));
            Arrays.setAll(logP, r -> logP[r] / 3);
            try (Arena arena = new Arena(device)) {
                Buffer residual = arena.inOut(eta);
                Buffer value = arena.inOut(logP);
                arena.run(new LikelihoodOps.BernoulliLogit(3, n, arena.of(y), SCALE, residual, value));
                for (int r = 0; r < 3; r++) {
                    Sum want = new Sum().add(logP[r]);
                    for (int i = 0; i < n; i++) {
                        double x = eta[r * n + i];
                        double softplus = softplus(x);
                        want.add(SCALE * (y[i] * x - softplus), SCALE * (Math.abs(y[i] * x) + softplus));
                        double slope = SCALE * (y[i] - derivative(x));
                        // sigmoid 2 ulp of itself, the difference and the product one rounding each
                        double tolerance = U * (SCALE * 4 * derivative(x) + 2 * Math.abs(slope));
                        close("residual " + x, arena.floats(residual)[r * n + i], slope, tolerance);
                    }
                    close("logP", arena.doubles(value)[r], want, 5 + 37 + 0.01);
                }
            }
        }
    }

    @EveryDevice
    void bernoulliValuesStayExactFarFromZero(Device device) {
        float[] eta = {200, -200, 1e30f, -1e30f, 0, -0f};
        for (float target : new float[] {0, 1}) {
            for (int i = 0; i < eta.length; i++) {
                try (Arena arena = new Arena(device)) {
                    Buffer residual = arena.inOut(eta[i]);
                    Buffer value = arena.inOut(doubles(0));
                    arena.run(new LikelihoodOps.BernoulliLogit(1, 1, arena.of(target), 1, residual, value));
                    double x = eta[i];
                    boolean right = target == 1 == x > 0;
                    double want = x == 0 ? -Math.log(2) : right ? 0 : -Math.abs(x);
                    close("log p of " + target + " at " + x, arena.doubles(value)[0], want, 2 * U * Math.abs(want));
                    double slope = x == 0 ? target - 0.5 : right ? 0 : target == 1 ? 1 : -1;
                    close("residual", arena.floats(residual)[0], slope, 2 * U);
                }
            }
        }
    }

    /** With e rounded 3.8 times: terms 7.6 + 1 roundings, 37 along the row; after it what is float32 3. */
    @EveryDevice
    void gaussianValuesResidualsAndNoiseGradient(Device device) {
        for (int n : OBSERVATIONS) {
            float[] y = normals(1, n, 2, 3);
            float[] eta = normals(2, 3L * n);
            float[] noise = normals(3, 12, -0.5, 0.5);
            double[] logP = doubles(normals(4, 3, 0, 10));
            Arrays.setAll(logP, r -> logP[r] / 3);
            float[] slopes = normals(5, 15);
            try (Arena arena = new Arena(device)) {
                Buffer residual = arena.inOut(eta);
                Buffer value = arena.inOut(logP);
                Buffer gradient = arena.inOut(slopes);
                // the noise in column 1 of four, its gradient in column 2 of five
                Matrix tau = Matrix.of(arena.of(noise), 3, 4).columns(1, 2);
                Matrix gradTau = Matrix.of(gradient, 3, 5).columns(2, 3);
                arena.run(new LikelihoodOps.GaussianNoise(3, n, arena.of(y), SCALE, tau, residual, value, gradTau));
                for (int r = 0; r < 3; r++) {
                    double t = noise[4 * r + 1];
                    Sum want = new Sum().add(logP[r]);
                    Sum wantSlope = new Sum().add(slopes[5 * r + 2]);
                    for (int i = 0; i < n; i++) {
                        double difference = (double) y[i] - eta[r * n + i];
                        double e = difference * Math.exp(-t);
                        want.add(-SCALE * e * e / 2).add(-SCALE * t).add(-SCALE * Math.log(2 * Math.PI) / 2);
                        wantSlope.add(SCALE * e * e).add(-SCALE);
                        double slope = SCALE * e * Math.exp(-t);
                        close("residual", arena.floats(residual)[r * n + i], slope, 8 * U * Math.abs(slope));
                    }
                    close("logP", arena.doubles(value)[r], want, 8.6 + 37 + 0.01);
                    close("noise", arena.floats(gradient)[5 * r + 2], wantSlope, 8.6 + 37 + 3);
                    for (int other : new int[] {0, 1, 3, 4}) {
                        assertThat(arena.floats(gradient)[5 * r + other]).isEqualTo(slopes[5 * r + other]);
                    }
                }
            }
        }
    }

    /** The gradients of the interface against central differences of the values of the interface, in float64. */
    @EveryDevice
    void residualsAndNoiseGradientAreDerivativesOfTheValue(Device device) {
        float[] y = {1.5f, -2, 0.25f};
        float[] eta = {0.5f, -1, 2};
        double tau = 0.25;
        try (Arena arena = new Arena(device)) {
            Buffer residual = arena.inOut(eta);
            Buffer gradient = arena.inOut(0);
            arena.run(new LikelihoodOps.GaussianNoise(
                    1,
                    3,
                    arena.of(y),
                    SCALE,
                    Matrix.of(arena.of((float) tau), 1, 1),
                    residual,
                    arena.inOut(doubles(0)),
                    Matrix.of(gradient, 1, 1)));
            close("noise", arena.floats(gradient)[0], slope(t -> gaussian(y, eta, t, 0, 0), tau), 1e-5);
            for (int i = 0; i < 3; i++) {
                int at = i;
                double want = slope(d -> gaussian(y, eta, tau, at, d), 0);
                close("residual", arena.floats(residual)[i], want, 1e-5);
            }
            Buffer logits = arena.inOut(eta);
            arena.run(
                    new LikelihoodOps.BernoulliLogit(1, 3, arena.of(1, 0, 1), SCALE, logits, arena.inOut(doubles(0))));
            for (int i = 0; i < 3; i++) {
                int target = 1 - i % 2;
                double want = SCALE * slope(x -> target * x - softplus(x), eta[i]);
                close("residual", arena.floats(logits)[i], want, 1e-5);
            }
        }
    }

    @EveryDevice
    void oneNoiseMayServeAllRows(Device device) {
        float[] y = normals(1, 33);
        float[] eta = normals(2, 3 * 33);
        try (Arena arena = new Arena(device)) {
            Buffer[] residuals = {arena.inOut(eta), arena.inOut(eta)};
            Buffer[] values = {arena.inOut(doubles(1, 2, 3)), arena.inOut(doubles(1, 2, 3))};
            arena.run(new LikelihoodOps.GaussianNoise(
                    3, 33, arena.of(y), 1, new Matrix(arena.of(0.3f), 0, 3, 1, 0, 1), residuals[0], values[0], null));
            arena.run(new LikelihoodOps.GaussianNoise(
                    3, 33, arena.of(y), 1, Matrix.of(arena.of(0.3f, 0.3f, 0.3f), 3, 1), residuals[1], values[1], null));
            assertThat(arena.floats(residuals[0])).containsExactly(arena.floats(residuals[1]));
            assertThat(arena.doubles(values[0])).containsExactly(arena.doubles(values[1]));
        }
    }

    @EveryDevice
    void aNanReachesItsRowOnly(Device device) {
        float[] eta = normals(1, 3 * 1025);
        eta[1025 + 1024] = Float.NaN;
        try (Arena arena = new Arena(device)) {
            Buffer residual = arena.inOut(eta);
            Buffer value = arena.inOut(doubles(0, 0, 0));
            arena.run(new LikelihoodOps.BernoulliLogit(3, 1025, arena.of(targets(1025)), 1, residual, value));
            assertThat(arena.doubles(value)[1]).isNaN();
            assertThat(arena.doubles(value)[0]).isFinite();
            assertThat(arena.doubles(value)[2]).isFinite();
            assertThat(arena.floats(residual)[1025 + 1024]).isNaN();
            assertThat(arena.floats(residual)[1025 + 1023]).isFinite();
        }
    }

    static float[] targets(int n) {
        float[] y = new float[n];
        for (int i = 0; i < n; i++) {
            y[i] = i * 7 % 3 & 1;
        }
        return y;
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    private static double derivative(double x) {
        return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
    }

    private static double gaussian(float[] y, float[] eta, double tau, int at, double shift) {
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            double e = (y[i] - eta[i] - (i == at ? shift : 0)) * Math.exp(-tau);
            sum += -e * e / 2 - tau;
        }
        return SCALE * sum;
    }

    static double slope(DoubleUnaryOperator f, double x) {
        double step = 1e-5;
        return (f.applyAsDouble(x + step) - f.applyAsDouble(x - step)) / (2 * step);
    }
}
