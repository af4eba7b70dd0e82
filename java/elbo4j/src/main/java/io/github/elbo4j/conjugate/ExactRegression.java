package io.github.elbo4j.conjugate;

import io.github.elbo4j.conjugate.NormalRegression.Kind;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Method;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import java.util.List;
import java.util.Objects;

/**
 * The posterior and the evidence of a conjugate {@link NormalRegression} in closed form (Bishop 2006, sections 2.3.6, 3.3 and
 * 3.5). With P the prior's precision, in units of the noise or, where s is known, times s²:
 *
 * <pre>{@code
 * Lambda = XᵀX + P,  m = Lambda⁻¹·(Xᵀy + P·m0)
 * s known:    beta ~ N(m, s²·Lambda⁻¹)
 * s unknown:  beta | s ~ N(m, s²·Lambda⁻¹),  1/s² ~ Gamma(a0 + N/2, b0 + (|y − X·m|² + (m − m0)ᵀ·P·(m − m0))/2)
 * }</pre>
 *
 * <p>Under a flat prior m is {@code (XᵀX)⁻¹Xᵀy}; of an unknown s it is that with {@code Gamma((N − K)/2, |y − X·m|²/2)}.
 */
public final class ExactRegression implements Method<NormalRegression> {
    /** The name of the method in a {@link FitResult}. */
    public static final String NAME = "exact";

    /** There is nothing to set. */
    public ExactRegression() {}

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the model is not conjugate; or if there is no posterior, which a flat prior leaves to
     *     the data: too few rows, columns that are linear combinations of others, no residuals
     */
    @Override
    public FitResult fit(Device device, NormalRegression model) {
        Objects.requireNonNull(device, "device is null");
        if (model.kind == Kind.INDEPENDENT || model.kind == Kind.RELEVANCE) {
            throw new IllegalArgumentException("the prior has " + model.told().get("prior")
                    + ": its posterior has no closed form. Take coefficients in units of the noise, or cavi");
        }
        long begun = System.nanoTime();
        enoughRows(model);
        Solution solution = Solution.of(LeastSquares.of(device, model.data), model);
        Posterior posterior = solution.posterior();
        Estimate evidence =
                model.isProper() ? Estimate.exact(solution.logEvidence()) : new Estimate(Double.NaN, Double.NaN, 0);
        return new FitResult(
                NAME,
                "",
                model.told(),
                device.name(),
                device.arithmetic(),
                device.rng(),
                0,
                0,
                Status.CONVERGED,
                "",
                "the posterior in closed form, good by construction"
                        + (model.isProper() ? "" : "; a flat prior has no evidence"),
                evidence,
                evidence,
                assessment(solution.concerns()),
                List.of(),
                posterior,
                List.of(),
                (System.nanoTime() - begun) * 1e-9,
                0,
                List.of());
    }

    /** Good by construction, but for what rounding does. */
    private static Assessment assessment(List<Concern> concerns) {
        Verdict verdict = concerns.isEmpty() ? Verdict.GOOD : concerns.get(0).verdict();
        return new Assessment(verdict, Double.NaN, Double.NaN, 0, concerns);
    }

    private static void enoughRows(NormalRegression model) {
        int k = model.data.columns().size();
        int n = model.data.rows();
        int least = model.kind == Kind.KNOWN_NOISE ? k : k + 3; // Student t with three degrees has a variance
        if (!model.isProper() && n < least) {
            throw new IllegalArgumentException("there are " + n + " rows for " + k + " coefficients"
                    + (model.kind == Kind.KNOWN_NOISE ? "" : " and the noise") + ", but a flat prior needs " + least
                    + " at least: leave columns out, or give the coefficients a proper prior");
        }
    }
}
