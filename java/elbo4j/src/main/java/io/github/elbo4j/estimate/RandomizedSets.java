package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PointSet;
import java.util.Arrays;

/**
 * Means over draws that depend on each other ({@link PointSet}). Their scatter says nothing of the error of their mean, so the draws are
 * taken in R sets, each random anew and of 2^m points, and the error is that of R independent numbers,
 *
 * <p>{@code 1/R · Σ_r mean_r ± sd(mean_r)/√R}
 *
 * <p>with R from {@value #SETS} to twice as many: the error itself is known to about 18 % (of R − 1 degrees of freedom, as Student's t
 * says). More sets know it better, and larger ones gain more.
 */
final class RandomizedSets {
    /** At least. */
    static final int SETS = 16;

    private RandomizedSets() {}

    /** Points of a set where so many draws are asked for: the largest power of two of which there are enough sets; pairs, if they allow it. */
    static int points(int draws) {
        return draws < 2 * 2 ? 1 : Math.max(2, Integer.highestOneBit(Math.max(1, draws / SETS)));
    }

    /** Draws a set and averages over it. */
    interface MeanOfSet {
        double of(Key key, int points);
    }

    /**
     * The mean of all sets.
     *
     * @param key of which each set has a fork of its own
     * @param draws of which what is left of whole sets is not taken
     */
    static Estimate mean(Key key, int draws, MeanOfSet mean) {
        int points = points(draws);
        double[] means = new double[draws / points];
        Arrays.setAll(means, r -> mean.of(key.fork("set " + r), points));
        Estimate ofSets = LogWeights.mean(means);
        return new Estimate(ofSets.value(), ofSets.standardError(), (long) means.length * points);
    }
}
