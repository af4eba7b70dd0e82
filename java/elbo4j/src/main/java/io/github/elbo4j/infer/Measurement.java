package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Measures the q that a run of {@link Sgvi} reached by fresh draws, and lets all judge it that know something of it. */
final class Measurement {
    private final Sgvi.Builder settings;
    private final LogJoint joint;
    private final VariationalFamily q; // of z, free to use
    private final Key key; // of the whole fit
    private final GradientGuard guard;
    private final @Nullable Settling settling;
    private final @Nullable RowSample sample;
    private Ending ending = new Ending(Status.FAILED, "");

    /**
     * What a run reached.
     *
     * @param parameters of q in z
     * @param began where it started from, in a clause
     * @param start null if there was no search for one
     * @param comparison the log ratios with which it ended; null if there are none
     * @param trail of the steps
     */
    record Reached(
            float[] parameters,
            Ending ending,
            int steps,
            long draws,
            String began,
            Starts.@Nullable Found start,
            double @Nullable [] comparison,
            Trail trail) {}

    Measurement(
            Sgvi.Builder settings,
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
        ending = reached.ending;
        Gaussian posterior = q.toGaussian(reached.parameters);
        Evaluation evaluation = new Evaluation(
                new DrawSource.OnDevice(joint, q, posterior, settings.workspaceBytes, settings.points),
                trace.recent(),
                key);
        List<Mode> modes = reached.start == null ? List.of() : reached.start.modes();
        List<Account> accounts = new ArrayList<>();
        succeeds(() -> draw(reached, evaluation));
        evaluation.judgeEnd(ending);
        Concern wrong = guard.concern();
        if (wrong != null) {
            evaluation.add(wrong);
        }
        if (ending.status() == Status.CONVERGED && reached.comparison != null) {
            evaluation.judgeRepeat(LogWeights.mean(reached.comparison), settings.stoppingRule.tolerance());
        }
        evaluation.judgeModes(modes);
        if (!succeeds(() -> judgeBeyond(evaluation, posterior, accounts))) {
            evaluation.judgeEnd(ending);
        }
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
                ending.status(),
                reached.began,
                ending.message(),
                evaluation.elbo(),
                evaluation.logEvidence(),
                evaluation.assessment(),
                modes,
                new GaussianPosterior(joint.parameterNames(), posterior),
                trace.points(),
                monitor.seconds(),
                reached.draws,
                accounts,
                reached.trail);
    }

    /** Measures as far as the device and the user let it; how the fit ended says so where they do not. */
    private boolean succeeds(Runnable measuring) {
        try {
            measuring.run();
            return true;
        } catch (CancellationException e) {
            ending = ending.then(Status.INTERRUPTED, "the result was not measured");
        } catch (DeviceException e) {
            if (ending.status() != Status.FAILED) {
                ending = ending.then(Status.FAILED, "measuring the result failed: " + e.getMessage());
            }
        }
        return false;
    }

    /** Fresh draws, and the check of a user's gradient at the end. */
    private void draw(Reached reached, Evaluation evaluation) {
        if (ending.status() != Status.FAILED && ending.status() != Status.DIVERGED) {
            guard.check(reached.parameters);
        }
        q.parameterBuffer().write(0, reached.parameters, 0, reached.parameters.length);
        q.update();
        int before = reached.start == null ? 0 : reached.start.evaluations();
        evaluation.measure(settings.effort.evaluation(), settings.evaluationDraws, reached.draws + before);
    }

    /**
     * Concerns that draws of q cannot show; only for a fit that is otherwise trusted, since it costs evaluations. Then, what the weights make
     * of q, unless they correct nothing.
     */
    private void judgeBeyond(Evaluation evaluation, Gaussian posterior, List<Account> accounts) {
        if (evaluation.assessment().verdict() != Verdict.DO_NOT_TRUST) {
            evaluation.judgeLines(joint, q.device(), posterior, sample);
            double[] linearResponse = settling == null ? null : settling.linearResponse();
            if (linearResponse != null) {
                evaluation.judgeLinearResponse(linearResponse);
            }
        }
        Account account = evaluation.corrected();
        if (account != null) {
            accounts.add(account);
        }
    }
}
