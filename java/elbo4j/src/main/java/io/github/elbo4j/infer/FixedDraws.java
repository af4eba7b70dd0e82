package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.LogJoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Variational inference with fixed draws (DADVI; Giordano, Ingram and Broderick, JMLR 25, 2024): normals whose ELBO is taken over
 * the same draws at every evaluation,
 *
 * <p>{@code F = (1/S)·Σ_s log p(mean + L·epsilon_s) + log det L},
 *
 * <p>so that nothing is stochastic any more: L-BFGS and Newton's method in a trust region go to its optimum, and no rate, schedule
 * or stopping rule has to suit the model. Draws come in pairs {@code epsilon, −epsilon}. What is told of the posterior has the Monte Carlo error of each mean and
 * standard deviation, by the jackknife over blocks of pairs ({@link FitResult#accounts}). Where an error of the reported numbers is more than {@value
 * #LARGEST_ERROR} standard deviations, there are twice as many draws (or more, as the errors say), and the fit goes on.
 *
 * <p>The <em>mean-field</em> family, the default, has a diagonal L. What is reported is the normal {@code N(mean, C)} of <em>linear response</em>: with {@code A =
 * −∇∇F} at the optimum, C is the block of {@code A⁻¹} that belongs to the mean, how it would move if log p were tilted. Independent normals have standard
 * deviations that are too small where the posterior has correlations; C has these correlations, and for a Gaussian posterior mean and covariance are exact,
 * whatever its correlations and whatever the draws. The accounts hold it and the independent normals. Beyond {@value #MOST_RESPONSES} dimensions A is known by
 * its products only, and the independent normals are reported.
 *
 * <p>The <em>full-rank</em> family has any lower triangle L, and is reported itself. Its draws are normalized so that their second moment is I, by which a
 * Gaussian posterior is exact here, too, in mean and covariance; they are still a function of their addresses alone, and what that does to the answer is of the order of 1/S,
 * below the error that is stated. There are {@code S ≥ 4·D} of them: a covariance has D²/2 numbers, and of fewer than 2·D draws F has no bound. Each draw's curvature is kept, S·D²/2
 * numbers, so D is {@value #MOST_FULL_RANK} at most.
 *
 * <p>The reported normal is judged by fresh draws, as every q is. Where log p is evaluated in float32, so are its differences.
 */
public final class FixedDraws implements Method<LogJoint> {
    /** Its name in a {@link FitResult}. */
    public static final String NAME = "fixed";

    /** Dimensions of the full-rank family at most: 2·D³ numbers of curvatures are then 128 MiB, and twice that while the next ones are made. */
    public static final int MOST_FULL_RANK = 256;

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

    final FixedFamily family;
    final int pairs;
    final int starts;
    final long seed;
    final int problem;
    final BooleanSupplier cancelled;

    private FixedDraws(FixedFamily family, int pairs, int starts, long seed, int problem, BooleanSupplier cancelled) {
        this.family = family;
        this.pairs = pairs;
        this.starts = starts;
        this.seed = seed;
        this.problem = problem;
        this.cancelled = cancelled;
    }

    /** The defaults. */
    public FixedDraws() {
        this(FixedFamily.MEAN_FIELD, 0, 8, 0, 0, () -> false);
    }

    /**
     * {@link Family#meanField()}, which is the default, or {@link Family#fullRank()}.
     *
     * @throws IllegalArgumentException if it is another one
     */
    public FixedDraws family(Family value) {
        return new FixedDraws(FixedFamily.of(value), pairs, starts, seed, problem, cancelled);
    }

    /**
     * Pairs of draws to begin with, a multiple of {@value #BLOCKS}; 32, or 8 where a model has so many rows that its posterior is nearly a normal, and
     * for the full-rank family 2·D or more.
     */
    public FixedDraws pairs(int value) {
        if (value < BLOCKS || value % BLOCKS != 0) {
            throw new IllegalArgumentException("pairs is " + value + ", but must be a multiple of " + BLOCKS);
        }
        return new FixedDraws(family, value, starts, seed, problem, cancelled);
    }

    /** L-BFGS paths of log p, among whose normals is the first q: as {@link Sgvi.Builder#starts}; 8. */
    public FixedDraws starts(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("starts is " + value + ", but must be 1 or more");
        }
        return new FixedDraws(family, pairs, value, seed, problem, cancelled);
    }

    /** Of the draws, and of those that judge; 0. */
    public FixedDraws seed(long value) {
        return new FixedDraws(family, pairs, starts, value, problem, cancelled);
    }

    /**
     * The number of the problem among others of the same seed, the address b of all its draws: each has draws of its own; 0.
     *
     * @param value from 0 to 2^31 − 2
     */
    public FixedDraws problem(int value) {
        if (value < 0 || value == Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "problem is " + value + ", but must be from 0 to " + (Integer.MAX_VALUE - 1));
        }
        return new FixedDraws(family, pairs, starts, seed, value, cancelled);
    }

    /** Asked now and then; once it returns true, the fit ends with the best so far. */
    public FixedDraws cancelled(BooleanSupplier value) {
        return new FixedDraws(family, pairs, starts, seed, problem, Objects.requireNonNull(value, "cancelled is null"));
    }

    int firstPairs(boolean manyRows) {
        return pairs > 0 ? pairs : manyRows ? BLOCKS : PAIRS;
    }

    /** For a {@link FitResult}. */
    Map<String, Object> told(int lastPairs) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("draws", 2 * lastPairs);
        told.put("starts", starts);
        if (problem != 0) {
            told.put("problem", problem);
        }
        return told;
    }

    /** @throws IllegalArgumentException if the full-rank family is asked for and dimensions are too many for it, or pairs too few */
    @Override
    public FitResult fit(Device device, LogJoint joint) {
        Objects.requireNonNull(device, "device is null");
        Objects.requireNonNull(joint, "joint is null");
        family.check(pairs, joint.dimensions());
        try (FixedDrawsRun run = new FixedDrawsRun(this, device, joint)) {
            return run.fit();
        }
    }
}
