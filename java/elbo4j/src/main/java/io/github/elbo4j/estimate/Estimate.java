package io.github.elbo4j.estimate;

import java.util.Locale;

/**
 * A Monte Carlo number and its error.
 *
 * @param standardError the estimated standard deviation of {@code value}; 0 if it is exact, NaN if one draw was all
 * @param draws how many draws it comes from; 0 if it is exact
 */
public record Estimate(double value, double standardError, long draws) {
    /** A number without an error. */
    public static Estimate exact(double value) {
        return new Estimate(value, 0, 0);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.6g ± %.2g (%d draws)", value, standardError, draws);
    }
}
