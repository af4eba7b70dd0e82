package io.github.elbo4j.infer;

import io.github.elbo4j.family.Gaussian;
import java.util.Arrays;

/**
 * The later half of the updates of {@link BatchAndMatch}: the average of their normals, and its Monte Carlo error from blocks of them. Windows
 * double, so the updates of the approach drop out by themselves; what is left of an approach is scatter between blocks, too.
 */
final class MatchWindow {
    private static final int BLOCKS = 8;

    private final int dimensions;
    private final double[] mean; // summed
    private final double[][] covariance; // summed
    private final double[][] blocks; // [BLOCKS][2·D]: means and logarithms of standard deviations, summed
    private int updates;
    private int end = 2 * BLOCKS;
    private int size;

    /** The outcome of a whole window. */
    enum Finding {
        GOING_ON,
        SETTLED,
        /** There have been as many updates as there may be. */
        UNSETTLED
    }

    MatchWindow(int dimensions) {
        this.dimensions = dimensions;
        mean = new double[dimensions];
        covariance = new double[dimensions][dimensions];
        blocks = new double[BLOCKS][2 * dimensions];
    }

    /** Adds what an update led to. */
    Finding add(StartNormal q) {
        if (updates == end / 2) {
            Arrays.fill(mean, 0);
            for (double[] each : covariance) {
                Arrays.fill(each, 0);
            }
            for (double[] each : blocks) {
                Arrays.fill(each, 0);
            }
            size = 0;
        }
        double[] block = blocks[size * BLOCKS / (end / 2) % BLOCKS];
        updates++;
        size++;
        double[][] factor = q.dense();
        for (int i = 0; i < dimensions; i++) {
            mean[i] += q.mean()[i];
            block[i] += q.mean()[i];
            block[dimensions + i] += StrictMath.log(q.sd()[i]);
            for (int j = 0; j <= i; j++) {
                covariance[i][j] += InverseHessian.dot(factor[i], factor[j]);
            }
        }
        if (updates < end) {
            return Finding.GOING_ON;
        }
        end *= 2;
        if (error() <= (updates < BatchAndMatch.PLENTY ? BatchAndMatch.ACCURACY : BatchAndMatch.ENOUGH)) {
            return Finding.SETTLED;
        }
        return updates < BatchAndMatch.MOST_UPDATES ? Finding.GOING_ON : Finding.UNSETTLED;
    }

    /** How many there have been. */
    int updates() {
        return updates;
    }

    /** The mean of the window's means, and of its covariances. */
    Gaussian average() {
        double[] centre = new double[dimensions];
        double[][] all = new double[dimensions][dimensions];
        for (int i = 0; i < dimensions; i++) {
            centre[i] = mean[i] / size;
            for (int j = 0; j <= i; j++) {
                all[i][j] = covariance[i][j] / size;
                all[j][i] = all[i][j];
            }
        }
        return new Gaussian(centre, all);
    }

    /** The largest Monte Carlo error of a mean, in standard deviations, or of a standard deviation, as a part of it; of a whole window. */
    double error() {
        return error(worst());
    }

    /** The coordinate of the largest error. */
    int worstCoordinate() {
        return worst() % dimensions;
    }

    private int worst() {
        int worst = 0;
        for (int p = 1; p < 2 * dimensions; p++) {
            worst = error(p) > error(worst) ? p : worst;
        }
        return worst;
    }

    private double error(int p) {
        double each = (double) size / BLOCKS;
        double whole = Arrays.stream(blocks).mapToDouble(block -> block[p]).sum() / size;
        double squares = 0;
        for (double[] block : blocks) {
            double deviation = block[p] / each - whole;
            squares += deviation * deviation;
        }
        double unit = p < dimensions ? Math.sqrt(covariance[p][p] / size) : 1;
        return Math.sqrt(squares / (BLOCKS - 1) / BLOCKS) / unit;
    }
}
