package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.HostLogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How fits by batch and match end where something is in their way, and what is then kept. */
class BatchAndMatchEndingsTest {
    private static final Device HOST = TestDevices.scalar();

    private static HostLogJoint logistic() {
        return HostLogJoint.ofDraw(List.of("a", "b"), BatchAndMatchTest::logistic);
    }

    /** Their scores are those of the same normal, and so is what they say: N(0, 1) is exact, whatever draws are missing. */
    @Test
    void drawsWithoutAScoreAreLeftOut() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1e300}) {
            HostLogJoint joint = HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> {
                gradient[0] = z[0] > 1 ? bad : -z[0];
                return -z[0] * z[0] / 2;
            });
            FitResult fit = new BatchAndMatch().fit(HOST, joint);
            // A sixth of 16·128: 325 ± 17.
            assertThat(fit.message())
                    .containsPattern(
                            "; (2[5-9]|3[0-9])\\d draws were left out, where log p or its gradient is not finite");
            assertThat(fit.posterior().mean(0)).isCloseTo(0, within(1e-9));
            assertThat(fit.posterior().standardDeviation(0)).isCloseTo(1, within(1e-9));
        }
    }

    /** Six in ten draws of N(0, 1) are beyond ½, so that q is drawn together again and again. */
    @Test
    void whereMostDrawsHaveNoScoreItDiverges() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> {
            gradient[0] = Math.abs(z[0]) > 0.5 ? Double.NaN : -z[0];
            return -z[0] * z[0] / 2;
        });
        FitResult fit = new BatchAndMatch().fit(HOST, joint);
        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.DIVERGED);
        assertThat(fit.message()).contains("at most draws log p or its gradient is not finite");
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.posterior().standardDeviation(0)).isBetween(0.4, 1.0);
    }

    /** Scores of nothing: q grows until float32 does not hold it, and what is kept is what it held. */
    @Test
    void withoutCurvatureItDiverges() {
        HostLogJoint joint = HostLogJoint.ofDraw(List.of("z", "flat"), (z, gradient) -> {
            gradient[0] = -z[0];
            gradient[1] = 0;
            return -z[0] * z[0] / 2;
        });
        FitResult fit = new BatchAndMatch().fit(HOST, joint);
        assertThat(fit.status()).as(fit.message()).isEqualTo(Status.DIVERGED);
        assertThat(fit.message()).contains("beyond the range of float32");
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.posterior().mean(0)).isCloseTo(0, within(1e-6));
        assertThat(fit.posterior().standardDeviation(0)).isCloseTo(1, within(1e-6));
        assertThat(fit.posterior().standardDeviation(1)).isFinite();
    }

    /** Neal's funnel: no normal is near it, and the verdict says so. */
    @Test
    void aFunnelIsNotTrusted() {
        FitResult fit = new BatchAndMatch().fit(HOST, HostLogJoint.ofDraw(List.of("v", "x", "y"), (z, gradient) -> {
            double precision = StrictMath.exp(-z[0]);
            double squares = z[1] * z[1] + z[2] * z[2];
            gradient[0] = -z[0] / 9 - 1 + precision * squares / 2;
            gradient[1] = -z[1] * precision;
            gradient[2] = -z[2] * precision;
            return -z[0] * z[0] / 18 - z[0] - precision * squares / 2;
        }));
        assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
    }

    @Test
    void withoutAStartItSaysSo() {
        MethodCases.withoutAStartItSaysSo(new BatchAndMatch());
    }

    @Test
    void aWrongGradientIsFound() {
        MethodCases.aWrongGradientIsFound(new BatchAndMatch());
    }

    /** Before the first path, in the middle of them, and between updates, whose average is then the answer. */
    @Test
    void itStopsWhenAsked() {
        HostLogJoint joint = logistic();
        AtomicInteger all = new AtomicInteger();
        FitResult whole = new BatchAndMatch()
                .cancelled(() -> {
                    all.incrementAndGet();
                    return false;
                })
                .fit(HOST, joint);
        for (int after : new int[] {0, 3, 30, all.get() - 5}) {
            FitResult fit = MethodCases.itStopsWhenAsked(after, joint, new BatchAndMatch()::cancelled);
            if (after > 30) {
                assertThat(fit.message()).contains("stopped after update " + (whole.steps() - 5));
                assertThat(fit.trace()).isEqualTo(whole.trace().subList(0, whole.steps() - 5));
                assertThat(fit.posterior().mean(0))
                        .isCloseTo(
                                whole.posterior().mean(0),
                                within(0.05 * whole.posterior().standardDeviation(0)));
            }
        }
    }

    /** In the middle of a batch: what is kept are the updates before it. */
    @Test
    void anInterruptedThreadKeepsWhatThereIs() {
        BatchAndMatch method = new BatchAndMatch().starts(1);
        FitResult whole = method.fit(HOST, logistic());
        for (long last : new long[] {3, whole.draws() - 300, whole.draws() + 2000}) {
            AtomicInteger calls = new AtomicInteger();
            FitResult fit = method.fit(HOST, HostLogJoint.ofDraw(List.of("a", "b"), (z, gradient) -> {
                if (calls.incrementAndGet() == last) {
                    Thread.currentThread().interrupt();
                }
                return BatchAndMatchTest.logistic(z, gradient);
            }));
            assertThat(Thread.interrupted()).as("the caller's to see").isTrue();
            assertThat(fit.status()).as("%d: %s", last, fit.message()).isEqualTo(Status.INTERRUPTED);
            assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(fit.posterior().standardDeviation(0)).isPositive();
            assertThat(fit.message())
                    .contains(
                            last < 10
                                    ? "stopped before the first update"
                                    : last < whole.draws() ? "stopped after update " : "the result was not measured");
        }
    }

    @Test
    void aDeviceThatFailsLeavesWhatThereIs() {
        HostLogJoint joint = logistic();
        // Two blocks of normals are those of the starts.
        FitResult fit = new BatchAndMatch().fit(new FailingDevice(HOST, "normal", 2 + 5), joint);
        assertThat(fit.status()).isEqualTo(Status.FAILED);
        assertThat(fit.message()).contains("the device failed after update 5: planted fault in normal");
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        FitResult whole = new BatchAndMatch().fit(HOST, joint);
        assertThat(fit.trace()).isEqualTo(whole.trace().subList(0, 5));
        assertThat(fit.posterior().mean(0))
                .isCloseTo(
                        whole.posterior().mean(0),
                        within(0.1 * whole.posterior().standardDeviation(0)));
    }

    /**
     * The ELBOs of batches scatter by their standard error, as those of other draws each time do and those of the same ones do not. The square of
     * their ratio over the last eight is a chi-square of seven over seven, from 0.09 to 3.5 but once in a thousand seeds; the seed is fixed.
     */
    @Test
    void eachBatchHasDrawsOfItsOwn() {
        FitResult fit = new BatchAndMatch().fit(HOST, HostLogJoint.ofDraw(List.of("a"), BatchAndMatchTest::logGamma));
        List<TracePoint> last = fit.trace().subList(fit.steps() - 8, fit.steps());
        double mean = last.stream().mapToDouble(TracePoint::elbo).average().orElseThrow();
        double squares = 0;
        double variance = 0;
        for (TracePoint point : last) {
            squares += (point.elbo() - mean) * (point.elbo() - mean) / 7;
            variance += point.standardError() * point.standardError() / 8;
        }
        assertThat(squares / variance).isBetween(0.09, 3.5);
    }

    @Test
    void itTellsHowItGoes() {
        List<Progress> told = new ArrayList<>();
        FitResult fit = new BatchAndMatch()
                .listener(told::add)
                .fit(HOST, HostLogJoint.ofDraw(List.of("a"), BatchAndMatchTest::logGamma));
        assertThat(told).hasSize(fit.steps());
        Progress last = told.get(told.size() - 1);
        assertThat(last.step()).isEqualTo(fit.steps());
        assertThat(last.elbo()).isEqualTo(fit.trace().get(fit.steps() - 1).elbo());
        assertThat(last.elbo()).isCloseTo(fit.elbo().value(), within(5 * last.standardError()));
    }
}
