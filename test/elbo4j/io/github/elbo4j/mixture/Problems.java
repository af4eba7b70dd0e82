package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Key;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random mixtures, and rows drawn from them. */
final class Problems {
    private Problems() {}

    /** K components of D columns, of random places and covariances: some overlap, some do not. */
    static GaussianMixture mixture(long seed, int components, int dims) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] weights = new double[components];
        double sum = 0;
        for (int k = 0; k < components; k++) {
            weights[k] = 0.3 + random.nextDouble();
            sum += weights[k];
        }
        double[][] means = new double[components][dims];
        double[][][] covariances = new double[components][][];
        for (int k = 0; k < components; k++) {
            weights[k] /= sum;
            double[][] l = new double[dims][dims];
            for (int i = 0; i < dims; i++) {
                means[k][i] = 100 + 8 * random.nextDouble();
                for (int j = 0; j < i; j++) {
                    l[i][j] = random.nextDouble() - 0.5;
                }
                l[i][i] = 0.2 + random.nextDouble();
            }
            covariances[k] = Triangle.square(l);
        }
        return new GaussianMixture(columns(dims), weights, means, covariances);
    }

    static List<String> columns(int dims) {
        return IntStream.range(0, dims).mapToObj(i -> "x" + i).toList();
    }

    static double[] rows(GaussianMixture mixture, long seed, int count) {
        int dims = mixture.dimensions();
        double[] rows = new double[count * dims];
        int at = 0;
        for (GaussianMixture.Draw draw : mixture.sample(new Key(seed), count)) {
            for (double each : draw.x()) {
                rows[at++] = each;
            }
        }
        return rows;
    }

    static MixtureData data(GaussianMixture mixture, long seed, int count) {
        return MixtureData.of(mixture.columns(), rows(mixture, seed, count));
    }

    /** Σ_n log p(x_n) in float64, row by row. */
    static double logLikelihood(GaussianMixture mixture, double[] rows) {
        double sum = 0;
        double[] x = new double[mixture.dimensions()];
        for (int o = 0; o < rows.length; o += x.length) {
            System.arraycopy(rows, o, x, 0, x.length);
            sum += mixture.logDensity(x);
        }
        return sum;
    }
}
