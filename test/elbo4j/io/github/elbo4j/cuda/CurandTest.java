package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.Numbers;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.family.LowRankGaussian;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Normals of cuRAND in the place of those by address. */
class CurandTest {
    private static final Key KEY = new Key(5);

    @BeforeEach
    void needsCurand() {
        Present.cuda();
        assumeTrue(Library.noCurand() == null, "there is no cuRAND");
    }

    @ParameterizedTest
    @EnumSource(names = "PHILOX", mode = EnumSource.Mode.EXCLUDE)
    void aBlockHasItsOwnNormalsAndHasThemAgain(Rng rng) {
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT.withRng(rng))) {
            assertThat(device.description()).contains("cuRAND");
            DrawBlock shape = DrawBlock.of(2, 5, 3);
            float[] first = normals(device, KEY, 1, shape);
            Set<Float> distinct = new HashSet<>();
            int drawn = 0;
            for (float[] block : List.of(
                    first,
                    normals(device, KEY, 2, shape),
                    normals(device, new Key(6), 1, shape),
                    normals(device, KEY, 1, shape.at(0, 5, 0)),
                    normals(device, KEY, 1, shape.at(2, 0, 0)))) {
                for (float x : block) {
                    distinct.add(x);
                    drawn++;
                }
            }
            // Two of 150 normals in float32 agree by chance about once in a thousand times.
            assertThat(distinct.size()).isGreaterThan(drawn - 3);
            assertThat(normals(device, KEY, 1, shape)).isEqualTo(first);
            try (Device other = CudaDevice.open(CudaOptions.DEFAULT)) {
                assertThat(normals(other, KEY, 1, shape)).isNotEqualTo(first);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "PHILOX", mode = EnumSource.Mode.EXCLUDE)
    void theyAreStandardNormals(Rng rng) {
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT.withRng(rng))) {
            float[] x = normals(device, KEY, 1, DrawBlock.of(1, 1001, 101)); // odd: generators make pairs
            double sum = 0;
            double squares = 0;
            for (float each : x) {
                sum += each;
                squares += each * (double) each;
            }
            // Five standard deviations.
            assertThat(Math.abs(sum) / Math.sqrt(x.length)).isLessThan(5);
            assertThat(Math.abs(squares - x.length) / Math.sqrt(2.0 * x.length)).isLessThan(5);
        }
    }

    @Test
    void drawsAreMadeOfThem() {
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT.withRng(Rng.CURAND));
                Buffer mu = device.copyOf(Numbers.normals(1, 14));
                Buffer omega = device.allocate(14);
                Buffer factor = device.allocate(2 * 49);
                Buffer z = device.allocate(2 * 3 * 7)) {
            DrawBlock shape = DrawBlock.of(2, 3, 7);
            float[] epsilon = normals(device, KEY, 3, shape);
            device.run(new MeanFieldOps.Sample(KEY, Index.of(3), shape, mu, omega, z));
            float[] got = z.toFloats();
            float[] location = mu.toFloats();
            for (int i = 0; i < got.length; i++) {
                assertThat(got[i]).isEqualTo(location[i / 21 * 7 + i % 7] + epsilon[i]);
            }
            device.run(new FullRankOps.FullRankSample(KEY, Index.of(3), shape, mu, factor, z));
            assertThat(z.toFloats()).isEqualTo(got);
        }
    }

    /** Else the density at a draw would be that of another point. */
    @Test
    void lowRankDrawsAndTheirDensitiesAreMadeOfTheSame() {
        DrawBlock shape = DrawBlock.of(2, 3, 7);
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT.withRng(Rng.CURAND));
                LowRankGaussian q = new LowRankGaussian(device, 2, 7, 3);
                Buffer z = device.allocate(shape.elements());
                Buffer atDraw = device.allocate(ElementType.FLOAT64, shape.allDraws());
                Buffer atPoint = device.allocate(ElementType.FLOAT64, shape.allDraws())) {
            float[] parameters = Numbers.normals(1, 2L * q.parameters(), 0, 0.5);
            q.parameterBuffer().write(0, parameters, 0, parameters.length);
            q.update();
            q.sample(KEY, 3, shape, z);
            Recorder.run(device, to -> q.logDensityAtDraw(to, KEY, Index.of(3), shape, z, atDraw));
            q.logDensity(shape, z, atPoint);
            for (int row = 0; row < 6; row++) {
                // rounding of z in float32, times what is left of 1/sigma
                Numbers.close("log q", atDraw.toDoubles()[row], atPoint.toDoubles()[row], 1e-3);
            }
        }
    }

    @Test
    void aFailureOfCurandIsToldInWords() {
        Present.emulator();
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT.withRng(Rng.CURAND))) {
            DrawBlock shape = DrawBlock.of(1, 2, 3);
            Emulator.fail("curandGenerateNormal", 1, 201);
            assertThatThrownBy(() -> normals(device, KEY, 1, shape))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("normals of cuRAND, 6 of them, failed", "CURAND_STATUS_LAUNCH_FAILURE");
            assertThat(normals(device, KEY, 1, shape)).doesNotContain(0f);
        } finally {
            Emulator.reset();
        }
    }

    private static float[] normals(Device device, Key key, int step, DrawBlock shape) {
        try (Buffer x = device.allocate(shape.elements())) {
            device.run(new NormalOps.Normal(key, Index.of(step), shape, x));
            return x.toFloats();
        }
    }
}
