package io.github.elbo4j.conjugate;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.model.Standardization;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Coefficients and the log standard deviation of the noise, {@code log s}, with {@code 1/s² ~ Gamma}: normal–gamma, {@code beta |
 * s ~ N(m, s²·V)}, as conjugacy has it; or independent, {@code beta ~ N(m, V)}, as the mean-field assumption has it. All of
 * it is in closed form. A coefficient of the first is Student t, {@code m_i + √(V_ii·rate/shape)·t(2·shape)}; log s and
 * coefficients are not correlated in either.
 *
 * @param names of the K coefficients and of log s
 * @param coefficients N(m, V)
 * @param inUnitsOfNoise whether V is a covariance in units of s², the normal–gamma distribution
 * @param noise of 1/s²; its shape is above 1, so that a coefficient has a standard deviation
 */
public record RegressionPosterior(
        List<String> names, Gaussian coefficients, boolean inUnitsOfNoise, NoisePrecision noise) implements Posterior {
    public RegressionPosterior {
        names = List.copyOf(names);
        if (names.size() != coefficients.dimensions() + 1) {
            throw new IllegalArgumentException("there are " + names.size() + " names for " + coefficients.dimensions()
                    + " coefficients and the noise");
        }
        if (inUnitsOfNoise && !(noise.shape() > 1)) {
            throw new IllegalArgumentException(
                    "the shape of the noise is " + noise.shape() + ", but must be above 1 for coefficients to have a"
                            + " standard deviation; that takes more rows or a noise prior of more weight");
        }
    }

    private int k() {
        return coefficients.dimensions();
    }

    /** E[s²], which multiplies V; 1 if it is a covariance already. */
    private double variance() {
        return inUnitsOfNoise ? noise.rate() / (noise.shape() - 1) : 1;
    }

    @Override
    public double mean(int i) {
        return i == k() ? noise.logSdMean() : coefficients.mean(i);
    }

    @Override
    public double standardDeviation(int i) {
        return i == k() ? noise.logSdStandardDeviation() : coefficients.standardDeviation(i) * Math.sqrt(variance());
    }

    @Override
    public double quantile(int i, double p) {
        if (i == k()) {
            return noise.logSdQuantile(p);
        }
        if (inUnitsOfNoise) {
            if (!(p > 0 && p < 1)) {
                throw new IllegalArgumentException("p is " + p + ", but must be above 0 and below 1");
            }
            double t = StudentT.quantile(2 * noise.shape(), p);
            double scale = coefficients.standardDeviation(i) * Math.sqrt(noise.rate() / noise.shape());
            return coefficients.mean(i) + t * scale;
        }
        return new GaussianPosterior(names.subList(0, k()), coefficients).quantile(i, p);
    }

    @Override
    public double[][] draws(Key key, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count is " + count + ", but must be 0 or more");
        }
        int k = k();
        double[][] draws = NoisePrecision.normals(key, count, k);
        double[] logSd = noise.logSdDraws(key, count);
        for (int s = 0; s < count; s++) {
            double[] beta = coefficients.at(draws[s]);
            double sd = inUnitsOfNoise ? StrictMath.exp(logSd[s]) : 1;
            draws[s] = new double[k + 1];
            for (int i = 0; i < k; i++) {
                draws[s][i] = coefficients.mean(i) + sd * (beta[i] - coefficients.mean(i));
            }
            draws[s][k] = logSd[s];
        }
        return draws;
    }

    @Override
    public double logDensity(double[] z) {
        int k = k();
        if (z.length != k + 1) {
            throw new IllegalArgumentException("z has " + z.length + " elements, but must have " + (k + 1));
        }
        double logSd = inUnitsOfNoise ? z[k] : 0;
        double sd = StrictMath.exp(logSd);
        double[] beta = new double[k];
        for (int i = 0; i < k; i++) {
            beta[i] = coefficients.mean(i) + (z[i] - coefficients.mean(i)) / sd;
        }
        return coefficients.logDensity(beta) - k * logSd + noise.logSdLogDensity(z[k]);
    }

    @Override
    public double covariance(int i, int j) {
        Objects.checkIndex(i, k() + 1);
        Objects.checkIndex(j, k() + 1);
        if (i == k() || j == k()) {
            return i == j ? standardDeviation(i) * standardDeviation(i) : 0;
        }
        return variance() * coefficients.covariance(i, j);
    }

    @Override
    public double[][] covariance() {
        int k = k();
        double[][] all = new double[k + 1][k + 1];
        for (int i = 0; i <= k; i++) {
            for (int j = 0; j <= k; j++) {
                all[i][j] = covariance(i, j);
            }
        }
        return all;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException unless the map is of all D parameters, only moves log s (its scale is 1, its weight 0):
     *     another multiple of it is no logarithm of a noise. The maps of {@link Standardization} are such.
     */
    @Override
    public RegressionPosterior affine(Standardization.Affine map) {
        int k = k();
        if (map.scale().length != k + 1 || map.scale()[k] != 1 || map.weights()[k] != 0) {
            throw new IllegalArgumentException("the map must be of all " + (k + 1) + " parameters and leave "
                    + names.get(k) + " but for a shift; its other multiples are logarithms of no noise");
        }
        double log = map.shift()[k];
        double[] shift = Arrays.copyOf(map.shift(), k);
        double[] weights = Arrays.copyOf(map.weights(), k);
        double[] scale = Arrays.copyOf(map.scale(), k);
        Gaussian moved = coefficients.affine(shift, scale, weights);
        if (inUnitsOfNoise) { // in units of the new s
            moved = shrunk(moved, StrictMath.exp(-log));
        }
        return new RegressionPosterior(names, moved, inUnitsOfNoise, noise.scaled(log));
    }

    /** The same mean, standard deviations times a factor. */
    private static Gaussian shrunk(Gaussian q, double factor) {
        int k = q.dimensions();
        double[] shift = new double[k];
        double[] scale = new double[k];
        for (int i = 0; i < k; i++) {
            scale[i] = factor;
            shift[i] = q.mean(i) - factor * q.mean(i);
        }
        return q.affine(shift, scale, new double[k]);
    }
}
