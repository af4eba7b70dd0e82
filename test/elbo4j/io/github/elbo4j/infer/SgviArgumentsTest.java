package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.GaussianTarget;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a fit refuses before it begins; each message names the argument, what it was and what it must be. */
class SgviArgumentsTest {
    private static final Device DEVICE = TestDevices.scalar();

    @Test
    void anInitialMeanThatIsNoPlaceIsRefused() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e39}) {
            refused(
                    "initialMean[1] is " + bad + ", but must be finite (in float32)",
                    () -> Sgvi.builder().initialMean(0, bad));
        }
        for (Family family : Family.values()) {
            try (LogJoint target = GaussianTarget.diagonal(DEVICE, new double[3], new double[] {1, 1, 1})) {
                Sgvi fit = Sgvi.builder().family(family).initialMean(1, 2).build();
                refused("initialMean has 2 elements, but the model has 3 dimensions", () -> fit.fit(DEVICE, target));
            }
        }
    }

    @Test
    void namesThatDoNotTellParametersApartAreRefused() {
        Sgvi fit = Sgvi.builder().build();
        refused(
                "the model has two parameters named 'b', but each needs a name of its own",
                () -> fit.fit(DEVICE, named("b", "a", "b")));
        refused("the model has 3 dimensions, but names 2 parameters", () -> fit.fit(DEVICE, named("a", "b")));
    }

    @Test
    void pointsThatDoNotSuitTheGradientOrTheModelAreRefused() {
        refused(
                "points is SOBOL, but the score gradient needs independent draws",
                () -> Sgvi.builder()
                        .gradient(Gradient.SCORE)
                        .points(PointSet.SOBOL)
                        .build());
        refused("points is null", () -> Sgvi.builder().points(null));
        Sgvi fit = Sgvi.builder().points(PointSet.SOBOL).build();
        try (LogJoint target = GaussianTarget.diagonal(DEVICE, new double[1025], ones(1025))) {
            refused(
                    "points is SOBOL, of which there are 1024 dimensions at most, but the model has 1025 dimensions; take"
                            + " antithetic or independent draws",
                    () -> fit.fit(DEVICE, target));
        }
    }

    private static double[] ones(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void noEvaluationDrawsAreRefused() {
        refused(
                "evaluationDraws is 0, but must be 1 or more",
                () -> Sgvi.builder().evaluationDraws(0));
    }

    @Test
    void nullArgumentsAreNamed() {
        Sgvi fit = Sgvi.builder().build();
        refused("device is null", () -> fit.fit(null, named("a", "b", "c")));
        refused("joint is null", () -> fit.fit(DEVICE, null));
        refused("family is null", () -> Sgvi.builder().family(null));
        refused("gradient is null", () -> Sgvi.builder().gradient(null));
        refused("baseline is null", () -> Sgvi.builder().baseline(null));
        refused("optimizer is null", () -> Sgvi.builder().optimizer(null));
        refused("initialMean is null", () -> Sgvi.builder().initialMean((double[]) null));
        refused("listener is null", () -> Sgvi.builder().listener(null));
        refused("cancelled is null", () -> Sgvi.builder().cancelled(null));
    }

    /** Of three dimensions, whatever the names. */
    private static LogJoint named(String... names) {
        return new LogJoint() {
            @Override
            public int dimensions() {
                return 3;
            }

            @Override
            public List<String> parameterNames() {
                return List.of(names);
            }

            @Override
            public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
                throw new AssertionError("a fit has begun");
            }
        };
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfAny(IllegalArgumentException.class, NullPointerException.class)
                .hasMessage(message);
    }
}
