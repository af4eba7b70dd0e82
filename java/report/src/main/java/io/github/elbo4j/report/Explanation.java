package io.github.elbo4j.report;

import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.BatchAndMatch;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.NormalMixture;
import io.github.elbo4j.infer.Pathfinder;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.VariationalMixture;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What the outcome of a fit means and what to do next, in sentences. */
public final class Explanation {
    /** A share of the draws that the weights leave from which on k-hat says nothing. */
    private static final double EVEN = 0.9;

    private static final Set<Concern.Kind> ENDINGS = EnumSet.of(
            Concern.Kind.NOT_CONVERGED, Concern.Kind.DIVERGED, Concern.Kind.INTERRUPTED, Concern.Kind.FAILED);

    private final FitResult fit;
    private final Map<String, Object> options;
    private final boolean byCommand;

    /**
     * Of a fit.
     *
     * @param options what was used
     * @param byCommand whether it was run from the command line, whose options are then advised
     */
    public Explanation(FitResult fit, Map<String, Object> options, boolean byCommand) {
        this.fit = fit;
        this.options = options;
        this.byCommand = byCommand;
    }

    /** How it was fitted, in a few words. */
    static String method(FitResult fit) {
        return switch (fit.method()) {
            case "laplace" -> "Laplace approximation";
            case Pathfinder.NAME -> gaussians(fit) + " by Pathfinder";
            case BatchAndMatch.NAME -> fit.family() + " Gaussian by batch and match";
            case VariationalMixture.NAME -> gaussians(fit);
            case "map" -> "maximum a posteriori";
            case "mle" -> "maximum likelihood";
            case FixedDraws.NAME ->
                fit.accounts().stream()
                        .filter(Account::hasPosterior)
                        .findFirst()
                        .map(account -> account.name() + " by fixed draws")
                        .orElse(fit.family() + " Gaussian by fixed draws");
            default -> fit.family().isEmpty() ? fit.method() : fit.family() + " Gaussian";
        };
    }

    private static String gaussians(FitResult fit) {
        return fit.family() + (fit.posterior() instanceof NormalMixture ? " Gaussians" : " Gaussian");
    }

