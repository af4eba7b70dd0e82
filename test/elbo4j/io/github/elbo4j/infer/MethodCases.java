package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.distribution.Poisson;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.Regressions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** What every method that starts from L-BFGS paths must do. */
final class MethodCases {
    private static final Device HOST = TestDevices.scalar();

    private MethodCases() {}

    /** Every number but the time is the scalar device's, of a regression and of a model of expressions. */
    static void devicesDoNotChangeABit(Device device, Method<LogJoint> method) {
        for (boolean isLogistic : new boolean[] {true, false}) {
            assertThat(numbers(fitted(device, method, isLogistic)))
                    .isEqualTo(numbers(fitted(HOST, method, isLogistic)));
        }
    }

    private static FitResult fitted(Device device, Method<LogJoint> method, boolean isLogistic) {
        try (LogJoint joint = joint(device, isLogistic)) {
            return method.fit(device, joint);
        }
    }

    /** Of a regression, or of a model of expressions. */
    static LogJoint joint(Device device, boolean isLogistic) {
        return isLogistic
                ? new BayesianLogisticRegression(device, Regressions.logistic(1, 75, 4), new NormalPrior(0, 2))
                        .logJoint()
                : counts().logJoint(device);
    }

    private static List<Object> numbers(FitResult fit) {
        return List.of(
                fit.posterior(),
                fit.accounts(),
                fit.elbo(),
                fit.logEvidence(),
                fit.assessment(),
                fit.trace(),
                fit.draws(),
                fit.message());
    }

    private static Model counts() {
        return Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 2));
            Expr tau = m.parameter("tau", HalfNormal.of(1));
            Expr level = m.parameter("level", Normal.of(mu, tau), 3);
            m.observe(new int[] {3, 0, 7}, Poisson.of(level.exp()));
        });
    }

    static void withoutAStartItSaysSo(Method<LogJoint> method) {
        FitResult fit = method.fit(HOST, HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> Double.NEGATIVE_INFINITY));
        assertThat(fit.status()).isEqualTo(Status.DIVERGED);
        assertThat(fit.message()).contains("not finite at the start of any of 8 paths");
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
    }

    /** Of another function, whose mode is the same one. */
    static void aWrongGradientIsFound(Method<LogJoint> method) {
        FitResult fit = method.fit(HOST, HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> {
            gradient[0] = -1.4 * z[0];
            return -z[0] * z[0] / 2;
        }));
        assertThat(fit.assessment().concerns()).anyMatch(each -> each.kind() == Concern.Kind.WRONG_GRADIENT);
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
    }

    /**
     * It ends with what it has.
     *
     * @param after so many questions whether to stop
     * @param method that asks this
     */
    static FitResult itStopsWhenAsked(int after, LogJoint joint, Function<BooleanSupplier, Method<LogJoint>> method) {
        AtomicInteger asked = new AtomicInteger();
        FitResult fit = method.apply(() -> asked.incrementAndGet() > after).fit(HOST, joint);
        assertThat(fit.status()).as("%d: %s", after, fit.message()).isEqualTo(Status.INTERRUPTED);
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.posterior().mean(0)).isFinite();
        return fit;
    }
}
