package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The log importance ratios {@code f[b,s] = log p(x, z[b,s]) − log q(z[b,s])} of fresh draws of q, copied to the host.
 * Their mean estimates the ELBO, the log of the mean of their exponentials the log evidence, and their tail shows how
 * far q may be trusted. Sums are float64, in order, by {@code StrictMath}: the same bits everywhere.
 */
public final class LogWeights implements Serializable {
    private static final long serialVersionUID = 1;

    /** The most draws of a problem. Their ratios are kept on the host, 128 MiB; the results stop changing at far fewer. */
    public static final int MOST_DRAWS = 1 << 24;

    /** Draws whose ratios are on the host at a time, where only their mean is asked for. */
    private static final int PART = 1 << 20;

    private final double[][] values; // [B][S]
    private transient double @Nullable [][]
            weights; // of problems that were asked for, so that several questions take one exp a draw
    private transient ParetoShape.@Nullable Fitted @Nullable [] tails; // of those, too

    private LogWeights(double[][] values) {
        this.values = values;
    }

    /**
     * Draws from q and evaluates both densities.
     *
     * @param workspaceBytes what draws may take on the device; the result does not depend on it
     */
    public static LogWeights draw(LogJoint joint, VariationalFamily family, Key key, int draws, long workspaceBytes) {
        if (draws > MOST_DRAWS) {
            throw new IllegalArgumentException("draws is " + draws + ", but must be " + MOST_DRAWS + " at most");
        }
        return draw(joint, family, key, 0, draws, workspaceBytes);
    }

    /** These, and after them others of as many problems: with the draws that follow on these, the bits of all drawn at once. */
    public LogWeights and(LogWeights further) {
        double[][] all = new double[values.length][];
        for (int b = 0; b < all.length; b++) {
            int there = values[b].length;
            all[b] = Arrays.copyOf(values[b], Math.addExact(there, further.values[b].length));
            System.arraycopy(further.values[b], 0, all[b], there, further.values[b].length);
        }
        return new LogWeights(all);
    }

    /**
     * The ELBO of a single problem from any number of draws, of which no more than a part is kept at a time.
     *
     * <p>Other points than independent ones are taken in 16 or more sets of 2^m, each random anew, and the standard error is that of the
     * sets' means: the scatter within a set says nothing of it. Draws that make no whole set are left out.
     *
     * @param workspaceBytes what draws may take on the device; the result does not depend on it
     */
    public static Estimate elbo(LogJoint joint, VariationalFamily family, Key key, int draws, long workspaceBytes) {
        EstimateChecks.fit(joint, family, draws);
        if (key.points() != PointSet.INDEPENDENT) {
            int d = family.dimensions();
            return RandomizedSets.mean(key, draws, (own, points) -> {
                double[] f = new double[points];
                DrawChunks chunks = new DrawChunks(1, points, d, d, workspaceBytes);
                LogRatios.draw(joint, Proposal.of(family), own, chunks, 0, (b, s, value) -> f[s] = value);
                return mean(f).value();
            });
        }
        Estimate elbo = draw(joint, family, key, 0, Math.min(PART, draws), workspaceBytes)
                .elbo(0);
        for (int first = PART; first > 0 && first < draws; first += PART) { // it overflows after the last part
            int count = Math.min(PART, draws - first);
            elbo = elbo.merge(
                    draw(joint, family, key, first, count, workspaceBytes).elbo(0));
        }
        return elbo;
    }

    /**
     * {@link #draw(LogJoint, VariationalFamily, Key, int, long)} from a draw on.
     *
     * @param first its number from 0
     */
    public static LogWeights draw(
            LogJoint joint, VariationalFamily family, Key key, int first, int draws, long workspaceBytes) {
        EstimateChecks.fit(joint, family, draws);
        EstimateChecks.independent(key);
        int problems = family.problems();
        double[][] values = new double[problems][draws];
        DrawChunks chunks = new DrawChunks(problems, draws, family.dimensions(), family.dimensions(), workspaceBytes);
        LogRatios.draw(joint, Proposal.of(family), key, chunks, first, (b, s, f) -> values[b][s] = f);
        return new LogWeights(values);
    }

    /** Log importance ratios that were computed elsewhere, [B][S]. */
    public static LogWeights of(double[]... values) {
        double[][] copy = new double[values.length][];
        for (int b = 0; b < values.length; b++) {
            EstimateChecks.draws(values[b].length);
            copy[b] = values[b].clone();
        }
        return new LogWeights(copy);
    }

    /** S. */
    public int draws() {
        return values[0].length;
    }

