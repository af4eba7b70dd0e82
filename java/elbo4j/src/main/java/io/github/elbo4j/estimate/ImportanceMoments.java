package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;

/**
 * Means and standard deviations of draws under importance weights, against those of the same draws without, coordinate by
 * coordinate: where the weights are nearly uniform the two agree whatever the draws. The weights {@code w = p/q} are
 * truncated at {@code √S} times their mean (Ionides 2008), which keeps the variance finite whatever their tail.
 *
 * @param shift {@code (mean_w − mean) / sd}, [D]
 * @param ratio {@code sd_w / sd}, [D]
 * @param error about the standard error of a shift, {@code √(1/ESS − 1/S)} with ESS that of the truncated weights; the
 *     logarithm of a ratio has about the same
 */
public record ImportanceMoments(double[] shift, double[] ratio, double error) {
    /**
     * From the draws of {@link LogWeights#draw}, made again.
     *
     * @param q one problem
     * @param moments q's own, which keep the sums from cancelling
     * @param key of the draws
     * @param ratios log p − log q at the draws, of one problem
     * @param workspaceBytes what the draws may take
     */
    public static ImportanceMoments of(
            VariationalFamily q, Gaussian moments, Key key, LogWeights ratios, long workspaceBytes) {
        int dimensions = q.dimensions();
        double[] mean = moments.mean();
        double[] sd = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            sd[d] = moments.standardDeviation(d);
        }
        Sums sums = new Sums(mean, sd, ratios);
        int draws = ratios.draws();
        int chunk = (int) Math.max(1, Math.min(draws, workspaceBytes / Float.BYTES / dimensions));
        float[] z = new float[Math.multiplyExact(chunk, dimensions)];
        try (Buffer buffer = q.device().allocate(z.length)) {
            for (int from = 0; from < draws; from += chunk) {
                int rows = Math.min(chunk, draws - from);
                q.sample(key, 0, q.block(rows, from), buffer);
                buffer.read(0, z, 0, rows * dimensions);
                for (int s = 0; s < rows; s++) {
                    for (int d = 0; d < dimensions; d++) {
                        sums.add(from + s, d, z[s * dimensions + d]);
                    }
                }
            }
        }
        return sums.moments();
    }

    /**
     * From draws on the host.
     *
     * @param columns the draws, coordinate by coordinate, [D][S]
     * @param mean q's own, which with its standard deviations keeps the sums from cancelling, [D]
     * @param sd [D]
     * @param ratios log p − log q at the draws, of one problem
     */
    public static ImportanceMoments ofColumns(double[][] columns, double[] mean, double[] sd, LogWeights ratios) {
        Sums sums = new Sums(mean, sd, ratios);
        for (int d = 0; d < columns.length; d++) {
            for (int s = 0; s < columns[d].length; s++) {
                sums.add(s, d, columns[d][s]);
            }
        }
        return sums.moments();
    }

    /** Of u = (z − mean)/sd: u, u², w·u, w·u², draw after draw. */
    private static final class Sums {
        private final double[] mean;
        private final double[] sd;
        private final double[] w;
        private final double[][] sums;

        Sums(double[] mean, double[] sd, LogWeights ratios) {
            this.mean = mean;
            this.sd = sd;
            this.w = ratios.truncated(0);
            this.sums = new double[4][mean.length];
        }

        void add(int s, int d, double z) {
            double unit = (z - mean[d]) / sd[d];
            sums[0][d] += unit;
            sums[1][d] += unit * unit;
            sums[2][d] += w[s] * unit;
            sums[3][d] += w[s] * unit * unit;
        }

        ImportanceMoments moments() {
            double total = 0;
            double squares = 0;
            for (double weight : w) {
                total += weight;
                squares += weight * weight;
            }
            double[] shift = new double[mean.length];
            double[] ratio = new double[mean.length];
            for (int d = 0; d < mean.length; d++) {
                double plain = sums[0][d] / w.length;
                double weighted = sums[2][d] / total;
                double plainSd = Math.sqrt(Math.max(0, sums[1][d] / w.length - plain * plain));
                shift[d] = (weighted - plain) / plainSd;
                ratio[d] = Math.sqrt(Math.max(0, sums[3][d] / total - weighted * weighted)) / plainSd;
            }
            double error = Math.sqrt(Math.max(0, squares / (total * total) - 1.0 / w.length));
            return new ImportanceMoments(shift, ratio, error);
        }
    }
}
