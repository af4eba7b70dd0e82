package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Measures the q that a run of {@link Sgvi} reached by fresh draws, and lets all judge it that know something of it. */
final class Measurement {
    private final SgviSettings settings;
    private final LogJoint joint;
    private final VariationalFamily q; // of z, free to use
    private final Key key; // of the whole fit
    private final GradientGuard guard;
    private final @Nullable Settling settling;
    private final @Nullable RowSample sample;

    /**
     * What a run reached.
     *
     * @param parameters of q in z
     * @param comparison the log ratios with which it ended; null if there are none
     * @param trail of the steps
     */
    record Reached(
            float[] parameters,
            Ending ending,
            int steps,
            long draws,
            Beginning beginning,
            double @Nullable [] comparison,
            Trail trail) {}

    Measurement(
            SgviSettings settings,
            LogJoint joint,
            VariationalFamily q,
            Key key,
            GradientGuard guard,
            @Nullable Settling settling,
            @Nullable RowSample sample) {
        this.sample = sample;
        this.settings = settings;
        this.joint = joint;
        this.q = q;
        this.key = key;
        this.guard = guard;
        this.settling = settling;
    }

    FitResult of(Reached reached, Trace trace, Monitor monitor) {
        MeasuringGuard measuring = new MeasuringGuard(reached.ending);
        Gaussian posterior = q.toGaussian(reached.parameters);
        Evaluation evaluation = new Evaluation(
                new DrawSource.OnDevice(joint, q, posterior, settings.workspaceBytes, settings.points),
                trace.recent(),
                key);
        Starts.Found start = reached.beginning.found();
        List<Mode> modes = start == null ? List.of() : start.modes();
        measuring.succeeds(() -> draw(reached, evaluation));
        evaluation.judgeEnd(measuring.ending());
        Concern wrong = guard.concern();
        if (wrong != null) {
            evaluation.add(wrong);
        }
        if (measuring.ending().status() == Status.CONVERGED && reached.comparison != null) {
            evaluation.judgeRepeat(LogWeights.mean(reached.comparison), settings.stoppingRule.tolerance());
        }
        evaluation.judgeModes(modes);
        if (!measuring.succeeds(() -> judgeBeyond(evaluation, posterior))) {
            evaluation.judgeEnd(measuring.ending());
        }
        FreshDraws judged = evaluation.result(measuring.ending());
        if (trace.steps() > 0) {
            monitor.inform(reached.steps, reached.draws);
        }
        Device device = q.device();
        return new FitResult(
                Sgvi.NAME,
                settings.family.label(),
                settings.told(),
                device.name(),
                device.arithmetic(),
                device.rng(),
                settings.seed,
                reached.steps,
                judged.status(),
                reached.beginning.words(),
                judged.message(),
                judged.elbo(),
                judged.logEvidence(),
                judged.assessment(),
                modes,
                new GaussianPosterior(joint.parameterNames(), posterior),
                trace.points(),
                monitor.seconds(),
                reached.draws,
                judged.accounts(List.of()),
                reached.trail,
                List.of());
    }

    /** Fresh draws, and the check of a user's gradient at the end. */
    private void draw(Reached reached, Evaluation evaluation) {
        Status ended = reached.ending.status();
        if (ended != Status.FAILED && ended != Status.DIVERGED) {
            guard.check(reached.parameters);
        }
        q.parameterBuffer().write(0, reached.parameters, 0, reached.parameters.length);
        q.update();
        Starts.Found start = reached.beginning.found();
        int before = start == null ? 0 : start.evaluations();
        evaluation.measure(settings.effort.evaluation(), settings.evaluationDraws, reached.draws + before);
    }

    /**
     * Concerns that draws of q cannot show; only for a fit that is otherwise trusted, since it costs evaluations. Then, what the weights make
     * of q, unless they correct nothing.
     */
    private void judgeBeyond(Evaluation evaluation, Gaussian posterior) {
        if (evaluation.assessment().verdict() != Verdict.DO_NOT_TRUST) {
            evaluation.judgeLines(joint, q.device(), posterior, sample);
            double[] linearResponse = settling == null ? null : settling.linearResponse();
            if (linearResponse != null) {
                evaluation.judgeLinearResponse(linearResponse);
            }
        }
        evaluation.correct();
    }
}
