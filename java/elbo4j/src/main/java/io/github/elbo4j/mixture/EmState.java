package io.github.elbo4j.mixture;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A mixture between two steps of EM, on the scale of the standardized rows. */
final class EmState implements Ascent.State {
    /** A column of which the columns before it leave less than this share of its variance: float32 does not tell the rest. */
    static final double RESOLUTION = 1e-6;
    /** A variance, as a share of that of all rows, of which float32 leaves no more than a few digits. */
    private static final double NARROWEST = 1e-10;

    private final Covariances covariances;
    private final @Nullable Penalty penalty;
    private final double[] weights; // [K]
    private final Components components;
    private final double beside;

    private EmState(Covariances covariances, @Nullable Penalty penalty, double[] weights, Components components) {
        this.covariances = covariances;
        this.penalty = penalty;
        this.weights = weights;
        this.components = components;
        double sum = 0;
        if (penalty != null) {
            for (int k = 0; k < weights.length; k++) {
                sum += penalty.logDensity(components.mean()[k], factor(k));
            }
        }
        beside = sum;
    }

    /** The maximum given responsibilities: penalized, if there is a penalty. */
    static EmState of(@Nullable Penalty penalty, Statistics statistics) {
        int count = statistics.components();
        double rows = statistics.rows();
        double[] weights = new double[count];
        double[][] means = new double[count][];
        float[][] factors = new float[count][];
        double[] offsets = new double[count];
        for (int k = 0; k < count; k++) {
            double own = statistics.count[k];
            weights[k] = own / rows;
            double[] mean = statistics.mean(k);
            double[][] covariance = statistics.scatter(k);
            if (penalty != null) {
                shrink(penalty, own, mean, covariance);
            }
            double divisor = own + (penalty == null ? 0 : penalty.divisor());
            double[][] l = null;
            if (divisor > 0) {
                for (double[] row : covariance) {
                    for (int i = 0; i < row.length; i++) {
                        row[i] /= divisor;
                    }
                }
                l = Triangle.singular(covariance, RESOLUTION, NARROWEST) < 0 ? Triangle.cholesky(covariance) : null;
            }
            if (l == null) {
                throw new Ascent.Collapse(String.format(
                        Locale.ROOT,
                        "component %d shrank onto a point or a plane: %.3g of %.0f rows are left to it, too near to each other"
                                + " to tell a covariance",
                        k + 1,
                        own,
                        rows));
            }
            means[k] = mean;
            factors[k] = Components.inverse(statistics.covariances, l);
            offsets[k] = StrictMath.log(weights[k]);
            double[][] w = Components.triangle(statistics.covariances, factors[k], l.length);
            for (int i = 0; i < w.length; i++) {
                offsets[k] += StrictMath.log(w[i][i]);
            }
        }
        return new EmState(statistics.covariances, penalty, weights, new Components(offsets, means, factors));
    }

    /** The mean and n times the covariance become those of the posterior's mode, but for the divisor. */
    private static void shrink(Penalty penalty, double own, double[] mean, double[][] scatter) {
        double share = own / (own + Penalty.SHRINKAGE);
        for (int i = 0; i < mean.length; i++) {
            for (int j = 0; j < mean.length; j++) {
                boolean used = penalty.covariances() == Covariances.FULL || i == j;
                scatter[i][j] += used ? penalty.scale()[i][j] + Penalty.SHRINKAGE * share * mean[i] * mean[j] : 0;
            }
        }
        for (int i = 0; i < mean.length; i++) {
            mean[i] *= share;
        }
    }

    @Override
    public Components components() {
        return components;
    }

    @Override
    public double beside() {
        return beside;
    }

    @Override
    public EmState next(Statistics statistics) {
        return of(penalty, statistics);
    }

    double[] weights() {
        return weights;
    }

    private double[][] factor(int k) {
        return Components.triangle(
                covariances, components.factor()[k], components.mean()[k].length);
    }

    /** The covariance of component k. */
    double[][] covariance(int k) {
        return Triangle.square(Triangle.inverse(factor(k)));
    }

    /** How much of a component's covariance is the penalty's, from 0 to 1. */
    double penaltyShare(int k, double rows) {
        if (penalty == null) {
            return 0;
        }
        double[][] w = factor(k);
        double trace = 0;
        int dims = w.length;
        for (int i = 0; i < dims; i++) {
            for (int a = 0; a <= i; a++) {
                for (int b = 0; b <= i; b++) {
                    trace += w[i][a] * penalty.scale()[a][b] * w[i][b];
                }
            }
        }
        return trace / dims / (rows + penalty.divisor());
    }
}
