package io.github.elbo4j.mixture;

import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Concern.Kind;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.mixture.Ascent.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** How far a mixture may be trusted: whether it settled, whether other starts agree, and whether each component has rows enough. */
final class Judgement {
    /** What counts as the same objective, in nats. */
    private static final double SAME = 0.01;
    /** The share of a covariance that a weak prior may have. */
    private static final double WEAK = 0.1;
    /** The mean of −log of a row's largest responsibility up to which components count as apart. */
    private static final double CERTAIN = 0.02;
    /** Rows of a component that is not used. */
    private static final double UNUSED = 0.5;

    private final MixtureData data;
    private final GaussianMixtures.Builder settings;
    private final Ascent.State state;
    private final Integer[] order;
    private final Run best;
    private final List<Run> runs;
    private final Status status;
    private final List<Concern> found = new ArrayList<>();

    Judgement(
            MixtureData data,
            GaussianMixtures.Builder settings,
            Ascent.State state,
            Integer[] order,
            Run best,
            List<Run> runs,
            Status status) {
        this.data = data;
        this.settings = settings;
        this.state = state;
        this.order = order;
        this.best = best;
        this.runs = runs;
        this.status = status;
    }

    Assessment assessment() {
        if (status == Status.INTERRUPTED) {
            add(Kind.INTERRUPTED, Verdict.DO_NOT_TRUST, "It was stopped after %d sweeps.", best.trace.size());
        } else if (status == Status.STEP_LIMIT) {
            add(
                    Kind.NOT_CONVERGED,
                    Verdict.DO_NOT_TRUST,
                    "The cap of %d sweeps came first; the last still gained %.3g nats.",
                    best.trace.size(),
                    Selection.gain(best));
        }
        restarts();
        double doubt = best.doubt / data.rows();
        if (settings.cavi && doubt > CERTAIN) {
            add(
                    Kind.OVERLAP,
                    Verdict.USABLE,
                    "Components overlap: the probability of a row's component is %.0f %% in the geometric mean. Rows and"
                            + " parameters are taken for independent, so standard deviations are too small.",
                    100 * StrictMath.exp(-doubt));
        }
        for (int k = 0; k < order.length; k++) {
            component(k);
        }
        return Assessment.of(Double.NaN, Double.NaN, 0, found);
    }

    private void restarts() {
        if (order.length == 1) {
            return;
        }
        double same = Math.max(SAME, 10 * settings.tolerance);
        long agree = runs.stream()
                .filter(run -> run.failure == null && best.objective - run.objective < same)
                .count();
        if (agree > 1) {
            return;
        }
        double next = runs.stream()
                .filter(run -> run.failure == null && run != best)
                .mapToDouble(run -> best.objective - run.objective)
                .min()
                .orElse(Double.NaN);
        add(
                Kind.RESTARTS_DISAGREE,
                Verdict.USABLE,
                "Only 1 of %d restarts came to the best objective"
                        + (Double.isNaN(next) ? "%s." : "; the next best is %.3g nats below."),
                settings.restarts,
                Double.isNaN(next) ? "" : next);
    }

    private void component(int k) {
        double rows = Objects.requireNonNull(best.statistics).count[order[k]];
        int dims = data.dimensions();
        int need = 2 * (settings.covariances == Covariances.FULL ? dims + 1 : 2);
        if (settings.cavi && rows < UNUSED) {
            return; // the prior empties what is not needed
        }
        String name = "weight[" + (k + 1) + "]";
        if (rows < need) {
            addOf(
                    name,
                    Kind.FEW_ROWS,
                    "Component %d has %.3g rows; its covariance takes %d or more.",
                    k + 1,
                    rows,
                    need);
        }
        double share = state.priorShare(order[k], rows);
        if (share > WEAK) {
            addOf(
                    name,
                    Kind.PRIOR_DECIDES,
                    "%.0f %% of the covariance of component %d are the weak prior's; the rest is of its %.3g rows.",
                    100 * share,
                    k + 1,
                    rows);
        }
    }

    private void add(Kind kind, Verdict verdict, String words, Object... numbers) {
        found.add(new Concern(kind, verdict, null, String.format(Locale.ROOT, words, numbers)));
    }

    private void addOf(String parameter, Kind kind, String words, Object... numbers) {
        found.add(new Concern(kind, Verdict.USABLE, parameter, String.format(Locale.ROOT, words, numbers)));
    }
}
