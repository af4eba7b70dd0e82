package io.github.elbo4j.cli;

import io.github.elbo4j.infer.Verdict;
import java.util.ArrayList;
import java.util.List;

/** What the outcome of a fit means and what to do next, in sentences. */
final class Explanation {
    private final FitSummary fit;

    Explanation(FitSummary fit) {
        this.fit = fit;
    }

    /** The outcome in a few words, such as {@code good} or {@code not converged}. */
    String headline() {
        return switch (fit.ending().status()) {
            case CONVERGED ->
                switch (fit.verdict()) {
                    case GOOD -> "Good";
                    case USABLE -> "Usable, with care";
                    case DO_NOT_TRUST -> "Do not trust";
                };
            case STEP_LIMIT -> "Not converged";
            case DIVERGED -> "Diverged";
            case INTERRUPTED -> "Interrupted";
            case FAILED -> "Device failed";
        };
    }

    /** The headline and how it came about, without saying a word twice. */
    String outcome() {
        String detail = fit.ending().detail();
        return detail.startsWith(headline()) ? detail : headline() + ". " + detail;
    }

    /** What k-hat says of the approximation. */
    String verdict() {
        if (!Double.isFinite(fit.kHat())) {
            return "Pareto k-hat could not be computed, so nothing is known of the quality of the approximation.";
        }
        String kHat = "Pareto k-hat is " + Numbers.fixed(fit.kHat(), 2);
        return switch (fit.verdict()) {
            case GOOD ->
                kHat + ", below 0.5: the approximation is close to the posterior, and its means, standard"
                        + " deviations and intervals can be used as they are.";
            case USABLE ->
                kHat + ", between 0.5 and 0.7: the approximation misses some of the posterior, mostly in its"
                        + " tails. Means are usable; take the width of intervals with care.";
            case DO_NOT_TRUST ->
                kHat + ", 0.7 or more: the approximation and the posterior differ where it matters. Do"
                        + " not rely on these means, standard deviations and intervals.";
        };
    }

    /** What may be done about an outcome that is not good; empty if it is. */
    List<String> advice() {
        List<String> advice = new ArrayList<>();
        switch (fit.ending().status()) {
            case STEP_LIMIT -> {
                advice.add("Give it more steps: --steps " + 4L * fit.steps() + ".");
                if (String.valueOf(fit.options().get("optimizer")).startsWith("robbins-monro")) {
                    advice.add(
                            "Use --optimizer adam, or another --learning-rate: robbins-monro does not adapt its steps.");
                }
                advice.add(
                        "If the ELBO no longer rises but is noisy (see the report), use more draws a step (--draws) or a smaller"
                                + " --learning-rate.");
            }
            case DIVERGED -> advice.add("Use a smaller --learning-rate, and leave --standardize on.");
            case INTERRUPTED ->
                advice.add("Run it again and let it finish; this is the state at which it was stopped.");
            case FAILED ->
                advice.add("The device failed in the middle of the fit. Run it on another one (--device cpu), or with"
                        + " fewer --draws if memory ran out.");
            case CONVERGED -> {}
        }
        if (fit.verdict() == Verdict.DO_NOT_TRUST || fit.verdict() == Verdict.USABLE) {
            if (fit.family().equals("mean-field")) {
                advice.add(
                        "Use --family full-rank: a mean-field Gaussian cannot follow correlations between parameters, and"
                                + " reports standard deviations that are too small where there are any.");
            } else if (fit.converged()) {
                advice.add(
                        "The posterior is probably skewed or has long tails, which no Gaussian follows. Tighter priors"
                                + " (--prior-sd) and more rows make it more Gaussian; columns that nearly repeat each other, or"
                                + " that separate the outcomes perfectly, make it less so (--ignore leaves one out).");
            }
        }
        return advice;
    }

    /** The noise of a linear model; its logarithm is normal. */
    String noise(FitSummary.Parameter logNoise) {
        return "noise sd " + Numbers.significant(Math.exp(logNoise.mean()), 3) + ", with 90 % probability between "
                + Numbers.significant(Math.exp(logNoise.q05()), 3) + " and "
                + Numbers.significant(Math.exp(logNoise.q95()), 3) + " (exp of " + logNoise.name() + ")";
    }

    /** What the ELBO is, for this fit. */
    String elbo() {
        return "The ELBO bounds the log evidence, log p(data), from below. Every constant is in it, so fits of other models"
                + " and priors to the same rows can be compared: larger is better. Its error is the standard error over"
                + " fresh draws.";
    }
}
