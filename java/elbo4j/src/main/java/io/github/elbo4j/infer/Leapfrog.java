package io.github.elbo4j.infer;

import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.PointDensity;
import java.util.Arrays;

/**
 * Hamiltonian dynamics of many chains at once (Duane, Kennedy, Pendleton and Roweth 1987; Neal 2011). Where R·Rᵀ is the covariance of
 * a metric, {@code z' = R·v} and {@code v' = Rᵀ·∇log p(z)}: with {@code z = R·u} the motion of a unit mass at u. A step of size eps is
 * half a one of v, one of z, and half a one of v, which keeps volumes, can be undone by turning v round, and changes the energy {@code
 * −log p(z) + v·v/2} by O(eps²) along a trajectory.
 *
 * <p>This holds of any gradient that is a function of z. So its rounding costs acceptance at most, never correctness.
 */
final class Leapfrog {
    private final PointDensity density;
    private final int chains;
    private final int dimensions;
    private Gaussian metric; // of mean 0
    private long evaluations;

    /** Where all chains are. */
    static final class Places {
        final double[] z; // [C][D]
        final double[] logP; // [C]
        final double[] gradient; // [C][D]

        Places(int chains, int dimensions) {
            z = new double[chains * dimensions];
            logP = new double[chains];
            gradient = new double[chains * dimensions];
        }

        /** One chain goes where it is there. */
        void take(int chain, Places there) {
            int d = z.length / logP.length;
            System.arraycopy(there.z, chain * d, z, chain * d, d);
            System.arraycopy(there.gradient, chain * d, gradient, chain * d, d);
            logP[chain] = there.logP[chain];
        }

        boolean isFinite(int chain) {
            int d = z.length / logP.length;
            boolean finite = Double.isFinite(logP[chain]);
            for (int i = chain * d; i < (chain + 1) * d; i++) {
                finite &= Double.isFinite(gradient[i]) && Double.isFinite(z[i]);
            }
            return finite;
        }
    }

    /** @param metric whose covariance is R·Rᵀ */
    Leapfrog(PointDensity density, int chains, Gaussian metric) {
        this.density = density;
        this.chains = chains;
        dimensions = density.dimensions();
        this.metric = centred(metric);
    }

    private static Gaussian centred(Gaussian any) {
        double[] minus = any.mean();
        double[] ones = new double[minus.length];
        Arrays.fill(ones, 1);
        Arrays.setAll(minus, d -> -minus[d]);
        return any.affine(minus, ones, new double[minus.length]);
    }

    void metric(Gaussian value) {
        metric = centred(value);
    }

    /** Of all chains together. */
    long evaluations() {
        return evaluations;
    }

    /** Density and gradient where z is. */
    void evaluate(Places at) {
        density.evaluate(chains, at.z, at.logP, at.gradient);
        evaluations += chains;
    }

    /**
     * Moves all chains. One that comes upon a density or a gradient that is not finite goes back to where it began, and stays.
     *
     * @param at where they are, which changes
     * @param v [C][D], which changes
     * @return whether each chain was lost, [C]
     */
    boolean[] run(double size, int steps, Places at, double[] v) {
        Places begun = new Places(chains, dimensions);
        boolean[] lost = new boolean[chains];
        for (int c = 0; c < chains; c++) {
            begun.take(c, at);
        }
        for (int step = 0; step < steps; step++) {
            for (int c = 0; c < chains; c++) {
                if (!lost[c]) {
                    turn(c, size / 2, at, v);
                    move(c, size, at, v);
                }
            }
            evaluate(at);
            for (int c = 0; c < chains; c++) {
                lost[c] |= !at.isFinite(c);
                if (lost[c]) {
                    at.take(c, begun);
                } else {
                    turn(c, size / 2, at, v);
                }
            }
        }
        return lost;
    }

    private void turn(int chain, double size, Places at, double[] v) {
        int from = chain * dimensions;
        double[] force = metric.pulledBack(Arrays.copyOfRange(at.gradient, from, from + dimensions));
        for (int d = 0; d < dimensions; d++) {
            v[from + d] += size * force[d];
        }
    }

    private void move(int chain, double size, Places at, double[] v) {
        int from = chain * dimensions;
        double[] velocity = metric.at(Arrays.copyOfRange(v, from, from + dimensions));
        for (int d = 0; d < dimensions; d++) {
            at.z[from + d] += size * velocity[d];
        }
    }
}
