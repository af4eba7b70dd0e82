package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.OpCase;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.HostCall;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.Workspace;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a run of a program calls: the driver once, Java code and libraries in their places between graphs. */
@Timeout(120)
class ProgramCallsTest {
    private static final int N = 100;
    private static final CudaOptions OTHER = CudaOptions.DEFAULT.withOrdinal(1);

    @BeforeEach
    void needsCuda() {
        Present.cuda();
        if (Emulator.isPresent()) {
            Emulator.reset();
        }
    }

    // ---- host calls and libraries ----

    @Test
    void aHostCallComesAfterWhatIsBeforeIt() throws Exception {
        ExecutorService another = Executors.newSingleThreadExecutor();
        try (Device device = CudaDevice.open(ProgramTest.fewDevices());
                Buffer x = device.allocate(N);
                Buffer y = device.allocate(N)) {
            List<Float> seen = new ArrayList<>();
            Recorder recorder = new Recorder(new Workspace(device));
            recorder.run(new MathOps.Axpy(N, 1, y, x));
            recorder.run(new MathOps.Axpy(N, 1, y, x));
            recorder.run(new HostCall("look and write", () -> {
                seen.add(x.toFloats()[N - 1]);
                try { // another thread may use the device meanwhile
                    another.submit(() -> device.run(new MathOps.Fill(N, 1000 * seen.size(), x)))
                            .get();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
            recorder.run(new MathOps.Axpy(N, 1, y, x));
            recorder.run(new MathOps.Axpy(N, 1, y, x));
            try (Program program = recorder.bind()) {
                assertThat(seen).as("binding calls nothing").isEmpty();
                device.run(new MathOps.Fill(N, 3, y));
                program.run();
                program.run();
            }
            device.run(new HostCall("by itself", () -> seen.add(x.toFloats()[0])));
            assertThat(seen).containsExactly(6f, 1012f, 2006f);
        } finally {
            another.shutdownNow();
        }
    }

    /** Products of cuBLAS, and normals of cuRAND whose step is counted, in their places between graphs. */
    @ParameterizedTest
    @EnumSource(Rng.class)
    void librariesKeepTheOrder(Rng rng) {
        Present.emulator();
        DrawBlock shape = DrawBlock.of(1, 2, 3);
        try (Device device =
                        CudaDevice.open(OTHER.withArithmetic(Arithmetic.FAST).withRng(rng));
                Arena arena = new Arena(device)) {
            Buffer counter = arena.of(new int[] {0, 1});
            Buffer by = arena.of(new int[] {1, 2});
            Buffer a = arena.of(new float[4]);
            Buffer b = arena.of(1, 2, 3, 4);
            Buffer c = arena.of(new float[4]);
            Buffer z = arena.of(new float[6]);
            Buffer w = arena.of(new float[6]);
            Recorder recorder = new Recorder(new Workspace(device));
            recorder.run(new MathOps.Average(
                    4, Scalar.lookedUp(arena.of(new double[] {1, 0.5, 0.25}), Index.counted(counter, 0)), b, a));
            recorder.run(new GemmOps.Gemm(Matrix.of(a, 2, 2), Matrix.of(b, 2, 2), false, Matrix.of(c, 2, 2)));
            recorder.run(new MathOps.Fill(4, -1, a));
            recorder.run(new MathOps.Axpy(4, 1, a, c));
            recorder.run(new NormalOps.Normal(OpCase.KEY, new Index(10, 3, counter, 1), shape, z));
            recorder.run(
                    new NormalOps.Normal(OpCase.KEY, Index.of(5), shape, w)); // must not take the place of those before
            recorder.run(new MathOps.Advance(2, by, counter));
            List<float[]> draws = new ArrayList<>();
            try (Program program = recorder.bind()) {
                assertThat(Emulator.calls("cublasSgemm"))
                        .as("products in binding")
                        .isZero();
                assertThat(Emulator.calls("curandGenerateNormal"))
                        .as("normals in binding")
                        .isZero();
                for (int k = 0; k < 3; k++) {
                    program.run();
                    draws.add(z.toFloats());
                    double share = new double[] {1, 0.5, 0.25}[k]; // of b in a, which was 0, then −1
                    double[] left = {1, 2, 3, 4};
                    for (int i = 0; i < 4; i++) {
                        left[i] = k == 0 ? left[i] : -1 + share * (left[i] + 1);
                    }
                    assertThat(c.toFloats())
                            .containsExactly(
                                    (float) (left[0] + 3 * left[1] - 1),
                                    (float) (2 * left[0] + 4 * left[1] - 1),
                                    (float) (left[2] + 3 * left[3] - 1),
                                    (float) (2 * left[2] + 4 * left[3] - 1));
                }
            }
            float[] fifth = w.toFloats();
            for (int k = 0; k < 3; k++) {
                device.run(new NormalOps.Normal(OpCase.KEY, Index.of(10 + 3 * (1 + 2 * k)), shape, z));
                assertThat(draws.get(k)).as("draws of run %d", k).isEqualTo(z.toFloats());
            }
            device.run(new NormalOps.Normal(OpCase.KEY, Index.of(5), shape, z));
            assertThat(fifth).isEqualTo(z.toFloats());
        }
    }

    // ---- calls of the driver ----

    /** What the driver was called since the last reset, by function. */
    private static Map<String, Long> calls() {
        Map<String, Long> all = new TreeMap<>();
        for (Method method : JCudaDriver.class.getMethods()) {
            try {
                if (method.getName().startsWith("cu") && Emulator.calls(method.getName()) > 0) {
                    all.put(method.getName(), Emulator.calls(method.getName()));
                }
            } catch (IllegalArgumentException e) {
                continue; // JCuda has it, drivers have not
            }
        }
        return all;
    }

    /** Which context a thread has, other code of the process may have changed. */
    @Test
    void aRunIsOneCallOfTheDriver() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Arena arena = new Arena(device);
                Program program = device.bind(new ProgramStep(arena, 100).counted())) {
            for (int run = 0; run < 3; run++) {
                Emulator.reset();
                program.run();
                assertThat(calls()).isEqualTo(Map.of("cuCtxSetCurrent", 1L, "cuGraphLaunch", 1L));
            }
            device.synchronize();
            assertThat(Emulator.calls("kernel")).as("kernels of a run").isEqualTo(ProgramStep.KERNELS);
        }
    }

    @Test
    void whatIsNoLaunchPartsAGraph() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N)) {
            for (int parts = 1; parts <= 4; parts++) {
                Recorder recorder = new Recorder(new Workspace(device));
                for (int i = 0; i < parts; i++) {
                    if (i > 0) {
                        recorder.run(new HostCall("between", () -> {}));
                    }
                    recorder.run(new MathOps.Fill(N, 1, x));
                    recorder.run(new MathOps.Fill(N, 2, x));
                }
                try (Program program = recorder.bind()) {
                    Emulator.reset();
                    program.run();
                    assertThat(Emulator.calls("cuGraphLaunch")).isEqualTo(parts);
                    assertThat(Emulator.calls("cuStreamSynchronize")).isEqualTo(parts - 1);
                    assertThat(Emulator.calls("cuLaunchKernel")).isZero();
                }
            }
        }
    }

    @Test
    void oneLaunchIsNoGraphAndManyAreOne() {
        Present.emulator();
        try (Device device = CudaDevice.open(OTHER);
                Buffer x = device.allocate(N);
                Buffer one = device.allocate(N)) {
            device.run(new MathOps.Fill(N, 1, one));
            for (int length : new int[] {0, 1, 2, 300}) {
                Recorder recorder = new Recorder(new Workspace(device));
                for (int i = 0; i < length; i++) {
                    recorder.run(new MathOps.Axpy(N, 1, one, x));
                }
                device.run(new MathOps.Fill(N, 0, x));
                Emulator.reset();
                try (Program program = recorder.bind()) {
                    program.run();
                    program.run();
                }
                assertThat(x.toFloats()).containsOnly(2 * length);
                assertThat(Emulator.calls("cuGraphInstantiate")).isEqualTo(length > 1 ? 1 : 0);
                assertThat(Emulator.calls("cuGraphLaunch")).isEqualTo(length > 1 ? 2 : 0);
                assertThat(Emulator.calls("cuLaunchKernel")).isEqualTo(length == 1 ? 2 : 0);
            }
        }
    }
}
