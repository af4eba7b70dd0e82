package io.github.elbo4j.conjugate;

import io.github.elbo4j.conjugate.NormalRegression.Kind;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FreshDraws;
import io.github.elbo4j.infer.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Coordinate ascent on the ELBO of a {@link NormalRegression} under the mean-field assumption {@code q(beta)·q(1/s²)}, with
 * automatic relevance determination {@code ·Π q(alpha_j)}: each factor is {@code log q_j = E[log p(y, z)] + constant}, the mean over
 * the newest others. The coefficients are one factor, so their correlations are kept; what independence loses is that the
 * coefficients' uncertainty grows with the noise. Fresh draws, weighed against the joint itself, say how much that is.
 *
 * <p>The sweeps work on sums of squares and products, which the device makes once. The ELBO is in closed form at each sweep and
 * never falls. Where the model is conjugate the evidence is too, and so is {@code KL(q ‖ p) = log p(y) − ELBO}.
 */
public final class CaviRegression implements Method<NormalRegression> {
    /** The name of the method in a {@link FitResult}. */
    public static final String NAME = "cavi";

    private final CaviSettings settings;

    public CaviRegression(CaviSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings is null");
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the noise is known or flat, or columns are linear combinations of others beyond what
     *     the prior settles
     * @throws IllegalStateException if the ELBO falls; it says by how much
     */
    @Override
    public FitResult fit(Device device, NormalRegression model) {
        Objects.requireNonNull(device, "device is null");
        NoisePrecision prior = model.noise;
        if (model.kind == Kind.KNOWN_NOISE || prior == null) {
            throw new IllegalArgumentException("the prior has " + model.told().get("prior")
                    + ": coordinate ascent needs proper priors of both coefficients and noise. Its posterior is known, take"
                    + " exact");
        }
        long begun = System.nanoTime();
        LeastSquares sums = LeastSquares.of(device, model.data);
        RegressionFactors factors = new RegressionFactors(model, sums, prior);
        Sweeps ascent = new Sweeps(settings, "the ELBO");
        double elbo;
        do {
            factors.sweep();
            elbo = factors.elbo();
        } while (ascent.goesOn(elbo, factors.rounding(), factors.means(), factors.standardDeviations()));
        RegressionPosterior posterior = factors.posterior();
        double[] centre = Arrays.copyOf(factors.means(), sums.columns());
        FreshDraws found = FreshDraws.of(
                posterior,
                elbo,
                new RegressionJoint(model, sums, centre)::at,
                ascent.status(),
                ascent.message(),
                new Key(settings.seed()));
        Estimate evidence = found.logEvidence();
        String message = found.message();
        if (model.kind == Kind.IN_UNITS_OF_NOISE) {
            evidence = Estimate.exact(Solution.of(sums, model).logEvidence());
            message += String.format(
                    Locale.ROOT,
                    "; the evidence is known, so KL(q ‖ posterior) is %.3g nats",
                    Math.max(0, evidence.value() - elbo));
        }
        Map<String, Object> told = settings.told(model.told());
        for (int j = 0; j < model.data.columns().size(); j++) {
            if (model.isRelevance(j)) {
                told.put("priorSd " + model.data.columns().get(j), factors.relevanceSd(j));
            }
        }
        return new FitResult(
                NAME,
                "",
                told,
                device.name(),
                device.arithmetic(),
                device.rng(),
                settings.seed(),
                ascent.sweeps(),
                found.status(),
                "",
                message,
                found.elbo(),
                evidence,
                found.assessment(),
                List.of(),
                posterior,
                ascent.trace(),
                (System.nanoTime() - begun) * 1e-9,
                found.assessment().draws(),
                found.accounts(List.of()));
    }
}
