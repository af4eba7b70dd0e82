package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.Estimate;
import java.io.Serializable;

/**
 * A fit that took part in a {@link Tournament}.
 *
 * @param family of its q, as {@link io.github.elbo4j.family.Family#label}
 * @param learningRate the first rate of its Adam; NaN if it settled where it started, so that no step asked for a rate and other rates
 *     had found the same
 * @param start the number of its start, from 1, which is that of a fit alone
 * @param steps done
 * @param elbo of what it reached, from draws at the addresses that all have in common; NaN where it was not measured
 * @param difference from the ELBO of the winner, the mean of differences in pairs at the same draws, with the error of that mean;
 *     exactly 0 of the winner itself
 * @param ending how it ended, in words
 */
public record Entrant(
        String family, double learningRate, int start, int steps, Estimate elbo, Estimate difference, String ending)
        implements Serializable {
    /** The same with its ELBO on another scale, where differences are the same. */
    Entrant withElbo(Estimate there) {
        return new Entrant(family, learningRate, start, steps, there, difference, ending);
    }
}
