package io.github.elbo4j.estimate;

import java.io.Serializable;
import java.util.Locale;

/**
 * A Monte Carlo number and its error.
 *
 * @param standardError the estimated standard deviation of {@code value}; 0 if it is exact, NaN if there was a single
 *     draw
 * @param draws how many draws it comes from; 0 if it is exact
 */
public record Estimate(double value, double standardError, long draws) implements Serializable {
    /** A number without an error. */
    public static Estimate exact(double value) {
        return new Estimate(value, 0, 0);
    }

    /**
     * The mean over the draws of both, each the mean of independent draws of one distribution, with its standard error:
     * the sums of squared deviations are added, with a term for the distance of the two means (Chan, Golub and LeVeque
     * 1983).
     */
    public Estimate merge(Estimate other) {
        long all = draws + other.draws;
        double share = (double) other.draws / all;
        double apart = other.value - value;
        double squares = squares() + other.squares() + apart * apart * draws * share;
        return new Estimate(value + apart * share, Math.sqrt(squares / (all - 1) / all), all);
    }

    /** The sum of squared deviations from the mean, given that of one draw is 0. */
    private double squares() {
        return draws == 1 ? 0 : standardError * standardError * draws * (draws - 1);
    }

    /** {@code value ± standardError (draws)}, both numbers to the error's second digit; {@code value (exact)}. */
    @Override
    public String toString() {
        if (draws == 0 && standardError == 0) {
            return String.format(Locale.ROOT, "%.6g (exact)", value);
        }
        String words = standardError > 0 && Double.isFinite(standardError)
                ? toSecondDigit(value) + " ± " + toSecondDigit(standardError)
                : String.format(Locale.ROOT, "%.6g ± %.2g", value, standardError);
        return draws == 0 ? words : words + " (" + draws + (draws == 1 ? " draw)" : " draws)");
    }

    private String toSecondDigit(double number) {
        if (!(Math.abs(number) < 1e15)) {
            return String.format(Locale.ROOT, "%.6g", number); // NaN and infinity too
        }
        double second = Math.floor(StrictMath.log10(standardError)) - 1;
        return String.format(Locale.ROOT, "%." + (int) Math.max(0, Math.min(17, -second)) + "f", number);
    }
}
