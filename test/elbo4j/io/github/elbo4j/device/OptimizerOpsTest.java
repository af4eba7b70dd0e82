package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.U;
import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import org.junit.jupiter.api.Test;

class OptimizerOpsTest {
    private static final int[] SIZES = {0, 1, 33, 1025, 4099};

    @EveryDevice
    void sgdAddsRateTimesGradient(Device device) {
        for (int n : SIZES) {
            float[] g = normals(1, n);
            float[] x = normals(2, n);
            try (Arena arena = new Arena(device)) {
                Buffer parameter = arena.inOut(x);
                arena.run(new OptimizerOps.Sgd(n, Scalar.of(0.03f), arena.of(g), parameter));
                for (int i = 0; i < n; i++) {
                    same("parameter", arena.floats(parameter)[i], Math.fma(0.03f, g[i], x[i]));
                }
            }
        }
    }

    /** A scale of powers of two changes units and rounds nothing: the steps of x are scale times those of x/scale. */
    @EveryDevice
    void aScaleIsAChangeOfUnits(Device device) {
        for (int n : SIZES) {
            float[] scale = new float[n];
            float[] inverse = new float[n];
            for (int i = 0; i < n; i++) {
                scale[i] = Math.scalb(1f, i % 21 - 10);
                inverse[i] = 1 / scale[i];
            }
            float[] x = normals(7, n);
            try (Arena arena = new Arena(device)) {
                Buffer units = arena.of(scale);
                Buffer scaled = arena.inOut(x);
                Buffer plain = arena.inOut(times(x, inverse));
                Buffer[] m = {arena.inOut(new float[n]), arena.inOut(new float[n])};
                Buffer[] v = {arena.inOut(new float[n]), arena.inOut(new float[n])};
                for (int t = 1; t <= 5; t++) {
                    float[] g = normals(200 + t, n, 0.5, 1);
                    Buffer same = arena.of(times(g, scale));
                    OptimizerOps.Decay decay = new OptimizerOps.Decay(0.9f, 0.99f, 1e-6f);
                    arena.run(new OptimizerOps.Adam(
                            n,
                            Scalar.of(decay.rateAt(t, 0.02f)),
                            Scalar.of(decay.correctionAt(t)),
                            decay,
                            arena.of(g),
                            units,
                            m[0],
                            v[0],
                            scaled));
                    arena.run(new OptimizerOps.Adam(
                            n,
                            Scalar.of(decay.rateAt(t, 0.02f)),
                            Scalar.of(decay.correctionAt(t)),
                            decay,
                            same,
                            null,
                            m[1],
                            v[1],
                            plain));
                }
                assertThat(arena.floats(scaled)).isEqualTo(times(arena.floats(plain), scale));
                assertThat(arena.floats(m[0])).isEqualTo(arena.floats(m[1]));
            }
        }
    }

