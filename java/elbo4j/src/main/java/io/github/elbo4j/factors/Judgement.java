package io.github.elbo4j.factors;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.PointTraining;
import io.github.elbo4j.infer.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How far a fit of factors may be trusted. */
final class Judgement {
    /** Nats a row that q may cost. */
    private static final double GAP = 1;
    /** The share of rows without a reliable log p(x) that is worth telling. */
    private static final double MANY = 0.1;
    /** Draws that must count in importance sampling, so that log p(x) may be taken from it. */
    private static final double LEAST_EFFECTIVE = 5;

    private final List<Concern> concerns = new ArrayList<>();

    private Judgement() {}

    static Assessment of(PointTraining.End end, RowBounds fitted, @Nullable RowBounds heldOut, double[] independent) {
        RowBounds judged = heldOut == null ? fitted : heldOut;
        Judgement judgement = new Judgement();
        judgement.ending(end);
        judgement.gain(judged, independent);
        judgement.gap(judged);
        judgement.use(fitted);
        return Assessment.of(Double.NaN, judged.effectiveDraws() / judged.draws(), judged.draws(), judgement.concerns);
    }

    private void ending(PointTraining.End end) {
        switch (end.judged()) {
            case DIVERGED ->
                add(
                        Concern.Kind.DIVERGED,
                        Verdict.DO_NOT_TRUST,
                        null,
                        "The objective was not finite at step " + end.steps() + "; this is the state before.");
            case INTERRUPTED ->
                add(
                        Concern.Kind.INTERRUPTED,
                        Verdict.DO_NOT_TRUST,
                        null,
                        "It was stopped after " + end.steps() + " steps.");
            case STEP_LIMIT -> {
                double rise = end.rise().value();
                add(
                        Concern.Kind.NOT_CONVERGED,
                        Verdict.USABLE,
                        null,
                        Double.isNaN(rise)
                                ? "There were too few steps to tell whether the ELBO was still rising."
                                : "The ELBO was still rising: by " + fixed(rise)
                                        + " nats a row over the last eighth of the steps.");
            }
            default -> {}
        }
    }

    /** By how much the ELBO of a row exceeds what independent columns say of it, over the rows. */
    private void gain(RowBounds judged, double[] independent) {
        double[] gains = new double[independent.length];
        Arrays.setAll(gains, n -> judged.elbo(n).value() - independent[n]);
        Estimate gain = LogWeights.mean(gains);
        if (!(gain.value() > 2 * gain.standardError())) {
            add(
                    Concern.Kind.NOTHING_FOUND,
                    Verdict.DO_NOT_TRUST,
                    null,
                    "The factors say no more of a row than independent columns do: its ELBO is higher by "
                            + fixed(gain.value()) + " ± " + fixed(gain.standardError()) + " nats.");
        }
    }

    private void gap(RowBounds judged) {
        double effective = judged.effectiveDraws();
        double gap = judged.logEvidence().value() - judged.elbo().value();
        if (!(effective >= LEAST_EFFECTIVE)) {
            add(
                    Concern.Kind.COARSE_Q,
                    Verdict.USABLE,
                    null,
                    "Of " + judged.draws() + " draws of q(z | x), " + fixed(effective)
                            + " count in half of the rows: log p(x) may be higher than importance sampling says.");
        } else if (!(judged.unreliable() <= MANY)) {
            add(
                    Concern.Kind.COARSE_Q,
                    Verdict.USABLE,
                    null,
                    "Of " + String.format(Locale.ROOT, "%.0f", 100 * judged.unreliable())
                            + " % of the rows log p(x) rests on few draws (k-hat above " + RowBounds.RELIABLE
                            + "): it is rather too low there than too high, by more than its error.");
        } else if (!(gap <= GAP)) {
            add(
                    Concern.Kind.COARSE_Q,
                    Verdict.USABLE,
                    null,
                    "The ELBO lies " + fixed(gap)
                            + " nats a row below log p(x): q(z | x), whose factors are independent,"
                            + " misses some of the posterior.");
        }
    }

    private void use(RowBounds fitted) {
        int factors = fitted.factors();
        List<String> idle = new ArrayList<>();
        for (int d = 0; d < factors; d++) {
            int with = fitted.rowsWith(d);
            if (with == 0 || with == fitted.rows()) {
                idle.add(String.valueOf(d + 1));
            }
        }
        if (!idle.isEmpty()) {
            add(
                    Concern.Kind.IDLE_FACTORS,
                    Verdict.USABLE,
                    "factor " + idle.get(0),
                    (idle.size() == 1 ? "Factor " : "Factors ") + String.join(", ", idle)
                            + (idle.size() == 1 ? " is" : " are") + " on in no row, or in every one.");
        }
    }

    private void add(Concern.Kind kind, Verdict verdict, @Nullable String parameter, String words) {
        concerns.add(new Concern(kind, verdict, parameter, words));
    }

    private static String fixed(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
