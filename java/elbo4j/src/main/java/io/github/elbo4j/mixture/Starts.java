package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Key;
import java.util.Arrays;

/**
 * Where runs start: the centres of k-means++ (Arthur and Vassilvitskii 2007) among the rows, or among {@value #MOST_ROWS} of them drawn
 * from equal shares; some rounds of k-means from there; and then every component with its rows, and with the covariance that all
 * have within.
 */
final class Starts {
    /** More would make centres no better. */
    static final int MOST_ROWS = 1 << 14;

    private static final int ROUNDS = 10;

    private final double[][] rows; // a sample, [M][D]
    private final double share; // rows of the data for each of the sample
    private final Covariances covariances;

    Starts(MixtureData data, Covariances covariances, Key key) {
        rows = data.sample(MOST_ROWS, key.fork("sample"));
        share = (double) data.rows() / rows.length;
        this.covariances = covariances;
    }

    /**
     * The rows as K components have them.
     *
     * @throws IllegalArgumentException if there are fewer than K different rows
     */
    Statistics of(int components, Key key) {
        double[][] centres = centres(components, new Words(key));
        int[] nearest = new int[rows.length];
        for (int round = 0; round < ROUNDS; round++) {
            boolean moved = assign(centres, nearest);
            if (!moved && round > 0) {
                break;
            }
            centres = means(centres, nearest);
        }
        assign(centres, nearest);
        return statistics(centres, nearest);
    }

    /** The first row by chance, each other one with a probability that grows with the square of its distance to those taken. */
    private double[][] centres(int components, Words words) {
        double[][] centres = new double[components][];
        double[] distance = new double[rows.length];
        Arrays.fill(distance, 1);
        for (int k = 0; k < components; k++) {
            if (Arrays.stream(distance).allMatch(each -> each == 0)) {
                throw new IllegalArgumentException("there are " + k + " different rows"
                        + (share > 1 ? " among " + rows.length : "") + ", so they cannot be told apart by "
                        + components + " components; take " + k + " or fewer");
            }
            centres[k] = rows[words.index(distance)];
            for (int n = 0; n < rows.length; n++) {
                double apart = distance(rows[n], centres[k]);
                distance[n] = k == 0 ? apart : Math.min(distance[n], apart);
            }
        }
        return centres;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    private boolean assign(double[][] centres, int[] nearest) {
        boolean moved = false;
        for (int n = 0; n < rows.length; n++) {
            int best = 0;
            double least = Double.POSITIVE_INFINITY;
            for (int k = 0; k < centres.length; k++) {
                double apart = distance(rows[n], centres[k]);
                if (apart < least) {
                    least = apart;
                    best = k;
                }
            }
            moved |= best != nearest[n];
            nearest[n] = best;
        }
        return moved;
    }

    /** The means of those that are nearest; a centre without any stays. */
    private double[][] means(double[][] centres, int[] nearest) {
        double[][] means = new double[centres.length][centres[0].length];
        int[] count = new int[centres.length];
        for (int n = 0; n < rows.length; n++) {
            count[nearest[n]]++;
            for (int i = 0; i < rows[n].length; i++) {
                means[nearest[n]][i] += rows[n][i];
            }
        }
        for (int k = 0; k < means.length; k++) {
            for (int i = 0; i < means[k].length; i++) {
                means[k][i] = count[k] == 0 ? centres[k][i] : means[k][i] / count[k];
            }
        }
        return means;
    }

    private Statistics statistics(double[][] centres, int[] nearest) {
        int components = centres.length;
        int dims = centres[0].length;
        Statistics all = new Statistics(covariances, components, dims);
        double[] within = new double[all.second[0].length];
        double[] apart = new double[dims];
        for (int n = 0; n < rows.length; n++) {
            int k = nearest[n];
            all.count[k] += share;
            for (int i = 0; i < dims; i++) {
                apart[i] = rows[n][i] - centres[k][i]; // centres are the means, as far as they are settled
            }
            int at = 0;
            for (int i = 0; i < dims; i++) {
                for (int j = covariances == Covariances.FULL ? 0 : i; j <= i; j++) {
                    within[at++] += apart[i] * apart[j] / rows.length;
                }
            }
        }
        for (int k = 0; k < components; k++) {
            all.reference[k] = centres[k];
            for (int at = 0; at < within.length; at++) {
                all.second[k][at] = all.count[k] * within[at];
            }
        }
        return all;
    }
}
