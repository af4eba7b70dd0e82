package io.github.elbo4j.factors;

import io.github.elbo4j.infer.FitResult;
import org.jspecify.annotations.Nullable;

/**
 * What {@link BinaryFactorAnalysis} found. All but the seconds is the same for the same seed on every exact device.
 *
 * @param factors the model and its encoder
 * @param result how the fit went and how far to trust it: CONVERGED, STEP_LIMIT where the objective was still rising, INTERRUPTED or
 *     DIVERGED: then it is the last finite state. ELBO and log evidence are sums over the rows that measure it; the trace is the objective
 *     of a row, the ELBO with the penalty, each point the mean since the last
 * @param fitted what it says of at most 1,000 of the rows that were fitted
 * @param heldOut the same of rows that were held out; null if none were
 * @param independent the mean log-probability of a row that was held out (of a fitted one if none were) by independent columns
 */
public record FactorFit(
        BinaryFactors factors,
        FitResult result,
        RowBounds fitted,
        @Nullable RowBounds heldOut,
        double independent) {
    /** What it says of the rows that measure it: those held out, or else those fitted. */
    public RowBounds judged() {
        return heldOut == null ? fitted : heldOut;
    }

    @Override
    public String toString() {
        return factors + ": ELBO " + judged().elbo() + " a row, "
                + result.verdict().words();
    }
}
