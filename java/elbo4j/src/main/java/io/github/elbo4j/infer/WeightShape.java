package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.estimate.ParetoShape;

/**
 * How the importance weights {@code p/q} of so many draws are distributed, what k-hat says of q, and whether more draws may change
 * that.
 *
 * @param kHat {@link LogWeights#kHat}
 * @param efficiency {@link LogWeights#efficiency}
 * @param plainEfficiency {@link LogWeights#plainEfficiency}
 */
record WeightShape(int draws, double kHat, double efficiency, double plainEfficiency) {
    /** Nothing was drawn. */
    static final WeightShape NONE = new WeightShape(0, Double.NaN, Double.NaN, Double.NaN);

    /** Efficiency of a good fit. */
    static final double GOOD_EFFICIENCY = 0.35;

    /** Where the weights are this uniform and none stands out, k-hat means nothing. */
    private static final double UNIFORM = 0.9;
    /** Where few draws are enough: the variance of weights around 1 is then a hundredth. */
    private static final double PLAIN = 0.99;
    /** An efficiency below which more draws do not help. */
    private static final double HOPELESS = 0.03;
    /** Pareto k-hat of a good fit, and of a usable one. */
    private static final double GOOD_K = 0.5;

    private static final double USABLE_K = 0.7;
    /** How many standard errors k-hat must be beyond its threshold. */
    private static final double Z = 2;
    /**
     * From so many draws on more are not taken where the efficiency is ample; with each doubling a smaller one is. Of
     * regressions of few rows as many are then called good that 2^19 draws do not; {@code bench/agreement} is the command.
     */
    private static final int ENOUGH = 16384;

    private static final double AMPLE = 0.8;
    private static final double LESS = 0.05;

    static WeightShape of(LogWeights ratios) {
        return new WeightShape(ratios.draws(), ratios.kHat(0), ratios.efficiency(0), ratios.plainEfficiency(0));
    }

    /** Whether k-hat says nothing, since nearly all draws count alike. */
    boolean isUniform() {
        return plainEfficiency >= UNIFORM;
    }

    /** Whether few draws say what many would. */
    boolean isPlain() {
        return plainEfficiency >= PLAIN;
    }

    /** Whether more draws may change what the weights say: k-hat of few draws is too large as often as too small. */
    boolean isUndecided() {
        if (!Double.isFinite(kHat) || !(efficiency > HOPELESS) || isUniform() || isAmple()) {
            return false;
        }
        double error = error();
        return kHat + error >= GOOD_K && (kHat - error <= usable() || efficiency >= GOOD_EFFICIENCY);
    }

    private boolean isAmple() {
        return draws >= ENOUGH
                && efficiency >= AMPLE - LESS * StrictMath.log((double) draws / ENOUGH) / StrictMath.log(2);
    }

    /** Whether k-hat is below the threshold of a good fit, or not surely above it. */
    boolean isGood() {
        return kHat - error() < GOOD_K;
    }

    /** The same of a usable fit. */
    boolean isUsable() {
        return kHat - error() < usable();
    }

    /** Two standard errors of k-hat, each about {@code (1 + k)/√M} with M ratios in the tail. */
    private double error() {
        return Z * (1 + Math.max(0, kHat)) / Math.sqrt(ParetoShape.tail(draws));
    }

    /** {@code min(1 − 1/log10 S, 0.7)} (Vehtari et al. 2024). */
    private double usable() {
        return Math.min(1 - 1 / StrictMath.log10(draws), USABLE_K);
    }
}