    /** The log ratios of one problem, a copy. */
    public double[] values(int problem) {
        return values[problem].clone();
    }

    /** The ELBO: {@code 1/S · Σ f}, with the standard error {@code sd(f)/√S}. */
    public Estimate elbo(int problem) {
        return mean(values[problem]);
    }

    /**
     * The log evidence: {@code log(1/S · Σ exp f)} (Burda et al. 2016), in expectation a tighter bound than the ELBO and
     * consistent as S grows. The standard error is that of the mean weight divided by the mean weight (delta method); it
     * means nothing where k-hat is above 0.7.
     */
    public Estimate logEvidence(int problem) {
        double[] f = values[problem];
        double largest = largest(f);
        if (!Double.isFinite(largest)) {
            return new Estimate(largest, Double.NaN, f.length);
        }
        Estimate mean = mean(weights(problem));
        return new Estimate(largest + StrictMath.log(mean.value()), mean.standardError() / mean.value(), f.length);
    }

    /**
     * The effective sample size of the weights over their number, {@code (Σw)²/(S·Σw²)}: from 1/S to 1, which is where all
     * are equal; NaN if one is NaN or all are 0. Weights are truncated at {@code √S} times their mean (Ionides 2008): that of
     * raw weights jumps with the largest of them.
     */
    public double efficiency(int problem) {
        return effectiveShare(truncated(problem));
    }

    /** {@link #efficiency} of the weights as they are; a single large weight lowers it. */
    public double plainEfficiency(int problem) {
        return effectiveShare(weights(problem));
    }

    /** {@link ParetoShape#ofLogRatios} of the ratios of a problem. */
    public double kHat(int problem) {
        return tail(problem).kHat();
    }

    /** {@link SmoothedWeights#of} of the ratios of a problem. */
    public SmoothedWeights smoothed(int problem) {
        return SmoothedWeights.of(
                values[problem], tail(problem), weights(problem).clone());
    }

    private ParetoShape.Fitted tail(int problem) {
        ParetoShape.@Nullable Fitted[] all = tails == null ? new ParetoShape.Fitted[values.length] : tails;
        tails = all;
        ParetoShape.Fitted known = all[problem];
        ParetoShape.Fitted tail = known == null ? ParetoShape.fitted(ParetoShape.largest(values[problem])) : known;
        all[problem] = tail;
        return tail;
    }

    /**
     * The share of draws whose weight is less than {@code exp(−5)} of the mean one: how much of q lies where p has next to
     * nothing. Large weights tell of what q misses, and only these tell of where it is too much.
     */
    public double emptyShare(int problem) {
        double[] f = values[problem];
        double least = logEvidence(problem).value() - 5;
        int empty = 0;
        for (double each : f) {
            empty += each >= least ? 0 : 1;
        }
        return (double) empty / f.length;
    }

    /** The weights of a problem in units of the largest, truncated at √S times their mean. */
    public double[] truncated(int problem) {
        double[] w = weights(problem).clone();
        double sum = 0;
        for (double weight : w) {
            sum += weight;
        }
        double most = sum / Math.sqrt(w.length);
        for (int s = 0; s < w.length; s++) {
            w[s] = Math.min(w[s], most);
        }
        return w;
    }

    /** {@code exp(f − largest)} of a problem, to be read only. */
    private double[] weights(int problem) {
        double[][] all = weights == null ? new double[values.length][0] : weights;
        weights = all;
        if (all[problem].length == 0) {
            all[problem] = weights(values[problem], largest(values[problem]));
        }
        return all[problem];
    }

    /** The largest of values, NaN if one is. */
    private static double largest(double[] values) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            largest = Math.max(largest, value);
        }
        return largest;
    }

    /** {@code exp(f − largest)}: the weights in units of the largest, of which none overflows. */
    private static double[] weights(double[] f, double largest) {
        double[] w = new double[f.length];
        for (int s = 0; s < w.length; s++) {
            w[s] = StrictMath.exp(f[s] - largest);
        }
        return w;
    }

    /** {@code (Σw)²/(S·Σw²)}. */
    private static double effectiveShare(double[] weights) {
        double sum = 0;
        double squares = 0;
        for (double weight : weights) {
            sum += weight;
            squares += weight * weight;
        }
        return sum * sum / squares / weights.length;
    }

    /** The mean of independent values, with its standard error from a second pass over the deviations. */
    public static Estimate mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        double variance = squares / (values.length - 1); // NaN with one value
        return new Estimate(mean, Math.sqrt(variance / values.length), values.length);
    }
}
