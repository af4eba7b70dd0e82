package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.LogJoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Score matching by batch and match (Cai, Modi, Pillaud-Vivien, Margossian, Gower, Blei and Saul, ICML 2024): a normal q with any covariance
 * whose scores are those of log p, without a gradient of q's parameters and without a rate. Each update draws a batch of B points z from
 * q_t and takes the normal with the least
 *
 * <p>{@code mean over the batch of |∇log q(z) − ∇log p(z)|²_{Cov q} + (2/lambda_t)·KL(q_t ‖ q)},
 *
 * <p>which is known in closed form. Where it comes to rest, {@code E_q[∇log p] = 0} and {@code Cov_q[∇log p] = (Cov q)⁻¹}: of a Gaussian
 * posterior mean and covariance are exact, whatever the draws and the correlations. Of others the mean is that of the largest ELBO, and
 * the covariance is not: scores vary more than the curvature of log p tells, so that q is narrower.
 *
 * <p><em>Schedule:</em> {@code lambda_t = max(1, B·D/(t + 1))}, t from 0, the paper's with a floor. While it is large, an update goes
 * where its batch says: from a normal of unit sds to the posterior arK of posteriordb in 8 updates, which a constant 4 has not reached after
 * 57. An update moves q by the part lambda/(1 + lambda) of what its batch says. Below 1 that is less than a half, so that an approach is slow, and
 * the average of the last updates, which is the answer, gains nothing by it: its error is that of all their draws together.
 *
 * <p><em>End:</em> the answer is the mean of means and covariances over the later half of the updates. It is looked at after 16 updates, 32, and
 * so on; the scatter of eight blocks of that half gives its Monte Carlo error, and the fit ends where no mean and no standard deviation has
 * more than {@value #ACCURACY} standard deviations of it, or {@value #ENOUGH} from {@value #PLENTY} updates on. After
 * {@value #MOST_UPDATES} it has not converged.
 *
 * <p>The first q is the best normal along L-BFGS paths, as of {@link Pathfinder}. A draw whose log p or score is not finite is left out of its
 * batch; where so many are that fewer than half are left, q is drawn together to half its standard deviations instead, and a fit ends as
 * diverged after {@value #MOST_RETREATS} of these. How many draws were left out stands in the message of the result.
 *
 * <p>All draws of a batch are evaluated at once on the device; the update is made on the host in float64 and one order, in coordinates in
 * which q is N(0, I), and takes some {@code 3·B·D² + 15·D³} operations. The result is judged by fresh draws, as every q is.
 */
public final class BatchAndMatch implements Method<LogJoint> {
    /** Its name in a {@link FitResult}. */
    public static final String NAME = "batch-and-match";
    /** The most dimensions: an update is of the order of their cube. */
    public static final int MOST_DIMENSIONS = 300;

    /** The Monte Carlo error that is wanted, in standard deviations of means and as a part of standard deviations. */
    static final double ACCURACY = 0.005;
    /** The error that is accepted where a smaller one would be expensive. */
    static final double ENOUGH = 0.02;
    /** Updates from which on that error is accepted. */
    static final int PLENTY = 64;
    /** Updates at most. */
    static final int MOST_UPDATES = 512;
    /** Times that q is drawn together. */
    static final int MOST_RETREATS = 8;

    private static final int DRAWS = 128;
    /** Where a model has so many rows that its posterior is nearly a normal, of which few draws tell all. */
    private static final int FEW_DRAWS = 32;
    /** Draws for each dimension, so that scores have a covariance that is not its noise. */
    private static final int EACH = 4;

    final int draws;
    final int starts;
    final long seed;
    final BooleanSupplier cancelled;
    final Progress.Listener listener;

    private BatchAndMatch(int draws, int starts, long seed, BooleanSupplier cancelled, Progress.Listener listener) {
        this.draws = draws;
        this.starts = starts;
        this.seed = seed;
        this.cancelled = cancelled;
        this.listener = listener;
    }

    /** The defaults. */
    public BatchAndMatch() {
        this(0, 8, 0, () -> false, progress -> {});
    }

    /**
     * B, the draws of a batch, more than D + 1, so that their scores have a covariance; 128, or 32 where a model has so many rows that its
     * posterior is nearly a normal, and 4·D at least.
     */
    public BatchAndMatch draws(int value) {
        if (value < 3) {
            throw new IllegalArgumentException("draws is " + value + ", but must be 3 or more");
        }
        return new BatchAndMatch(value, starts, seed, cancelled, listener);
    }

    /** L-BFGS paths of log p, among whose normals is the first q: as {@link Sgvi.Builder#starts}; 8. */
    public BatchAndMatch starts(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("starts is " + value + ", but must be 1 or more");
        }
        return new BatchAndMatch(draws, value, seed, cancelled, listener);
    }

    /** Of the draws, and of those that judge; 0. */
    public BatchAndMatch seed(long value) {
        return new BatchAndMatch(draws, starts, value, cancelled, listener);
    }

    /** Asked before each update; once it returns true, the fit ends with the answer so far. */
    public BatchAndMatch cancelled(BooleanSupplier value) {
        return new BatchAndMatch(draws, starts, seed, Objects.requireNonNull(value, "cancelled is null"), listener);
    }

    /** Receives the progress of the fit, update by update. */
    public BatchAndMatch listener(Progress.Listener value) {
        return new BatchAndMatch(draws, starts, seed, cancelled, Objects.requireNonNull(value, "listener is null"));
    }

    int batch(int dimensions, boolean manyRows) {
        return draws > 0 ? draws : Math.max(manyRows ? FEW_DRAWS : DRAWS, EACH * dimensions);
    }

    /** For a {@link FitResult}. */
    Map<String, Object> told(int batch) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("draws", batch);
        told.put("starts", starts);
        return told;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the model has more than {@value #MOST_DIMENSIONS} dimensions, or no fewer than draws − 1
     */
    @Override
    public FitResult fit(Device device, LogJoint joint) {
        Objects.requireNonNull(device, "device is null");
        Objects.requireNonNull(joint, "joint is null");
        int dimensions = joint.dimensions();
        if (dimensions > MOST_DIMENSIONS) {
            throw new IllegalArgumentException("the model has " + dimensions + " dimensions, but " + NAME
                    + " makes updates of the order of their cube, for which they must be at most " + MOST_DIMENSIONS);
        }
        if (draws > 0 && draws < dimensions + 2) {
            throw new IllegalArgumentException("draws is " + draws + ", but must be " + (dimensions + 2)
                    + " or more for the " + dimensions + " dimensions of the model, so that scores have a covariance");
        }
        try (BatchAndMatchRun run = new BatchAndMatchRun(this, device, joint)) {
            return run.fit();
        }
    }
}
