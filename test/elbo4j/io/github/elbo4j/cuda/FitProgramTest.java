package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a fit asks of the driver. */
class FitProgramTest {
    private static final String[] OF_STEPS = {
        "cuGraphLaunch", "cuLaunchKernel", "cuMemcpyHtoDAsync", "cuMemcpyDtoHAsync", "cuMemAlloc", "kernel"
    };

    /**
     * 400 steps are 400 launches of one graph: its kernels, and the one that counts the step. Every few hundred steps, and where
     * these take longer, every 200 ms, a look copies what is needed next, four arrays or so, and a block's end compares.
     */
    @ParameterizedTest
    @MethodSource("families")
    void aStepOfAFitIsOneLaunch(Family family, int kernels) {
        Present.emulator();
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT)) {
            long[] shorter = calls(device, family, 400);
            long begun = System.nanoTime();
            long[] longer = calls(device, family, 800);
            long some = 100 + 5 * (System.nanoTime() - begun) / 200_000_000L;
            assertThat(some)
                    .as("this machine is too slow to tell a copy a step from a few")
                    .isLessThan(800);
            assertThat(longer[0] - shorter[0]).as("graphs").isBetween(397L, 401L);
            assertThat(longer[1] - shorter[1]).as("single launches").isLessThan(100);
            assertThat(longer[2] - shorter[2]).as("copies to the device").isLessThan(some);
            assertThat(longer[3] - shorter[3]).as("copies from it").isLessThan(some);
            assertThat(longer[5] - shorter[5] - (longer[1] - shorter[1]))
                    .as("kernels in graphs")
                    .isBetween((kernels - 1) * 400L, (kernels + 1) * 400L);
        }
    }

    static List<Arguments> families() {
        return List.of(
                Arguments.of(Family.meanField(), 9),
                Arguments.of(Family.fullRank(), 18),
                Arguments.of(Family.lowRank(2), 19));
    }

    private static long[] calls(Device device, Family family, int steps) {
        double[] mean = new double[10];
        double[] sd = new double[10];
        Arrays.setAll(mean, i -> 1000.0 * (i - 4.5)); // so far that the fit climbs all the time
        Arrays.setAll(sd, i -> 1 + 0.1 * i);
        Emulator.reset();
        try (LogJoint target = GaussianTarget.diagonal(device, mean, sd)) {
            Sgvi.builder()
                    .family(family)
                    .starts(0)
                    .tolerance(1e-9)
                    .evaluationDraws(200)
                    .maxSteps(steps)
                    .build()
                    .fit(device, target);
        }
        return Arrays.stream(OF_STEPS).mapToLong(Emulator::calls).toArray();
    }
}
