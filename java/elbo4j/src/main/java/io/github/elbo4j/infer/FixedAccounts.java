package io.github.elbo4j.infer;

import io.github.elbo4j.family.Gaussian;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the optimum of a {@link PairedDraws} says of the posterior, with errors by the jackknife over blocks of pairs: without block
 * b the optimum is one Newton step away, {@code phi_b = phi + A_b⁻¹·∇F_b}, with gradient and curvature of the other blocks.
 */
final class FixedAccounts {
    static final String INDEPENDENT = "independent normals";

    private final List<String> names;
    private final PairedDraws objective;
    private final double[] phi;
    private final FixedCurvature curvature;
    private final List<double[]> without =
            new ArrayList<>(); // the optimum [2·D] without each block; fewer where one has none

    /**
     * Of an optimum.
     *
     * @param phi [2·D]
     * @param curvature there
     */
    FixedAccounts(List<String> names, PairedDraws objective, double[] phi, FixedCurvature curvature) {
        this.names = names;
        this.objective = objective;
        this.phi = phi;
        this.curvature = curvature;
        double[][] gradients = objective.gradientsOfBlocks(phi, FixedDraws.BLOCKS);
        for (int b = 0; b < FixedDraws.BLOCKS; b++) {
            double[] others = new double[phi.length];
            for (int i = 0; i < phi.length; i++) {
                double sum = 0;
                for (double[] gradient : gradients) {
                    sum += gradient[i];
                }
                others[i] = (sum - gradients[b][i]) / (FixedDraws.BLOCKS - 1);
            }
            FixedCurvature rest = curvature instanceof FixedCurvature.Dense dense ? dense.without(b) : curvature;
            double[] step = rest.solve(others);
            if (step == null) {
                return;
            }
            for (int i = 0; i < step.length; i++) {
                step[i] += phi[i];
            }
            without.add(step);
        }
    }

    /** The independent normals themselves. */
    Account independent() {
        return account(
                INDEPENDENT,
                normal(names, phi, null),
                without.stream().map(there -> normal(names, there, null)).toList());
    }

    /**
     * The normal of linear response, whose curvature is measured anew without each block; null if the curvature is not known or not that
     * of a largest value.
     */
    @Nullable
    Account linearResponse() {
        double[][] whole = curvature instanceof FixedCurvature.Dense dense ? dense.ofMeans() : null;
        if (whole == null) {
            return null;
        }
        List<Posterior> replicates = new ArrayList<>();
        for (int b = 0; b < without.size(); b++) {
            double[] there = without.get(b);
            double[][] response = FixedCurvature.Dense.without(b, objective, there, FixedDraws.BLOCKS)
                    .ofMeans();
            if (response != null) {
                replicates.add(normal(names, there, response));
            }
        }
        return account("linear response", normal(names, phi, whole), replicates);
    }

    /** Errors are not known where one of the blocks has no account. */
    private static Account account(String name, Posterior posterior, List<? extends Posterior> replicates) {
        return new Account(name, posterior, replicates.size() == FixedDraws.BLOCKS ? replicates : List.of());
    }

    /** @param covariance [D][D]; null for that of independent normals */
    static GaussianPosterior normal(List<String> names, double[] phi, double @Nullable [][] covariance) {
        int dimensions = phi.length / 2;
        double[] mean = Arrays.copyOf(phi, dimensions);
        double[] sd = new double[dimensions];
        Arrays.setAll(sd, d -> StrictMath.exp(phi[dimensions + d]));
        return new GaussianPosterior(
                names, covariance == null ? Gaussian.independent(mean, sd) : new Gaussian(mean, covariance));
    }
}
