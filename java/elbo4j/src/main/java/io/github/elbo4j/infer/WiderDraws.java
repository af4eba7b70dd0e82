package io.github.elbo4j.infer;

import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Gaussian;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * What no draw of q shows, in all directions at once, where {@link LineScan} looks along lines: draws of the normal with q's mean and 2, 4, 8 and 16
 * times its standard deviations, of which those count where q has a lower density than at any of its own draws. Their importance weights tell
 * how much of p is there; a lower bound of it, two errors below, is never much above the truth, and that only where a draw found something.
 * In many dimensions the widths are too coarse for all of a broad part to be found: of 20 a factor of √2 leaves an eighteenth of the draws, of 50 none,
 * and of more than {@value #MOST_DIMENSIONS} nobody looks.
 *
 * @param share at least so much of p is there, of the width that finds most
 * @param width which that is
 * @param ratio at least so many times that of q is the standard deviation of a parameter then, of the parameter that it is most of
 * @param widest which that is
 * @param base what was widened to find the share: the normal with q's mean and covariance, or a part of a mixture
 */
record WiderDraws(double share, int width, double ratio, int widest, Gaussian base) {
    private static final int[] WIDTHS = {2, 4, 8, 16};
    private static final int DRAWS = 256;
    /** Draws of q, whose least density is the end of its reach. */
    private static final int OWN = 4096;
    /** Of the normal distribution, what one in so many is beyond. */
    private static final double OWN_QUANTILE = StandardNormal.quantile(1 - 1.0 / OWN);
    /** Of a mixture, that are widened beside the whole. */
    private static final int MOST_PARTS = 3;
    /** Beyond so many dimensions nothing is ever found. */
    private static final int MOST_DIMENSIONS = 64;

    private static final double SURE = 2;

    /**
     * Null if log p cannot be evaluated so far out, the covariance has no root or there are too many dimensions.
     *
     * @param moments the normal with q's mean and covariance
     * @param logEvidence as draws of q see it
     */
    static @Nullable WiderDraws of(Objective density, Posterior q, Gaussian moments, double logEvidence, Key key) {
        if (moments.dimensions() > MOST_DIMENSIONS) {
            return null;
        }
        try {
            Search search = new Search(density, q, moments, logEvidence, reach(q, key));
            WiderDraws most = new WiderDraws(0, 1, 1, 0, moments);
            List<Gaussian> bases = bases(q, moments);
            for (int base = 0; base < bases.size(); base++) {
                for (int width : WIDTHS) {
                    Key own = key.fork("wider by " + width + (base == 0 ? "" : ", part " + base));
                    most = most.and(search.by(bases.get(base), width, own));
                }
            }
            return most;
        } catch (DeviceException | CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            return null; // the user's own function does not allow such values
        }
    }

    /** What is widened: the whole, and of a mixture the parts that are widest in some coordinate, of which a funnel's mouth is one. */
    private static List<Gaussian> bases(Posterior q, Gaussian moments) {
        Set<Gaussian> bases = new LinkedHashSet<>(List.of(moments));
        if (q instanceof NormalMixture mixture) {
            for (int d = 0; d < moments.dimensions() && bases.size() <= MOST_PARTS; d++) {
                int coordinate = d;
                bases.add(mixture.components().stream()
                        .max(Comparator.comparingDouble(part -> part.standardDeviation(coordinate)))
                        .orElseThrow());
            }
        }
        return List.copyOf(bases);
    }

    /** The least density of q at its own draws; of a normal by the quantile of its squared radius (Wilson and Hilferty 1931). */
    private static double reach(Posterior q, Key key) {
        if (q instanceof GaussianPosterior normal) {
            double n = normal.dimensions();
            double root = 1 - 2 / (9 * n) + OWN_QUANTILE * Math.sqrt(2 / (9 * n));
            return q.logDensity(q.mean()) - n * root * root * root / 2;
        }
        return Arrays.stream(q.draws(key.fork("reach"), OWN))
                .mapToDouble(q::logDensity)
                .min()
                .orElseThrow();
    }

    private WiderDraws and(WiderDraws other) {
        WiderDraws more = other.share > share ? other : this;
        WiderDraws wide = other.ratio > ratio ? other : this;
        return new WiderDraws(more.share, more.width, wide.ratio, wide.widest, more.base);
    }

    private record Search(Objective density, Posterior q, Gaussian moments, double logEvidence, double reach) {
        WiderDraws by(Gaussian base, int width, Key key) {
            int dimensions = moments.dimensions();
            double[][] z = new double[DRAWS][];
            double[] logWeights = new double[DRAWS];
            double[] points = new double[DRAWS * dimensions];
            double[] epsilon = new double[dimensions];
            for (int s = 0; s < DRAWS; s++) {
                StandardNormal.fill(key, s, epsilon);
                logWeights[s] = -base.logDensity(base.at(epsilon)) + dimensions * StrictMath.log(width);
                Arrays.setAll(epsilon, d -> width * epsilon[d]);
                z[s] = base.at(epsilon);
                System.arraycopy(z[s], 0, points, s * dimensions, dimensions);
            }
            double[] logP = new double[DRAWS];
            density.evaluate(DRAWS, points, logP, null);
            double[] weights = new double[DRAWS];
            for (int s = 0; s < DRAWS; s++) {
                boolean counts = logP[s] > Double.NEGATIVE_INFINITY && q.logDensity(z[s]) < reach; // NaN does not
                weights[s] = counts ? StrictMath.exp(logP[s] + logWeights[s] - logEvidence) : 0;
            }
            double mass = least(weights);
            double variance = 0;
            int widest = 0;
            double[] squares = new double[DRAWS];
            for (int d = 0; d < dimensions; d++) {
                for (int s = 0; s < DRAWS; s++) {
                    double y = (z[s][d] - moments.mean(d)) / moments.standardDeviation(d);
                    squares[s] = weights[s] == 0 ? 0 : weights[s] * y * y;
                }
                double here = least(squares);
                widest = here > variance ? d : widest;
                variance = Math.max(variance, here);
            }
            return new WiderDraws(mass / (1 + mass), width, Math.sqrt((1 + variance) / (1 + mass)), widest, base);
        }
    }

    /** The mean of these numbers, two of its errors lower, and at least 0. */
    private static double least(double[] numbers) {
        double sum = 0;
        double squares = 0;
        for (double number : numbers) {
            sum += number;
            squares += number * number;
        }
        double mean = sum / numbers.length;
        double error = Math.sqrt(Math.max(0, squares / numbers.length - mean * mean) / (numbers.length - 1));
        return Math.max(0, mean - SURE * error);
    }
}
