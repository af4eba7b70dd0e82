package io.github.elbo4j.infer;

import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.LogJoint;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a {@link Sgvi.Builder} was told, each value as its method says; a run reads it and changes nothing. */
final class SgviSettings {
    private static final int STARTS = 8;
    private static final double INITIAL_SD = 0.1;

    Family family = Family.fullRank();
    Gradient gradient = Gradient.AUTO;
    ScoreOps.Baseline baseline = ScoreOps.Baseline.LEAVE_ONE_OUT;
    Optimizer optimizer = new Adam();
    int draws = 32;
    PointSet points = PointSet.INDEPENDENT;
    int maxSteps = 20_000;
    int batch;
    long seed;
    int problem;
    StoppingRule stoppingRule = new StoppingRule(0.01);
    double initialSd = INITIAL_SD;
    double @Nullable [] initialMean;
    int starts = STARTS;

    @Nullable
    FitResult first;

    @Nullable
    Beginning beginning; // where one is known already

    boolean checksGradient = true;
    int evaluationDraws = 4096;
    boolean asksForDraws; // of the evaluation
    RowSample.Rule sampling = RowSample.Rule.DEFAULT;
    Effort effort = Effort.usual(draws, evaluationDraws); // that of a joint: facing(joint)
    long workspaceBytes = 256L << 20;
    Progress.Listener listener = progress -> {};
    BooleanSupplier cancelled = () -> false;

    /** Refuses values that do not go together. */
    void check() {
        if (gradient == Gradient.SCORE
                && draws < 2
                && (baseline == ScoreOps.Baseline.LEAVE_ONE_OUT || baseline == ScoreOps.Baseline.CONTROL_VARIATE)) {
            throw new IllegalArgumentException(
                    "draws is " + draws + ", but the baseline " + baseline + " of the score gradient needs 2 or more");
        }
        if (gradient == Gradient.SCORE && points != PointSet.INDEPENDENT) {
            throw new IllegalArgumentException(
                    "points is " + points + ", but the score gradient needs independent draws");
        }
    }

    /** Whether by the model's gradient, with rates that are not the user's business. */
    boolean isGuided() {
        return optimizer.adapts() && gradient != Gradient.SCORE;
    }

    /** With the effort that suits a joint. */
    SgviSettings facing(LogJoint joint) {
        SgviSettings copy = copy();
        copy.effort = sampling.size(joint) > 0
                ? Effort.ofManyRows(draws, evaluationDraws, asksForDraws)
                : Effort.usual(draws, evaluationDraws);
        return copy;
    }

    SgviSettings copy() {
        SgviSettings copy = new SgviSettings();
        copy.family = family;
        copy.gradient = gradient;
        copy.baseline = baseline;
        copy.optimizer = optimizer;
        copy.draws = draws;
        copy.points = points;
        copy.maxSteps = maxSteps;
        copy.batch = batch;
        copy.seed = seed;
        copy.problem = problem;
        copy.stoppingRule = stoppingRule;
        copy.initialSd = initialSd;
        copy.initialMean = initialMean;
        copy.starts = starts;
        copy.first = first;
        copy.beginning = beginning;
        copy.checksGradient = checksGradient;
        copy.evaluationDraws = evaluationDraws;
        copy.asksForDraws = asksForDraws;
        copy.sampling = sampling;
        copy.workspaceBytes = workspaceBytes;
        copy.listener = listener;
        copy.cancelled = cancelled;
        return copy;
    }

    /** For a {@link FitResult}: the settings that every report shows, then those that differ from their defaults. */
    Map<String, Object> told() {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("gradient", name(gradient));
        if (gradient == Gradient.SCORE) {
            told.put("baseline", name(baseline));
        }
        told.put("draws", draws);
        if (points != PointSet.INDEPENDENT) {
            told.put("points", name(points));
        }
        told.put("maxSteps", maxSteps);
        told.put("optimizer", optimizer.describe());
        told.put("tolerance", stoppingRule.tolerance());
        told.put("evaluationDraws", evaluationDraws);
        told.putAll(family.settings());
        if (batch > 0) {
            told.put("batch", batch);
        }
        if (starts != STARTS) {
            told.put("starts", starts);
        }
        if (problem != 0) {
            told.put("problem", problem);
        }
        if (initialSd != INITIAL_SD) {
            told.put("initialSd", initialSd);
        }
        return told;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
