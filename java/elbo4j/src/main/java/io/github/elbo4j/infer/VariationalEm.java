package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.Model;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Expectation-maximization for a {@link Model} with weights theta beside its parameters z ({@link
 * io.github.elbo4j.model.ModelBuilder#weight}): in turns the E step finds a q(z) for the present theta, and the M step
 * {@code theta ← argmax E_q(z)[log p_theta(x, z)]}. Both raise the {@code ELBO = log p_theta(x) − KL(q ‖ p_theta(z | x))} (Neal and
 * Hinton 1998), so that theta comes to the maximum of the likelihood where q is the posterior.
 *
 * <ul>
 *   <li>{@link #ofPosterior}: q is the normal at the posterior's mode, which is the posterior itself where that is normal: EM
 *       (Dempster, Laird and Rubin 1977).
 *   <li>{@link #ofFamily}: q is the member of a family with the largest ELBO: variational EM.
 *   <li>{@link #ofDraws}: expectations are over draws that importance weights make those of the posterior: Monte Carlo EM (Wei and
 *       Tanner 1990).
 * </ul>
 *
 * <p>The latter two begin where {@link #ofPosterior} comes to, up to a hundredth of a nat: far from the data the weights of draws collapse, and a
 * family takes long to fit. Steps are made longer as the last ones tell ({@link Anderson}); one that leads down is taken back.
 *
 * <p>Expectations are means over S draws of q that are the same functions of the seed at every step, moved and scaled so that their
 * mean and covariance are those of q to the last digit: of what is quadratic in z they are exact. The {@code posterior} of the
 * result holds theta with the standard errors of the observed information (differences of the score, with an E step at
 * each place), and beside it z given theta. Verdict, ELBO and evidence are those of q at the last theta, by fresh draws.
 */
public final class VariationalEm implements Method<Model> {
    /** What the E step finds. */
    enum Kind {
        POSTERIOR("em"),
        FAMILY("variational-em"),
        DRAWS("monte-carlo-em");

        final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    final Kind kind;
    final @Nullable Family family;
    final int draws;
    final int maxSteps;
    final double tolerance;
    final long seed;
    final BooleanSupplier cancelled;
    final Consumer<Step> listener;

    /**
     * A step, after its E step.
     *
     * @param number from 1
     * @param weights the coordinates of theta
     * @param elbo over the draws of q
     * @param logEvidence log p_theta(x), importance-weighted from the same draws
     */
    public record Step(int number, double[] weights, double elbo, double logEvidence) {
        public Step {
            weights = weights.clone();
        }

        @Override
        public double[] weights() {
            return weights.clone();
        }

        /** {@code KL(q ‖ p_theta(z | x)) = log p_theta(x) − ELBO}. */
        public double kl() {
            return logEvidence - elbo;
        }
    }

    private VariationalEm(
            Kind kind,
            @Nullable Family family,
            int draws,
            int maxSteps,
            double tolerance,
            long seed,
            BooleanSupplier cancelled,
            Consumer<Step> listener) {
        this.kind = kind;
        this.family = family;
        this.draws = draws;
        this.maxSteps = maxSteps;
        this.tolerance = tolerance;
        this.seed = seed;
        this.cancelled = cancelled;
        this.listener = listener;
    }

    private static VariationalEm of(Kind kind, @Nullable Family family) {
        int steps = kind == Kind.FAMILY ? 100 : 500; // those of a family are whole fits
        return new VariationalEm(kind, family, 1024, steps, 1e-4, 0, () -> false, step -> {});
    }

    /** EM: q is the normal at the mode of the posterior. */
    public static VariationalEm ofPosterior() {
        return of(Kind.POSTERIOR, null);
    }

    /** Variational EM: q is of a family, fitted by {@link Sgvi}. */
    public static VariationalEm ofFamily(Family family) {
        return of(Kind.FAMILY, Objects.requireNonNull(family));
    }

    /** Monte Carlo EM: draws of the normal at the mode, weighted. */
    public static VariationalEm ofDraws() {
        return of(Kind.DRAWS, null);
    }

    /** S; 1024. At least twice as many as there are coordinates of z, for their covariance to be made exact. */
    public VariationalEm draws(int value) {
        if (value < 2) {
            throw new IllegalArgumentException("draws is " + value + ", but must be 2 or more");
        }
        return new VariationalEm(kind, family, value, maxSteps, tolerance, seed, cancelled, listener);
    }

    /** The cap on steps; 500, of a family 100. */
    public VariationalEm maxSteps(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("maxSteps is " + value + ", but must be 1 or more");
        }
        return new VariationalEm(kind, family, draws, value, tolerance, seed, cancelled, listener);
    }

    /** What the ELBO may still rise by in all further steps, in nats, as far as the last ones tell; 1e-4. */
    public VariationalEm tolerance(double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException("tolerance is " + value + ", but must be positive");
        }
        return new VariationalEm(kind, family, draws, maxSteps, value, seed, cancelled, listener);
    }

    /** Of all draws; 0. */
    public VariationalEm seed(long value) {
        return new VariationalEm(kind, family, draws, maxSteps, tolerance, value, cancelled, listener);
    }

    /** Asked after each step; once it returns true, the fit ends with what it has. */
    public VariationalEm cancelled(BooleanSupplier value) {
        return new VariationalEm(
                kind, family, draws, maxSteps, tolerance, seed, Objects.requireNonNull(value), listener);
    }

    /** Is told each step. */
    public VariationalEm listener(Consumer<Step> value) {
        return new VariationalEm(
                kind, family, draws, maxSteps, tolerance, seed, cancelled, Objects.requireNonNull(value));
    }

    /** @throws IllegalArgumentException if the model has no weights, or nothing but weights */
    @Override
    public FitResult fit(Device device, Model model) {
        int weights = 0;
        for (boolean is : model.weightCoordinates()) {
            weights += is ? 1 : 0;
        }
        if (!model.hasWeights()) {
            throw new IllegalArgumentException(
                    "the model has no weights, so there is nothing to maximize over; m.weight makes one");
        }
        if (weights == model.dimensions()) {
            throw new IllegalArgumentException(
                    "the model has only weights: maximize its likelihood (ModeSearch; --method mle)");
        }
        try (EmRun run = new EmRun(this, device, model)) {
            return run.fit();
        }
    }
}
