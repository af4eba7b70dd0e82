package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PhiloxRandom;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Leapfrog.Places;
import io.github.elbo4j.model.PointDensity;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Markov chains by Hamiltonian Monte Carlo, all in one batch, from draws of a Gaussian or a mixture q, whose covariance is the first metric. Chains
 * share step size, trajectory length and metric. In three windows of {@value #WINDOW} trajectories they warm up: {@link StepSize} finds a step size in
 * each, and what the chains saw in the first and in the second gives the next metric, so that a q that is too narrow is no burden. A trajectory
 * takes the time of a quarter of a turn of a standard normal, {@code pi/2}, times a number between 1/2 and 3/2 that is drawn for
 * all chains together, so that no number comes back to itself always.
 *
 * <p>Randomness is by addresses: the momentum of chain c in trajectory t are the normals (key "momentum", step t, draw c), acceptance a word of
 * ("acceptance", t, c), the length one of ("length", t).
 */
final class HamiltonianChains {
    /** Trajectories of each of three windows. */
    static final int WINDOW = 50;

    /** Up to so many dimensions the metric learns correlations. */
    private static final int DENSE = Pathfinder.DENSE;
    /** Of the first window these are left out, as the chains may not have come anywhere yet. */
    private static final int SKIPPED = 20;

    private static final double QUARTER_TURN = Math.PI / 2;
    private static final int MOST_STEPS = 256;
    /** An error of the energy that no stable step makes (Betancourt 2017). */
    private static final double DIVERGED = 1000;
    /** How often another draw of q is tried where the density is not finite. */
    private static final int MOST_STARTS = 10;

    private final Leapfrog leapfrog;
    private final int chains;
    private final int dimensions;
    private final Key key;
    private final BooleanSupplier cancelled;
    private final Gaussian q; // of a mixture the one with its mean and covariance
    private final @Nullable NormalMixture mixture;
    private final Places at;
    private double size;
    private int trajectory;
    private int divergent;

    /**
     * Chains that stand nowhere yet.
     *
     * @param posterior a {@link GaussianPosterior} or a {@link NormalMixture}
     * @throws CancellationException from here on, once it is cancelled
     */
    HamiltonianChains(PointDensity density, Posterior posterior, int chains, Key key, BooleanSupplier cancelled) {
        mixture = posterior instanceof NormalMixture several ? several : null;
        q = mixture != null ? mixture.moments() : ((GaussianPosterior) posterior).gaussian();
        this.leapfrog = new Leapfrog(density, chains, q);
        this.chains = chains;
        this.dimensions = density.dimensions();
        this.key = key;
        this.cancelled = cancelled;
        at = new Places(chains, dimensions);
        size = StrictMath.pow(dimensions, -0.25); // as the best one falls with the dimension
    }

    /** Puts the chains at draws of q. Returns whether there are some at which density and gradient are finite, for each. */
    boolean start() {
        Places found = new Places(chains, dimensions);
        boolean[] done = new boolean[chains];
        for (int attempt = 0; attempt < MOST_STARTS; attempt++) {
            double[][] several = mixture == null ? null : mixture.draws(key.fork("start " + attempt), chains);
            for (int c = 0; c < chains; c++) {
                if (!done[c]) {
                    double[] z = several == null ? q.at(normals("start", attempt, c)) : several[c];
                    System.arraycopy(z, 0, found.z, c * dimensions, dimensions);
                }
            }
            leapfrog.evaluate(found);
            boolean all = true;
            for (int c = 0; c < chains; c++) {
                done[c] |= found.isFinite(c);
                all &= done[c];
            }
            if (all) {
                for (int c = 0; c < chains; c++) {
                    at.take(c, found);
                }
                return true;
            }
        }
        return false;
    }

    /** Finds step size and metric. */
    void warmUp() {
        for (int window = 0; window < 3; window++) {
            StepSize sizes = new StepSize(size);
            int skipped = window == 0 ? SKIPPED : WINDOW / 10;
            double[][] seen = new double[dimensions][chains * (WINDOW - skipped)];
            for (int i = 0; i < WINDOW; i++) {
                sizes.after(walk(sizes.now()));
                if (i >= skipped) {
                    put(seen, i - skipped);
                }
            }
            size = sizes.settled();
            if (window < 2) {
                leapfrog.metric(metric(seen));
            }
        }
        divergent = 0;
    }

    /**
     * Goes on.
     *
     * @param columns [D][C·N], the draws of a chain one after the other
     * @param from the first of each chain to be written, up to
     * @param to N or less
     */
    void sample(double[][] columns, int from, int to) {
        for (int i = from; i < to; i++) {
            walk(size);
            put(columns, i);
        }
    }

    /** Step size of the trajectories that count. */
    double size() {
        return size;
    }

    /** How many of the trajectories that count went so wrong that they say nothing, of all chains. */
    int divergent() {
        return divergent;
    }

    long evaluations() {
        return leapfrog.evaluations();
    }

    private void put(double[][] columns, int i) {
        int length = columns[0].length / chains;
        for (int c = 0; c < chains; c++) {
            for (int d = 0; d < dimensions; d++) {
                columns[d][c * length + i] = at.z[c * dimensions + d];
            }
        }
    }

    private double[] normals(String purpose, int step, int chain) {
        PhiloxRandom random = PhiloxRandom.at(key.fork(purpose), step, 0, chain);
        double[] normals = new double[dimensions];
        Arrays.setAll(normals, d -> random.nextGaussian());
        return normals;
    }

    /** Above 0 and below 1. */
    private double uniform(String purpose, int chain) {
        int word = PhiloxRandom.at(key.fork(purpose), trajectory, 0, chain).nextInt();
        return ((word & 0xffffffffL) + 0.5) * 0x1p-32;
    }

    /** A trajectory of every chain, at the end of which it is or is not. Returns the mean probability of acceptance. */
    private double walk(double step) {
        if (cancelled.getAsBoolean() || Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the chains were stopped");
        }
        double[] v = new double[chains * dimensions];
        double[] energy = new double[chains];
        Places there = new Places(chains, dimensions);
        for (int c = 0; c < chains; c++) {
            System.arraycopy(normals("momentum", trajectory, c), 0, v, c * dimensions, dimensions);
            there.take(c, at);
            energy[c] = energy(c, at, v);
        }
        double steps = Math.ceil(QUARTER_TURN / step * (0.5 + uniform("length", 0)));
        boolean[] lost = leapfrog.run(step, (int) Math.min(steps, MOST_STEPS), there, v);
        double sum = 0;
        for (int c = 0; c < chains; c++) {
            double error = lost[c] ? Double.POSITIVE_INFINITY : energy(c, there, v) - energy[c];
            double acceptance = StrictMath.exp(-Math.max(0, error));
            if (!(error < DIVERGED)) {
                divergent++;
                acceptance = 0;
            } else if (uniform("acceptance", c) < acceptance) {
                at.take(c, there);
            }
            sum += acceptance;
        }
        trajectory++;
        return sum / chains;
    }

    private double energy(int chain, Places where, double[] v) {
        double kinetic = 0;
        for (int i = chain * dimensions; i < (chain + 1) * dimensions; i++) {
            kinetic += v[i] * v[i];
        }
        return kinetic / 2 - where.logP[chain];
    }

    /**
     * What n draws of all chains say of the posterior's covariance, {@code (n·S + D·C)/(n + D)} with q's C, that is, q's has the weight of a
     * draw a dimension. Of more than {@value Pathfinder#DENSE} dimensions it is q's, or the variances alone where q knows no more.
     */
    private Gaussian metric(double[][] seen) {
        int n = seen[0].length;
        double[] mean = new double[dimensions];
        Arrays.setAll(mean, d -> Arrays.stream(seen[d]).sum() / n);
        double[][] off = new double[dimensions][];
        Arrays.setAll(off, d -> Arrays.stream(seen[d]).map(x -> x - mean[d]).toArray());
        if (dimensions > DENSE && !q.isIndependent()) {
            return q;
        }
        if (dimensions > DENSE) {
            double[] sd = new double[dimensions];
            Arrays.setAll(sd, d -> Math.sqrt(pooled(off, d, d)));
            return Gaussian.independent(mean, sd);
        }
        double[][] covariance = new double[dimensions][dimensions];
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j <= i; j++) {
                covariance[i][j] = pooled(off, i, j);
                covariance[j][i] = covariance[i][j];
            }
        }
        return new Gaussian(mean, covariance);
    }

    private double pooled(double[][] off, int i, int j) {
        double sum = 0;
        for (int s = 0; s < off[i].length; s++) {
            sum += off[i][s] * off[j][s];
        }
        return (sum + dimensions * q.covariance(i, j)) / (off[i].length + dimensions);
    }
}
