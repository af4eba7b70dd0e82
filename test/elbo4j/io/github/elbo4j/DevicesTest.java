package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Rng;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class DevicesTest {
    private static final boolean VECTORS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private final String threadsBefore = System.getProperty(Devices.THREADS_PROPERTY);

    @AfterEach
    void restoreTheProperty() {
        if (threadsBefore == null) {
            System.clearProperty(Devices.THREADS_PROPERTY);
        } else {
            System.setProperty(Devices.THREADS_PROPERTY, threadsBefore);
        }
    }

    @Test
    void everyDeviceIsListedBestFirstWithItsWords() {
        List<Devices.Status> all = Devices.list();
        assertThat(all).extracting(Devices.Status::name).containsExactly("cuda", "simd", "scalar");
        assertThat(all).allSatisfy(status -> assertThat(status.words()).isNotBlank());
        assertThat(status("scalar").opens()).isTrue();
        assertThat(status("scalar").words()).contains("plain Java", "thread");
        assertThat(status("simd").opens()).isEqualTo(VECTORS);
    }

    @Test
    void whatIsListedAsOpenOpensAndWhatIsNotThrowsTheSameWords() {
        for (Devices.Status status : Devices.list()) {
            if (status.opens()) {
                try (Device device = Devices.open(status.name())) {
                    assertThat(device.name()).isEqualTo(status.name());
                    assertThat(device.description()).isEqualTo(status.words());
                    assertThat(device.toString()).contains(status.name());
                }
            } else {
                assertThatThrownBy(() -> Devices.open(status.name()))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContaining(status.words());
            }
        }
    }

    @Test
    void withoutTheVectorModuleSimdSaysHowToGetIt() {
        if (VECTORS) {
            assertThat(status("simd").words()).contains("-bit vectors");
        } else {
            assertThat(status("simd").words())
                    .contains("jdk.incubator.vector", "start java with --add-modules jdk.incubator.vector");
        }
    }

    @Test
    void autoAndCpuTakeTheFirstThatIsThereAndSayWhatTheyPassedOver() {
        for (String name : new String[] {"auto", "cpu"}) {
            Devices.Choice choice = Devices.choose(Devices.Request.of(name).withThreads(1));
            try (Device device = choice.device()) {
                List<Devices.Status> candidates = Devices.list().subList(name.equals("auto") ? 0 : 1, 3);
                Devices.Status first = candidates.stream()
                        .filter(Devices.Status::opens)
                        .findFirst()
                        .orElseThrow();
                assertThat(device.name()).isEqualTo(first.name());
                for (Devices.Status passedOver : candidates.subList(0, candidates.indexOf(first))) {
                    assertThat(choice.reason()).contains("no " + passedOver.name(), passedOver.words());
                }
                assertThat(choice.reason()).isNotBlank();
            }
        }
    }

    @Test
    void aNamedDeviceIsTheOneThatOpens() {
        Devices.Choice choice = Devices.choose(Devices.Request.of("scalar").withThreads(3));
        try (Device device = choice.device()) {
            assertThat(device.name()).isEqualTo("scalar");
            assertThat(device.description()).contains("3 threads");
            assertThat(choice.reason()).contains("asked for");
        }
        try (Device device = Devices.open("scalar", 1)) {
            assertThat(device.description()).contains("1 thread").doesNotContain("threads");
        }
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        for (String name : new String[] {"gpu", "SCALAR", "", " cpu"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Devices.open(name))
                    .withMessageContainingAll("'" + name + "'", "auto", "cpu", "cuda", "simd", "scalar");
        }
    }

    @Test
    void whatOnlyAGpuCanDoIsNotAskedOfAProcessor() {
        for (Devices.Request request : List.of(
                Devices.Request.of("scalar").withArithmetic(Arithmetic.FAST),
                Devices.Request.of("cpu").withRng(Rng.CURAND_XORWOW))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Devices.choose(request))
                    .withMessageContainingAll("needs the device cuda", "'" + request.name() + "'");
        }
    }

    @Test
    void fastArithmeticIsNeverReplacedByAProcessor() {
        Devices.Request fast = Devices.Request.of("auto").withArithmetic(Arithmetic.FAST);
        try (Device device = Devices.choose(fast).device()) {
            assertThat(device.name()).isEqualTo("cuda");
            assertThat(device.arithmetic()).isEqualTo(Arithmetic.FAST);
        } catch (DeviceException e) {
            assertThat(e).hasMessageContaining("cuda"); // none here, or no cuBLAS
        }
    }

    @Test
    void autoLeavesSmallStepsToAProcessor() {
        Devices.Request auto = Devices.Request.of("auto").withThreads(1);
        try (Device device =
                Devices.choose(auto.withStepSize(Devices.CUDA_STEP - 1)).device()) {
            assertThat(device.name()).isNotEqualTo("cuda");
        }
        String first = status("cuda").opens() ? "cuda" : VECTORS ? "simd" : "scalar";
        try (Device device =
                Devices.choose(auto.withStepSize(Devices.CUDA_STEP)).device()) {
            assertThat(device.name()).isEqualTo(first);
        }
    }

    /** Vector code is compiled when a short work is done; a device that is named is taken all the same. */
    @Test
    void aColdStartLeavesSmallStepsToScalar() {
        for (String name : new String[] {"auto", "cpu", "simd"}) {
            if (name.equals("simd") && !VECTORS) {
                continue;
            }
            for (long step : new long[] {1, Devices.SIMD_STEP - 1, Devices.SIMD_STEP, 0}) {
                Devices.Request request =
                        Devices.Request.of(name).withThreads(1).withStepSize(step);
                boolean small = step > 0 && step < Devices.SIMD_STEP && !name.equals("simd");
                String warm = VECTORS ? "simd" : "scalar";
                Devices.Choice choice = Devices.choose(request.withColdStart());
                try (Device cold = choice.device();
                        Device device = Devices.choose(request).device()) {
                    String first =
                            step == 0 && name.equals("auto") && status("cuda").opens() ? "cuda" : warm;
                    assertThat(device.name()).isEqualTo(first);
                    assertThat(cold.name()).isEqualTo(small ? "scalar" : first);
                    assertThat(choice.reason().contains("simd: a step of " + step + " numbers is too small"))
                            .isEqualTo(small && VECTORS);
                }
            }
        }
    }

    @Test
    void aGpuThatIsNotThereIsRefusedByItsNumber() {
        Assumptions.assumeTrue(status("cuda").opens(), "no cuda device");
        assertThatThrownBy(() -> Devices.open("cuda:99"))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("no device 99");
    }

    /** A program can tell a device that is not there from one that is broken. */
    @Test
    void aNamedDeviceThatIsAbsentHasAnExceptionOfItsOwn() {
        for (Devices.Status status : Devices.list()) {
            if (status.words().contains("no NVIDIA driver") || status.words().contains("is not loaded")) {
                assertThatThrownBy(() -> Devices.open(status.name())).isInstanceOf(AbsentDeviceException.class);
            }
        }
    }

    @Test
    void nullArgumentsAreNamed() {
        assertThatThrownBy(() -> Devices.open(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("name is null");
        assertThatThrownBy(() -> Devices.choose(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("request is null");
        assertThatThrownBy(() -> Devices.Request.of("cpu").withRng(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("rng is null");
    }

    @Test
    void fewerThanOneThreadIsRefused() {
        for (int threads : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Devices.open("cpu", threads))
                    .withMessageContainingAll("threads is " + threads, "1 or more");
        }
    }

    @Test
    void thePropertyLimitsTheThreads() {
        System.setProperty(Devices.THREADS_PROPERTY, " 5 ");
        assertThat(Devices.defaultThreads()).isEqualTo(5);
        try (Device device = Devices.open("scalar")) {
            assertThat(device.description()).contains("5 threads");
        }
        System.clearProperty(Devices.THREADS_PROPERTY);
        assertThat(Devices.defaultThreads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void aPropertyThatIsNoNumberOfThreadsIsRefusedWithItsValue() {
        for (String value : new String[] {"0", "-2", "many", "", "1.5", "99999999999"}) {
            System.setProperty(Devices.THREADS_PROPERTY, value);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Devices.open("cpu"))
                    .withMessageContainingAll(Devices.THREADS_PROPERTY, "'" + value + "'", "1 or more");
        }
    }

    private static Devices.Status status(String name) {
        return Devices.list().stream()
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
