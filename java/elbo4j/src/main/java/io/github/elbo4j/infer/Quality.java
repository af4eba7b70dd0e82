package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;

/** How good a fitted q is. */
record Quality(Estimate elbo, Estimate logEvidence, double kHat) {
    /** The ELBO from one set of fresh draws, the evidence and k-hat from another. */
    static Quality of(LogWeights forElbo, LogWeights forRatios) {
        return new Quality(forElbo.elbo(0), forRatios.logEvidence(0), ParetoShape.ofLogRatios(forRatios.values(0)));
    }
}
