package io.github.elbo4j.infer;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One reason why a fit is not simply good.
 *
 * @param kind what is wrong
 * @param verdict the best verdict that a fit with it may get: usable or do not trust
 * @param parameter the parameter that shows it most; null where it is not one parameter's
 * @param words what was seen, a sentence with the numbers
 */
public record Concern(Kind kind, Verdict verdict, @Nullable String parameter, String words) implements Serializable {
    /** What can be wrong with a fit, and what to try. */
    public enum Kind {
        /** A number was not finite. */
        DIVERGED(
                "Use a lower learning rate, standardize the data, or transform parameters so that every real value is allowed."),
        /** The device failed. */
        FAILED("Run it again, on another device or with less memory."),
        /** It was asked to stop. */
        INTERRUPTED("Run it again and let it finish; this is the state at which it was stopped."),
        /** The answer was still moving at the cap on steps. */
        NOT_CONVERGED("Take more steps, or more draws a step; standardize the data; or choose another family."),
        /** A density has no largest value, or a flat one. */
        UNBOUNDED(
                "Give the parameter a prior that keeps it from there, or infer its distribution instead of a point: a density may"
                        + " have a posterior and no largest value."),
        /** The gradient of the model is not that of its log-joint. */
        WRONG_GRADIENT("Mend the gradient: GradientCheck compares it with differences."),
        /** The posterior has several separate modes, of which q covers one. */
        SEVERAL_MODES(
                "Fit a mixture (VariationalMixture), constrain the parameters so that one mode is left, or fit each mode by itself"
                        + " (initialMean)."),
        /** Values that must be told apart are equal in float32. */
        PRECISION("Centre and scale the data, so that values and parameters are near 1 and their differences count."),
        /** Fresh draws do not repeat the ELBO that the fit ended with. */
        UNREPEATED_ELBO("Use more draws a step: some regions that matter are seen by few of them."),
        /** There are no usable importance weights. */
        NO_WEIGHTS("Choose another family, or transform the parameters: q and the posterior hardly overlap."),
        /** The importance weights have a heavy tail. */
        HEAVY_TAIL(
                "Try the full-rank family, a mixture (VariationalMixture), a transformation that makes the posterior more Gaussian, or tighter"
                        + " priors."),
        /** Some of the posterior lies where draws of q do not reach. */
        FAR_MASS(
                "Look there: fit a mixture (VariationalMixture), constrain the parameter, fit each part by itself (initialMean), or"
                        + " transform the parameter."),
        /** Some of q lies where there is next to nothing of the posterior. */
        EMPTY_MASS(
                "Transform the parameter whose distribution is skewed, or take importance-weighted results: a normal reaches too far"
                        + " on one side of it."),
        /** Importance weighting moves a mean. */
        SHIFTED("Try the full-rank family or a transformation of the parameter, or take importance-weighted results."),
        /** Importance weighting changes a standard deviation. */
        WRONG_WIDTH(
                "Try the full-rank family or a transformation of the parameter, or take importance-weighted results."),
        /** The posterior has so heavy a tail along a parameter that draws do not tell its standard deviation. */
        UNKNOWN_WIDTH(
                "Take quantiles, which are known in spite of such a tail; or transform the parameter, or give it a prior with a lighter"
                        + " tail."),
        /** The ELBO is far below the log evidence: q is far from the posterior. */
        GAP(
                "Try the full-rank family, a mixture (VariationalMixture), or a transformation that makes the posterior more Gaussian; check"
                        + " the gradient."),
        /** Markov chains agree, and on other means or standard deviations than q's. */
        CHAINS_DIFFER(
                "Take the numbers by Hamiltonian Monte Carlo; or try the full-rank family or a transformation of the parameter."),
        /** Markov chains did not agree with each other. */
        CHAINS_UNMIXED(
                "Transform parameters so that chains move easily (a non-centred hierarchy), or take tighter priors; a good q is easy for"
                        + " chains."),
        /** Few of the draws carry most of the weight. */
        INEFFICIENT(
                "Try the full-rank family, a mixture (VariationalMixture), or a transformation that makes the posterior more Gaussian."),
        /** Other draws would have given another answer. */
        FEW_DRAWS("Take more draws, or another method."),
        /** Few of the starts came to the best answer, so there may be a better one. */
        RESTARTS_DISAGREE("Take more restarts, or fewer components."),
        /** Rows that a model was trained on are better explained than others, or there are no others. */
        OVERFIT("Take fewer or narrower layers or fewer latent dimensions; hold out some rows, and get more."),
        /** A component has hardly the rows that its covariance takes. */
        FEW_ROWS("Take fewer components, or diagonal covariances."),
        /** A prior that was to be weak decides a component. */
        PRIOR_DECIDES(
                "Take fewer components, or diagonal covariances; or look at the component with the prior in mind."),
        /** Components overlap, which a posterior of independent factors does not tell. */
        OVERLAP("Take standard deviations for lower bounds; fewer components overlap less."),
        /** Factors that no row needs. */
        IDLE_FACTORS("Take fewer factors, or more steps."),
        /** An amortized q of independent factors is far from the posterior. */
        COARSE_Q(
                "Give the encoder more hidden units, or take more steps; what the model says may be right all the same."),
        /** A latent model is no better than none. */
        NOTHING_FOUND("Take more steps or another model; or the columns have nothing to do with each other.");

        private final String remedy;

        Kind(String remedy) {
            this.remedy = remedy;
        }

        /** What to try, a sentence. */
        public String remedy() {
            return remedy;
        }
    }
}
