package io.github.elbo4j.infer;

import java.util.Arrays;

/**
 * The later half of the rounds of an attempt to settle: the average of their q, and what is left of delta. Windows
 * double, so the rounds of the approach drop out by themselves.
 *
 * <p>Steps of the natural gradient whose iterates are averaged (Polyak and Juditsky 1992) make of all draws of a window what
 * one step of them all would make near the optimum, without its instability far from Gaussian posteriors.
 */
final class SettlingWindow {
    /** The Monte Carlo error that is wanted, in standard deviations of means and as a part of standard deviations. */
    private static final double ACCURACY = 0.005;
    /** The error that is accepted where a smaller one would be expensive. */
    private static final double ENOUGH = 0.02;
    /** Rounds after which that error is accepted. */
    private static final int PLENTY = 64;
    /** Rounds of an attempt. */
    static final int MOST = 256;

    /** Steps that a fit by minibatches keeps for the last attempt. */
    static final int RESERVE = 64 * NaturalGradient.GROUPS;

    private final double[] parameters; // summed, in z
    private final double[] delta; // summed
    private final double[] variance; // summed
    private int rounds;
    private int end = 2;
    private int size;

    /** The outcome of a whole window. */
    enum Finding {
        GOING_ON,
        SETTLED,
        /** It would take too many more rounds. */
        HOPELESS
    }

    SettlingWindow(int parameters) {
        this.parameters = new double[parameters];
        this.delta = new double[parameters];
        this.variance = new double[parameters];
    }

    /**
     * Adds a round.
     *
     * @param at the parameters after its step, in z
     */
    Finding add(float[] at, NaturalGradient.Round round) {
        if (rounds == end / 2) {
            Arrays.fill(parameters, 0);
            Arrays.fill(delta, 0);
            Arrays.fill(variance, 0);
            size = 0;
        }
        rounds++;
        size++;
        for (int p = 0; p < parameters.length; p++) {
            parameters[p] += at[p];
            delta[p] += round.delta()[p];
            variance[p] += round.variance()[p];
        }
        if (rounds < end) {
            return Finding.GOING_ON;
        }
        end *= 2;
        double wanted = rounds < PLENTY ? ACCURACY : ENOUGH;
        if (error() <= wanted && left() <= Math.max(2 * wanted, 3 * error())) {
            return Finding.SETTLED;
        }
        return rounds < MOST ? Finding.GOING_ON : Finding.HOPELESS;
    }

    /** Adds the sums. */
    void hash(StateHash to) {
        to.add(parameters);
        to.add(delta);
        to.add(variance);
    }

    /** Whether the latest round was the last of a window. */
    boolean isWhole() {
        return rounds == end / 2;
    }

    /** The mean of the window's parameters. */
    float[] average() {
        float[] mean = new float[parameters.length];
        for (int p = 0; p < mean.length; p++) {
            mean[p] = (float) (parameters[p] / size);
        }
        return mean;
    }

    /** The largest Monte Carlo error of a parameter. */
    double error() {
        return Math.sqrt(variance[worst()]) / size;
    }

    /** The parameter of the largest error. */
    int worst() {
        int worst = 0;
        for (int p = 1; p < variance.length; p++) {
            worst = variance[p] > variance[worst] ? p : worst;
        }
        return worst;
    }

    /** The largest mean of delta: how far the average still is from where it vanishes. */
    double left() {
        double largest = 0;
        for (double d : delta) {
            largest = Math.max(largest, Math.abs(d) / size);
        }
        return largest;
    }
}
