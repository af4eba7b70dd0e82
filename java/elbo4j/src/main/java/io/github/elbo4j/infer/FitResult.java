package io.github.elbo4j.infer;

import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.family.FamilyKind;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.Standardization;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a fit found and how far to trust it. All but {@code seconds} is the same for the same seed on every device that is
 * exact and makes its own normals.
 *
 * @param device the device's name
 * @param arithmetic what the device computed with
 * @param rng where its normals came from
 * @param baseline null but for the score gradient
 * @param optimizer the method and its numbers
 * @param steps steps done
 * @param start where it started from, in a clause; empty if at the initial mean
 * @param message why it ended, in a clause
 * @param elbo from fresh draws; it bounds the log evidence from below
 * @param logEvidence the importance-weighted estimate of log p(x) from the same draws
 * @param assessment how far to trust it, and why
 * @param modes the separate modes that matter, as far as the starts came upon several, the best first; else empty
 * @param posterior q
 * @param trace the ELBO step by step, thinned evenly to about 2000 points
 * @param seconds wall-clock time
 * @param draws draws of the training steps and comparisons
 */
public record FitResult(
        FamilyKind family,
        Gradient gradient,
        ScoreOps.@Nullable Baseline baseline,
        String optimizer,
        String device,
        Arithmetic arithmetic,
        Rng rng,
        long seed,
        int steps,
        Status status,
        String start,
        String message,
        Estimate elbo,
        Estimate logEvidence,
        Assessment assessment,
        List<Mode> modes,
        Gaussian posterior,
        List<String> parameterNames,
        List<TracePoint> trace,
        double seconds,
        long draws) {
    /** Parameters that {@link #toString} tells. */
    private static final int PARAMETERS_TOLD = 8;

    public FitResult {
        parameterNames = List.copyOf(parameterNames);
        trace = List.copyOf(trace);
        modes = List.copyOf(modes);
    }

    public boolean converged() {
        return status == Status.CONVERGED;
    }

    /** {@link Assessment#verdict()}. */
    public Verdict verdict() {
        return assessment.verdict();
    }

    /** {@link Assessment#kHat()}. */
    public double kHat() {
        return assessment.kHat();
    }

    public double drawsPerSecond() {
        return draws / seconds;
    }

    /** In words, short: how it ended, the ELBO, the verdict and the first parameters. */
    @Override
    public String toString() {
        int told = Math.min(PARAMETERS_TOLD, parameterNames.size());
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s fit on %s, %s after %d steps: ELBO %s, verdict %s (k-hat %.2f); ",
                family.label(),
                device,
                status.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                steps,
                elbo,
                verdict().words(),
                kHat()));
        for (int i = 0; i < told; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(parameterNames.get(i))
                    .append(String.format(
                            Locale.ROOT, " %.4g ± %.2g", posterior.mean(i), posterior.standardDeviation(i)));
        }
        if (parameterNames.size() > told) {
            text.append(", and ").append(parameterNames.size() - told).append(" more");
        }
        return text.toString();
    }

    /** The same fit, told on the scale of the data before they were standardized. */
    public FitResult toOriginal(Standardization scale) {
        Standardization.Affine back = scale.toOriginal(posterior.dimensions());
        return new FitResult(
                family,
                gradient,
                baseline,
                optimizer,
                device,
                arithmetic,
                rng,
                seed,
                steps,
                status,
                start,
                message,
                new Estimate(scale.elboToOriginal(elbo.value()), elbo.standardError(), elbo.draws()),
                new Estimate(
                        scale.elboToOriginal(logEvidence.value()), logEvidence.standardError(), logEvidence.draws()),
                assessment,
                modes,
                posterior.affine(back.shift(), back.scale(), back.weights()),
                parameterNames,
                trace.stream()
                        .map(p -> new TracePoint(p.step(), scale.elboToOriginal(p.elbo()), p.standardError()))
                        .toList(),
                seconds,
                draws);
    }
}
