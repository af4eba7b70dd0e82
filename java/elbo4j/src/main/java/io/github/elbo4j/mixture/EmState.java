package io.github.elbo4j.mixture;

import io.github.elbo4j.device.internal.LowerTriangle;
import org.jspecify.annotations.Nullable;

/** A mixture between two steps of EM, on the scale of the standardized rows. */
final class EmState implements Ascent.State {
    private final Covariances covariances;
    private final @Nullable WeakPrior penalty;
    private final double[] weights; // [K]
    private final Components components;
    private final double beside;

    /** The maximum given responsibilities: penalized, if there is a penalty. */
    EmState(@Nullable WeakPrior penalty, Statistics statistics) {
        this.covariances = statistics.covariances;
        this.penalty = penalty;
        int count = statistics.components();
        double rows = statistics.rows();
        weights = new double[count];
        components = new Components(new double[count], new double[count][], new float[count][]);
        double sum = 0;
        for (int k = 0; k < count; k++) {
            double own = statistics.count[k];
            double[] mean = statistics.mean(k);
            double[][] covariance = statistics.scatter(k);
            double divisor = own;
            if (penalty != null) {
                penalty.update(own, mean, covariance);
                divisor += penalty.divisor();
            }
            for (double[] row : covariance) {
                for (int i = 0; i < row.length; i++) {
                    row[i] /= divisor; // NaN of a component without rows, which is then refused
                }
            }
            weights[k] = own / rows;
            components.mean()[k] = mean;
            components.factor()[k] = Components.factor(covariances, covariance, k, own);
            double[][] factor = factor(k);
            components.offset()[k] = StrictMath.log(weights[k]) + LowerTriangle.logDeterminant(factor);
            sum += penalty == null ? 0 : penalty.logDensity(mean, factor);
        }
        beside = sum;
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
        return new EmState(penalty, statistics);
    }

    @Override
    public double[] weights() {
        return weights;
    }

    @Override
    public double[][] covariance(int k) {
        return Triangle.square(LowerTriangle.inverse(factor(k)));
    }

    @Override
    public double priorShare(int k, double own) {
        return penalty == null ? 0 : penalty.trace(factor(k)) / components.mean()[k].length / (own + penalty.divisor());
    }

    private double[][] factor(int k) {
        return Components.triangle(
                covariances, components.factor()[k], components.mean()[k].length);
    }
}
