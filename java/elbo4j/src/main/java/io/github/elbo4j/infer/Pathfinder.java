package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.LogJoint;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Pathfinder (Zhang, Carpenter, Gelman and Vehtari, JMLR 23, 2022): L-BFGS climbs log p from several points, all paths
 * side by side, each round one evaluation; each point x of a path gives
 * the normal {@code N(x + H·∇log p, H)} with the path's estimate H of the inverse Hessian, and of all these the one with the largest
 * ELBO is the answer. It takes hundreds to some thousands of evaluations, and needs no mode: where log p has no upper bound, as of a
 * hierarchy, the best normal stands along the way.
 *
 * <p>Beyond the paper, the normals whose precision is measured at the best point and at the end of each path by differences of the
 * gradient compete, too. Beyond {@value #DENSE} dimensions the normals are independent ones. {@link Sgvi} starts where this ends.
 *
 * <p>The paper's last step is importance resampling across the paths, whose result is draws. Here it makes a density of them, by rounds of {@value
 * FreshDraws#DRAWS} draws: those normals of the paths that differ are the components of a mixture, q, and each takes the weight, the mean and the covariance
 * that its share of the weighted draws has (Cappé, Douc, Guillin, Marin and Robert, Statistics and Computing 18, 2008). A draw's weight is {@code p/q} with the
 * density of the whole mixture, whichever path it is of (the balance heuristic; Veach and Guibas 1995; Owen and Zhou 2000), where the paper takes its own normal's: the
 * variance is lower, and modes that several paths found have the weights that they have in p. Where all paths agree it is one normal, and it stays
 * what it is unless the draws would move it by more than their noise. Beyond {@value #DENSE} dimensions nothing is resampled.
 *
 * <p>q is judged by fresh draws, as every q is, and their importance weights correct it ({@link FitResult#corrected}).
 */
public final class Pathfinder implements Method<LogJoint> {
    /** Its name in a {@link FitResult}. */
    public static final String NAME = "pathfinder";

    /** Dimensions up to which normals have correlations. */
    static final int DENSE = Walks.DENSE;

    private final int paths;
    private final long seed;
    private final BooleanSupplier cancelled;

    private Pathfinder(int paths, long seed, BooleanSupplier cancelled) {
        this.paths = paths;
        this.seed = seed;
        this.cancelled = cancelled;
    }

    /** The defaults. */
    public Pathfinder() {
        this(8, 0, () -> false);
    }

    /** Paths: the first from the model's own start, the others from seeded points around it; 8. */
    public Pathfinder paths(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("paths is " + value + ", but must be 1 or more");
        }
        return new Pathfinder(value, seed, cancelled);
    }

    /** Of the points where paths begin but for the first, and of the draws that judge; 0. */
    public Pathfinder seed(long value) {
        return new Pathfinder(paths, value, cancelled);
    }

    /** Asked now and then; once it returns true, the fit ends with the best normal so far. */
    public Pathfinder cancelled(BooleanSupplier value) {
        return new Pathfinder(paths, seed, Objects.requireNonNull(value));
    }

    @Override
    public FitResult fit(Device device, LogJoint joint) {
        try (PathfinderRun run = new PathfinderRun(paths, device, joint, seed, cancelled)) {
            return run.fit();
        }
    }
}
