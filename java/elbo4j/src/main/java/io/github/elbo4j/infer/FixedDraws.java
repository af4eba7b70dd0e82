package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.LogJoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Variational inference with fixed draws (DADVI; Giordano, Ingram and Broderick, JMLR 25, 2024): independent normals whose ELBO
 * is taken over the same draws at every evaluation,
 *
 * <p>{@code F(mu, omega) = (1/S)·Σ_s log p(mu + exp(omega)∘epsilon_s) + Σ_d omega_d},
 *
 * <p>so that nothing is stochastic any more: L-BFGS and Newton's method in a trust region go to its optimum, and no rate, schedule
 * or stopping rule has to suit the model. Draws come in pairs {@code epsilon, −epsilon}.
 *
 * <p>What is reported is the normal {@code N(mu, C)} of <em>linear response</em>: with {@code A = −∇∇F} at the optimum, C is the block of
 * {@code A⁻¹} that belongs to mu, how the means would move if log p were tilted. Independent normals have standard deviations
 * that are too small where the posterior has correlations; C has these correlations, and for a Gaussian posterior mean and
 * covariance are exact, whatever its correlations and whatever the draws. The result's {@link FitResult#accounts} hold it and
 * the independent normals with the Monte Carlo error of each mean and standard deviation. Where an error of the reported ones is
 * more than {@value #LARGEST_ERROR} standard deviations, there are twice as many draws (or more, as the errors say), and the fit goes
 * on. Beyond {@value #MOST_RESPONSES} dimensions A is known by its products only, and the independent normals are reported.
 *
 * <p>The reported normal is judged by fresh draws, as every q is. Where log p is evaluated in float32, so are its differences.
 */
public final class FixedDraws implements Method<LogJoint> {
    /** Its name in a {@link FitResult}. */
    public static final String NAME = "fixed";

    /** Monte Carlo errors above which there are more draws, in standard deviations. */
    static final double LARGEST_ERROR = 0.05;
    /** Dimensions up to which there is linear response. */
    static final int MOST_RESPONSES = 512;
    /** Pairs up to which there are more of them. */
    static final int MOST_PAIRS = 2048;
    /** The same where linear response does not make the errors small. */
    static final int MOST_INDEPENDENT_PAIRS = 256;
    /** Blocks of the jackknife, which the pairs are a multiple of. */
    public static final int BLOCKS = 8;

    private static final int PAIRS = 32;

    final int pairs;
    final int starts;
    final long seed;
    final BooleanSupplier cancelled;

    private FixedDraws(int pairs, int starts, long seed, BooleanSupplier cancelled) {
        this.pairs = pairs;
        this.starts = starts;
        this.seed = seed;
        this.cancelled = cancelled;
    }

    /** The defaults. */
    public FixedDraws() {
        this(0, 8, 0, () -> false);
    }

    /** Pairs of draws to begin with, a multiple of {@value #BLOCKS}; 32, or 8 where a model has so many rows that its posterior is nearly a normal. */
    public FixedDraws pairs(int value) {
        if (value < BLOCKS || value % BLOCKS != 0) {
            throw new IllegalArgumentException("pairs is " + value + ", but must be a multiple of " + BLOCKS);
        }
        return new FixedDraws(value, starts, seed, cancelled);
    }

    /** L-BFGS paths of log p, among whose normals is the first q: as {@link Sgvi.Builder#starts}; 8. */
    public FixedDraws starts(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("starts is " + value + ", but must be 1 or more");
        }
        return new FixedDraws(pairs, value, seed, cancelled);
    }

    /** Of the draws, and of those that judge; 0. */
    public FixedDraws seed(long value) {
        return new FixedDraws(pairs, starts, value, cancelled);
    }

    /** Asked now and then; once it returns true, the fit ends with the best so far. */
    public FixedDraws cancelled(BooleanSupplier value) {
        return new FixedDraws(pairs, starts, seed, Objects.requireNonNull(value, "cancelled is null"));
    }

    int firstPairs(boolean manyRows) {
        return pairs > 0 ? pairs : manyRows ? BLOCKS : PAIRS;
    }

    /** For a {@link FitResult}. */
    Map<String, Object> told(int lastPairs) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("draws", 2 * lastPairs);
        told.put("starts", starts);
        return told;
    }

    @Override
    public FitResult fit(Device device, LogJoint joint) {
        Objects.requireNonNull(device, "device is null");
        Objects.requireNonNull(joint, "joint is null");
        try (FixedDrawsRun run = new FixedDrawsRun(this, device, joint)) {
            return run.fit();
        }
    }
}
