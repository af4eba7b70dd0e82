package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.Estimate;

/**
 * One of several separate modes of the posterior that a fit's starts came upon.
 *
 * @param at where log p is largest, [D]
 * @param sd the standard deviations of the normal there, [D]
 * @param logEvidence the mode's part of the evidence, importance-weighted from that normal
 */
public record Mode(double[] at, double[] sd, Estimate logEvidence) {
    public Mode {
        at = at.clone();
        sd = sd.clone();
    }

    @Override
    public double[] at() {
        return at.clone();
    }

    @Override
    public double[] sd() {
        return sd.clone();
    }
}
