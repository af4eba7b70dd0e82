package io.github.elbo4j.conjugate;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FreshDraws;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Method;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;

/**
 * Coordinate ascent for a {@link LogisticRegression} with the bound of Jaakkola and Jordan (2000; Bishop 2006, section 10.6):
 * {@code log sigmoid(u) ≥ log sigmoid(xi) + (u − xi)/2 − lambda(xi)·(u² − xi²)}, {@code lambda(xi) = tanh(xi/2)/(4·xi)}, makes the
 * likelihood Gaussian in beta. In turn
 *
 * <pre>{@code
 * S⁻¹ = S0⁻¹ + 2·Σ_n lambda(xi_n)·x_n·x_nᵀ,   m = S·(S0⁻¹·m0 + Xᵀ(y − 1/2)),   xi_n² = x_nᵀ(S + m·mᵀ)x_n
 * }</pre>
 *
 * raise a bound of the evidence that never falls. It lies below the ELBO of the same Gaussian, by what the inequality loses:
 * the trace has the bound, the result the ELBO from fresh draws, which judge the fit as they judge every other. Standard
 * deviations come out too small.
 *
 * <p>All sums over rows are the device's, which holds 16 bytes for each number of X. Since the priors are proper, the fit stays finite where classes are separated by a
 * plane or where there is one class only; the coefficients are then as large as the priors allow.
 */
public final class CaviLogistic implements Method<LogisticRegression> {
    /** A sum of float32 terms may be off by so much of itself. */
    private static final double ROUNDING = 0x1p-20;

    private final CaviSettings settings;

    public CaviLogistic(CaviSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings is null");
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the target is not 0 or 1
     * @throws IllegalStateException if the bound falls; it says by how much
     */
    @Override
    public FitResult fit(Device device, LogisticRegression model) {
        Objects.requireNonNull(device, "device is null");
        long begun = System.nanoTime();
        try (DataLogJoint joint =
                new BayesianLogisticRegression(device, model.data(), model.coefficients()).logJoint()) {
            Sweeps ascent = new Sweeps(settings, "the bound");
            Gaussian q = ascend(device, model, ascent);
            String message = String.format(
                    Locale.ROOT,
                    "%s; the bound of Jaakkola and Jordan is %.6g, below the ELBO",
                    ascent.message(),
                    ascent.bound());
            FreshDraws found = FreshDraws.of(device, joint, q, ascent.status(), message, new Key(settings.seed()));
            return new FitResult(
                    CaviRegression.NAME,
                    "",
                    settings.told(Map.of("bound", "Jaakkola-Jordan")),
                    device.name(),
                    device.arithmetic(),
                    device.rng(),
                    settings.seed(),
                    ascent.sweeps(),
                    found.status(),
                    "",
                    found.message(),
                    found.elbo(),
                    found.logEvidence(),
                    found.assessment(),
                    List.of(),
                    new GaussianPosterior(model.data().columns(), q),
                    ascent.trace(),
                    (System.nanoTime() - begun) * 1e-9,
                    found.assessment().draws(),
                    found.accounts(List.of()));
        }
    }

    static Gaussian ascend(Device device, LogisticRegression model, Sweeps ascent) {
        int k = model.coefficients().size();
        try (LogisticSums sums = new LogisticSums(device, model.data())) {
            double[] right = sums.linear().clone();
            double[] precision = new double[k];
            double constant = 0;
            for (int j = 0; j < k; j++) {
                NormalPrior prior = model.coefficients().get(j);
                precision[j] = 1 / (prior.sd() * prior.sd());
                right[j] += precision[j] * prior.mean();
                constant += 0.5 * StrictMath.log(precision[j]) - 0.5 * precision[j] * prior.mean() * prior.mean();
            }
            Gaussian reached = null;
            try {
                while (true) {
                    double[][] inverse = sums.weighted();
                    for (int j = 0; j < k; j++) {
                        inverse[j][j] += precision[j];
                    }
                    Spd factored = Spd.of(inverse, model.data().columns());
                    double[] m = factored.solve(right);
                    reached = new Gaussian(m, factored.inverse());
                    double terms = sums.terms();
                    double quadratic = 0.5 * LeastSquares.dot(m, right);
                    double bound = terms + constant - 0.5 * factored.logDeterminant() + quadratic;
                    double[] sd = new double[k];
                    Arrays.setAll(sd, reached::standardDeviation);
                    if (!ascent.goesOn(bound, ROUNDING * (Math.abs(terms) + Math.abs(quadratic)), m, sd)) {
                        return reached;
                    }
                    sums.moveTo(m, factored.inverseFactor());
                }
            } catch (CancellationException e) {
                if (reached == null) {
                    throw e;
                }
                ascent.interrupted();
                return reached;
            }
        }
    }
}
