package io.github.elbo4j.factors;

import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@link BinaryFactorAnalysis} found. All but {@code seconds} is the same for the same seed on every exact device.
 *
 * @param factors the model and its encoder
 * @param settings by name, as reports show them
 * @param device its name
 * @param steps done
 * @param status CONVERGED, STEP_LIMIT where the objective was still rising, INTERRUPTED or DIVERGED: then it is the last finite state
 * @param assessment how far to trust it, and why
 * @param fitted what it says of at most 1,000 of the rows that were fitted
 * @param heldOut the same of rows that were held out; null if none were
 * @param independent the mean log-probability of a row that was held out (of a fitted one if none were) by independent columns
 * @param trace the objective of a row, the ELBO with the penalty, over the steps: each point the mean since the last
 * @param seconds wall-clock time
 */
public record FactorFit(
        BinaryFactors factors,
        Map<String, Object> settings,
        String device,
        long seed,
        int steps,
        Status status,
        Assessment assessment,
        RowBounds fitted,
        @Nullable RowBounds heldOut,
        double independent,
        List<TracePoint> trace,
        double seconds) {
    public FactorFit {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        trace = List.copyOf(trace);
    }

    /** What it says of the rows that measure it: those held out, or else those fitted. */
    public RowBounds judged() {
        return heldOut == null ? fitted : heldOut;
    }

    @Override
    public String toString() {
        return factors + ": ELBO " + judged().elbo() + " a row, "
                + assessment.verdict().words();
    }
}
