package io.github.elbo4j.mixture;

/**
 * What a step knows of the rows, for the K components of a run, each around a reference of its own: Σ r, Σ r·(x − reference) and
 * Σ r·(x − reference)·(x − reference)ᵀ.
 */
final class Statistics {
    final Covariances covariances;
    final double[] count; // [K]
    final double[][] reference; // [K][D]
    final double[][] first; // [K][D]
    final double[][] second; // [K][D·(D + 1)/2], row by row, or [K][D]

    Statistics(Covariances covariances, int components, int dimensions) {
        this.covariances = covariances;
        count = new double[components];
        reference = new double[components][dimensions];
        first = new double[components][dimensions];
        second = new double[components][(int) covariances.parameters(dimensions)];
    }

    int components() {
        return count.length;
    }

    int dimensions() {
        return first[0].length;
    }

    double rows() {
        double sum = 0;
        for (double each : count) {
            sum += each;
        }
        return sum;
    }

    /** The mean of component k, its reference if it has no rows. */
    double[] mean(int k) {
        double[] mean = reference[k].clone();
        if (count[k] > 0) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += first[k][i] / count[k];
            }
        }
        return mean;
    }

    /** Σ r·(x − mean)·(x − mean)ᵀ of component k, [D][D]; zeros beside the diagonal where covariances are diagonal. */
    double[][] scatter(int k) {
        int dims = dimensions();
        double[][] scatter = new double[dims][dims];
        if (count[k] <= 0) {
            return scatter;
        }
        boolean full = covariances == Covariances.FULL;
        int at = 0;
        for (int i = 0; i < dims; i++) {
            for (int j = full ? 0 : i; j <= i; j++) {
                double value = second[k][at++] - first[k][i] * first[k][j] / count[k];
                scatter[i][j] = value;
                scatter[j][i] = value;
            }
            scatter[i][i] = Math.max(0, scatter[i][i]); // a difference of equal numbers
        }
        return scatter;
    }
}
