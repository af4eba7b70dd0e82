package io.github.elbo4j.family;

/**
 * A Gaussian on the host, in float64: what a fit reports.
 *
 * @param mean [D]
 * @param covariance [D][D], symmetric
 */
public record Gaussian(double[] mean, double[][] covariance) {
    public Gaussian {
        if (covariance.length != mean.length) {
            throw new IllegalArgumentException(
                    "covariance has " + covariance.length + " rows, but mean has " + mean.length + " elements");
        }
        for (int i = 0; i < covariance.length; i++) {
            if (covariance[i].length != mean.length) {
                throw new IllegalArgumentException("row " + i + " of covariance has " + covariance[i].length
                        + " elements, but mean has " + mean.length);
            }
        }
    }

    public int dimensions() {
        return mean.length;
    }

    /** {@code √covariance[i][i]}. */
    public double standardDeviation(int i) {
        return Math.sqrt(covariance[i][i]);
    }

    /** {@code covariance[i][j] / (sd_i · sd_j)}. */
    public double correlation(int i, int j) {
        return i == j ? 1 : covariance[i][j] / (standardDeviation(i) * standardDeviation(j));
    }
}
