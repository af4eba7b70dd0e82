package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** A thread that is interrupted ends its fit soon, wherever the fit is. */
class InterruptedFitTest {
    private static final Device DEVICE = TestDevices.scalar();

    /** Wherever it is: among the starts, in a step, in the last measurement; the draw at which it comes is the last one. */
    @Test
    void anInterruptedThreadEndsItsFitInTheMiddleOfAStep() {
        for (Family family : Family.values()) {
            for (int starts : new int[] {0, 2}) {
                for (int last : new int[] {3, 61, 1000, 5000}) {
                    int[] calls = {0};
                    LogJoint joint = HostLogJoint.ofDraw(List.of("x", "y"), (z, gradient) -> {
                        if (++calls[0] == last) {
                            Thread.currentThread().interrupt();
                        }
                        gradient[0] = -z[0];
                        gradient[1] = -z[1];
                        return -0.5 * (z[0] * z[0] + z[1] * z[1]);
                    });
                    FitResult fit =
                            Sgvi.builder().family(family).starts(starts).build().fit(DEVICE, joint);
                    assertThat(Thread.interrupted()).as("the caller's to see").isTrue();
                    assertThat(calls[0]).isEqualTo(last);
                    assertThat(fit.status()).isEqualTo(Status.INTERRUPTED);
                    assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
                    assertThat(fit.posterior().standardDeviation(0)).isPositive();
                    assertThat(fit.message()).containsAnyOf("in the middle of step", "the result was not measured");
                }
            }
        }
    }

    /** In the check of the gradient, before there is anything else: q is what was asked for. */
    @Test
    void whatIsInterruptedAtOnceIsTheInitialGuess() {
        for (Family family : Family.values()) {
            LogJoint joint = HostLogJoint.ofDraw(List.of("x", "y"), (z, gradient) -> {
                Thread.currentThread().interrupt();
                return 0;
            });
            FitResult fit = Sgvi.builder()
                    .family(family)
                    .initialMean(3, -4)
                    .initialSd(0.25)
                    .build()
                    .fit(DEVICE, joint);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(fit.message()).contains("this is the initial guess");
            for (int i = 0; i < 2; i++) {
                assertThat(fit.posterior().mean(i)).isEqualTo(i == 0 ? 3 : -4);
                assertThat(fit.posterior().standardDeviation(i)).isCloseTo(0.25, within(1e-7));
            }
        }
    }

    /** However many draws a step has, work on many rows looks between the parts that its workspace holds. */
    @Test
    void workOnManyRowsLooksWhetherItIsWanted() {
        RegressionData data = new RegressionData(List.of("x"), new double[] {1, 2, 3}, new double[] {0, 1, 1});
        try (BayesianLogisticRegression model = new BayesianLogisticRegression(DEVICE, data, new NormalPrior(0, 1));
                LogJoint joint = model.logJoint();
                Buffer z = DEVICE.allocate(4);
                Buffer logP = DEVICE.allocate(ElementType.FLOAT64, 4)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> joint.evaluate(DrawBlock.of(1, 4, 1), z, logP, null))
                    .isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
            joint.evaluate(DrawBlock.of(1, 4, 1), z, logP, null);
        }
    }
}
