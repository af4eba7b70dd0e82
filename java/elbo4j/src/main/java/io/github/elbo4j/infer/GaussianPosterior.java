package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.Standardization;
import java.util.List;

/**
 * A Gaussian over named parameters.
 *
 * @param names one for each coordinate
 */
public record GaussianPosterior(List<String> names, Gaussian gaussian) implements Posterior {
    public GaussianPosterior {
        names = List.copyOf(names);
        if (names.size() != gaussian.dimensions()) {
            throw new IllegalArgumentException(
                    "there are " + names.size() + " names for " + gaussian.dimensions() + " coordinates");
        }
    }

    @Override
    public double mean(int i) {
        return gaussian.mean(i);
    }

    @Override
    public double standardDeviation(int i) {
        return gaussian.standardDeviation(i);
    }

    @Override
    public double quantile(int i, double p) {
        return gaussian.mean(i) + StandardNormal.quantile(p) * gaussian.standardDeviation(i);
    }

    /**
     * {@code z_s = mean + R·epsilon(key, 0, 0, s, ·)} by {@link Gaussian#at}: the random words of a device, turned into
     * normals in float64.
     *
     * @throws IllegalStateException if the covariance is not positive definite
     */
    @Override
    public double[][] draws(Key key, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count is " + count + ", but must be 0 or more");
        }
        double[][] draws = new double[count][];
        double[] epsilon = new double[dimensions()];
        for (int s = 0; s < count; s++) {
            StandardNormal.fill(key, s, epsilon);
            draws[s] = gaussian.at(epsilon);
        }
        return draws;
    }

    /** @throws IllegalStateException if the covariance is not positive definite */
    @Override
    public double logDensity(double[] z) {
        return gaussian.logDensity(z);
    }

    @Override
    public double covariance(int i, int j) {
        return gaussian.covariance(i, j);
    }

    @Override
    public double[][] covariance() {
        return gaussian.covariance();
    }

    @Override
    public GaussianPosterior affine(Standardization.Affine map) {
        return new GaussianPosterior(names, gaussian.affineBlocks(map.shift(), map.scale(), map.weights()));
    }
}