    private static float[] times(float[] a, float[] b) {
        float[] product = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            product[i] = a[i] * b[i];
        }
        return product;
    }

    /**
     * Twenty steps against float64. A moment is a mean of at most twenty rounded numbers, each rounded three times; so the
     * step, below rate·max|g|/min|g| = 20 rates here, is off by less than 200 roundings of itself.
     */
    @EveryDevice
    void adamIsTheRecurrenceOfKingmaAndBa(Device device) {
        float rate = 0.02f;
        float beta1 = 0.9f;
        float beta2 = 0.99f;
        float guard = 1e-6f;
        for (int n : SIZES) {
            float[] x = normals(1, n);
            double[] m = new double[n];
            double[] v = new double[n];
            double[] want = new double[n];
            double[] travelled = new double[n];
            try (Arena arena = new Arena(device)) {
                Buffer parameter = arena.inOut(x);
                Buffer first = arena.inOut(new float[n]);
                Buffer second = arena.inOut(new float[n]);
                for (int i = 0; i < n; i++) {
                    want[i] = x[i];
                }
                for (int t = 1; t <= 20; t++) {
                    float[] g = normals(100 + t, n, 0.5, 1);
                    OptimizerOps.Decay decay = new OptimizerOps.Decay(beta1, beta2, guard);
                    arena.run(new OptimizerOps.Adam(
                            n,
                            Scalar.of(decay.rateAt(t, rate)),
                            Scalar.of(decay.correctionAt(t)),
                            decay,
                            arena.of(g),
                            null,
                            first,
                            second,
                            parameter));
                    for (int i = 0; i < n; i++) {
                        m[i] = beta1 * m[i] + (1.0 - beta1) * g[i];
                        v[i] = beta2 * v[i] + (1.0 - beta2) * g[i] * g[i];
                        double step = rate
                                * (m[i] / (1 - Math.pow(beta1, t)))
                                / (Math.sqrt(v[i] / (1 - Math.pow(beta2, t))) + guard);
                        want[i] += step;
                        travelled[i] += 20 * rate;
                    }
                }
                for (int i = 0; i < n; i++) {
                    close("m", arena.floats(first)[i], m[i], 60 * U * 4);
                    close("v", arena.floats(second)[i], v[i], 60 * U * 16);
                    double tolerance = 200 * U * travelled[i] + 20 * U * (Math.abs(want[i]) + travelled[i]);
                    close("parameter", arena.floats(parameter)[i], want[i], tolerance);
                }
            }
        }
    }

    @Test
    void stepsOfAdamBeginAtOne() {
        OptimizerOps.Decay decay = new OptimizerOps.Decay(0.9f, 0.999f, 1e-8f);
        for (int t : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> decay.rateAt(t, 0.1f))
                    .withMessageContaining("t is " + t);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> decay.correctionAt(t))
                    .withMessageContaining("t is " + t);
        }
    }

    @EveryDevice
    void theFirstStepOfAdamIsTheRateWhateverTheGradient(Device device) {
        float[] g = {1e-3f, -1e-3f, 1, -1, 1e10f, -1e15f};
        try (Arena arena = new Arena(device)) {
            Buffer parameter = arena.inOut(new float[6]);
            Buffer zeros = arena.inOut(new float[6]);
            Buffer more = arena.inOut(new float[6]);
            OptimizerOps.Decay decay = new OptimizerOps.Decay(0.9f, 0.999f, 1e-12f);
            arena.run(new OptimizerOps.Adam(
                    6,
                    Scalar.of(decay.rateAt(1, 0.1f)),
                    Scalar.of(decay.correctionAt(1)),
                    decay,
                    arena.of(g),
                    null,
                    zeros,
                    more,
                    parameter));
            for (int i = 0; i < 6; i++) {
                close("step", arena.floats(parameter)[i], 0.1 * Math.signum(g[i]), 0.1 * 12 * U);
            }
        }
    }

    @EveryDevice
    void withoutAGradientNothingMoves(Device device) {
        try (Arena arena = new Arena(device)) {
            for (float guard : new float[] {1e-8f, Float.MIN_NORMAL}) {
                Buffer parameter = arena.inOut(1, -2);
                Buffer m = arena.inOut(0, 0);
                Buffer v = arena.inOut(0, 0);
                OptimizerOps.Decay decay = new OptimizerOps.Decay(0.9f, 0.999f, guard);
                arena.run(new OptimizerOps.Adam(
                        2,
                        Scalar.of(decay.rateAt(1, 0.1f)),
                        Scalar.of(decay.correctionAt(1)),
                        decay,
                        arena.of(0f, -0f),
                        null,
                        m,
                        v,
                        parameter));
                assertThat(arena.floats(parameter)).containsExactly(1, -2);
                assertThat(arena.floats(v)).containsExactly(0, 0);
            }
        }
    }

    @EveryDevice
    void aNanInAGradientReachesItsParameterOnly(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer parameter = arena.inOut(1, 1, 1);
            Buffer m = arena.inOut(0, 0, 0);
            Buffer v = arena.inOut(0, 0, 0);
            Buffer g = arena.of(1, Float.NaN, 1);
            OptimizerOps.Decay decay = new OptimizerOps.Decay(0.9f, 0.999f, 1e-8f);
            arena.run(new OptimizerOps.Adam(
                    3,
                    Scalar.of(decay.rateAt(1, 0.1f)),
                    Scalar.of(decay.correctionAt(1)),
                    decay,
                    g,
                    null,
                    m,
                    v,
                    parameter));
            arena.run(new OptimizerOps.Sgd(3, Scalar.of(0.1f), g, parameter));
            float[] got = arena.floats(parameter);
            assertThat(got[1]).isNaN();
            assertThat(got[0]).isEqualTo(got[2]).isFinite();
        }
    }
}