    /** The outcome in a few words, such as {@code good} or {@code not converged}. */
    public String headline() {
        return switch (fit.status()) {
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

    /** How it ended, in sentences; the library's words are clauses. */
    public String ending() {
        String message = fit.converged() && fit.steps() > 0
                ? "converged after " + Words.count(fit.steps(), "step") + "; " + fit.message()
                : fit.message();
        return Words.sentence(message) + (fit.start().isEmpty() ? "" : " " + Words.sentence("It " + fit.start()));
    }

    /** The headline and how it came about, without saying a word twice. */
    public String outcome() {
        String detail = ending();
        return detail.startsWith(headline()) ? detail : headline() + ". " + detail;
    }

    /** What the verdict is and why, in sentences. */
    public String verdict() {
        String meaning = fit.isPoint()
                ? pointVerdict()
                : switch (fit.verdict()) {
                    case GOOD ->
                        "Fresh draws find no fault: the approximation is close to the posterior as far as they can see,"
                                + " and its means, standard deviations and intervals can be used as they are.";
                    case USABLE ->
                        "The approximation misses some of the posterior. Means are usable; take the width of intervals"
                                + " with care.";
                    case DO_NOT_TRUST -> "Do not rely on these means, standard deviations and intervals.";
                };
        StringBuilder words = new StringBuilder(meaning);
        for (Concern concern : fit.assessment().concerns()) {
            // How it ended has been said.
            if (!concern.words().isEmpty() && !ENDINGS.contains(concern.kind())) {
                words.append(' ').append(Words.sentence(concern.words()));
            }
        }
        return words.toString();
    }

    private String pointVerdict() {
        return switch (fit.verdict()) {
            case GOOD ->
                "The largest value was found, and the curvature there gives the standard errors. It is a point: how probable"
                        + " other values are only a posterior says.";
            case USABLE -> "The largest value was found; take its standard errors and intervals with care.";
            case DO_NOT_TRUST -> "Do not rely on these values and their standard errors.";
        };
    }

    /** Behind a k-hat that looks bad, but is not: of weights that are nearly equal, or within its own error. */
    public String kHatAside() {
        boolean concern = fit.assessment().concerns().stream().anyMatch(c -> c.kind() == Concern.Kind.HEAVY_TAIL);
        if (concern || !(fit.kHat() >= 0.5)) {
            return "";
        }
        return fit.assessment().efficiency() >= EVEN
                ? " (moot: weights are nearly even)"
                : " (0.5 is within its error)";
    }

    /** What may be done about an outcome that is not good; empty if it is. */
    public List<String> advice() {
        Stream<String> corrected;
        if (fit.verdict() == Verdict.GOOD) {
            corrected = Stream.empty();
        } else if (ChainTable.isAnswer(fit)) {
            corrected = Stream.of(
                    "The chains agree with each other, and their numbers are of the posterior whatever q is, each with its"
                            + " standard error: take them.");
        } else if (fit.corrected() != null) {
            corrected = Stream.of(
                    "Importance weights correct these numbers, each with its standard error: where the two differ, take the"
                            + " corrected ones.");
        } else {
            corrected = Stream.empty();
        }
        return Stream.concat(
                        corrected, fit.assessment().concerns().stream().flatMap(concern -> remedies(concern).stream()))
                .distinct()
                .toList();
    }

    private List<String> remedies(Concern concern) {
        if (!byCommand) {
            return List.of(concern.kind().remedy());
        }
        if (fit.isPoint() && concern.kind() == Concern.Kind.WRONG_WIDTH) {
            return List.of("Fit the posterior (--method sgvi): its intervals need not be symmetric.");
        }
        return switch (concern.kind()) {
            case NOT_CONVERGED -> notConverged();
            case DIVERGED ->
                List.of(
                        isRegression()
                                ? "Use a smaller --learning-rate, and leave --standardize on."
                                : concern.kind().remedy());
            case FAILED ->
                List.of(
                        "The device failed in the middle of the fit. Run it on another one (--device cpu), or with fewer"
                                + " --draws if memory ran out.");
            case PRECISION ->
                List.of(
                        isRegression()
                                ? "Leave --standardize on, or shift and scale the columns yourself: float32 holds about seven"
                                        + " digits."
                                : concern.kind().remedy());
            case NO_WEIGHTS, HEAVY_TAIL, FAR_MASS, EMPTY_MASS, SHIFTED, WRONG_WIDTH, GAP, INEFFICIENT, CHAINS_DIFFER ->
                betterQ();
            case INTERRUPTED,
                    WRONG_GRADIENT,
                    CHAINS_UNMIXED,
                    SEVERAL_MODES,
                    UNKNOWN_WIDTH,
                    UNREPEATED_ELBO,
                    UNBOUNDED,
                    FEW_DRAWS,
                    RESTARTS_DISAGREE,
                    FEW_ROWS,
                    PRIOR_DECIDES,
                    OVERFIT,
                    OVERLAP,
                    IDLE_FACTORS,
                    COARSE_Q,
                    NOTHING_FOUND -> List.of(concern.kind().remedy());
        };
    }

    /** What may come nearer to the posterior than this method's q. */
    private List<String> betterQ() {
        boolean isNamed = List.of(FixedDraws.NAME, Pathfinder.NAME, BatchAndMatch.NAME, VariationalMixture.NAME)
                .contains(fit.method());
        return switch (isNamed && !isFullRankFixed() ? fit.method() : fit.family()) {
            case Pathfinder.NAME ->
                List.of(
                        "Use --method mixture, which adds components as long as the ELBO rises, or --method sgvi: the one Gaussian with"
                                + " the largest ELBO.");
            case BatchAndMatch.NAME ->
                List.of(
                        "Use --method sgvi: where the posterior is skewed, scores vary more than its curvature tells, and the Gaussian that"
                                + " matches them is narrower than the one with the largest ELBO. If that does not do either, transform"
                                + " parameters, or take tighter priors.");
            case FixedDraws.NAME ->
                List.of(
                        "Use --method sgvi --family full-rank: it fits the covariance itself, which fixed draws take from the"
                                + " curvature at the optimum of independent normals. If that does not do either, the posterior is"
                                + " skewed or has long tails: transform parameters, or take tighter priors.");
            case VariationalMixture.NAME ->
                List.of(
                        "Allow more --components, or make the posterior simpler: tighter priors, more data, other parameters (a"
                                + " non-centred hierarchy, the logarithm of what is positive).");
            case "mean-field" ->
                List.of("Use " + (fit.method().equals(Sgvi.NAME) ? "" : "--method " + Sgvi.NAME + " ")
                        + "--family full-rank: a mean-field Gaussian cannot follow correlations between parameters,"
                        + " and reports standard deviations that are too small where there are any.");
            case "low-rank" ->
                List.of(
                        "Use --family full-rank, or a larger --rank: a few factors do not follow all correlations between"
                                + " the parameters.");
            default ->
                List.of("The posterior is probably skewed or has long tails, which no Gaussian follows: --method "
                        + VariationalMixture.NAME + " fits several. "
                        + (isRegression()
                                ? "Tighter priors (--prior-sd) and more rows make it more Gaussian; columns that nearly repeat"
                                        + " each other, or that separate the outcomes perfectly, make it less so (--ignore"
                                        + " leaves one out)."
                                : "Tighter priors and more data make it more Gaussian, and so may other parameters (a"
                                        + " non-centred hierarchy, the logarithm of what is positive)."));
        };
    }

    /** Whether the command's options for columns and their priors are there to be advised. */
    private boolean isRegression() {
        return options.containsKey("standardize");
    }

    private boolean isFixed() {
        return fit.method().equals(FixedDraws.NAME);
    }

    private boolean isFullRankFixed() {
        return isFixed() && fit.family().equals(Family.fullRank().label());
    }

    private List<String> notConverged() {
        if (isFullRankFixed()) {
            return List.of(
                    "The ELBO of Gaussians has no optimum here: give parameters priors that keep them from infinity, or take more"
                            + " --draws.");
        }
        if (isFixed()) {
            return List.of(
                    "The ELBO of independent normals has no optimum here: give parameters priors that keep them from"
                            + " infinity, or use --method sgvi --family full-rank.");
        }
        if (fit.method().equals(BatchAndMatch.NAME)) {
            return List.of(
                    "Take larger batches (--draws): the scores of few draws say too little here. If these do not do, the posterior is"
                            + " far from a Gaussian: use --method sgvi, transform parameters, or take tighter priors.");
        }
        List<String> advice = new ArrayList<>();
        advice.add("Give it more steps: --steps " + 4L * fit.steps() + ".");
        if (String.valueOf(options.get("optimizer")).startsWith("robbins-monro")) {
            advice.add("Use --optimizer adam, or another --learning-rate: robbins-monro does not adapt its steps.");
        }
        if (options.containsKey("batch")) {
            advice.add("Use a larger --batch, so that the noise of the batches moves the answer less.");
        }
        if (Boolean.FALSE.equals(options.get("standardize"))) {
            advice.add("Leave --standardize on.");
        }
        advice.add("If the ELBO no longer rises but is noisy (see the report), use more draws a step (--draws).");
        return advice;
    }

    /** What the exponential of a parameter is, which is easier to picture than the parameter. */
    public String exponential(String parameter, String what) {
        Posterior posterior = fit.posterior();
        int i = posterior.names().indexOf(parameter);
        return what + " " + Numbers.significant(StrictMath.exp(posterior.mean(i)), 3)
                + (fit.isPoint() ? ", 90 % interval between " : ", with 90 % probability between ")
                + Numbers.significant(StrictMath.exp(posterior.quantile(i, 0.05)), 3) + " and "
                + Numbers.significant(StrictMath.exp(posterior.quantile(i, 0.95)), 3) + " (exp of " + parameter + ")";
    }

    /** What the ELBO is, for this fit. */
    public String elbo() {
        if (fit.isPoint()) {
            return "log p is the largest value that was found, with all its constants.";
        }
        return "The ELBO bounds the log evidence, log p(data), from below. Every constant is in it, so fits of other models"
                + " and priors to the same rows can be compared: larger is better. Its error is the standard error over"
                + " fresh draws.";
    }
}
