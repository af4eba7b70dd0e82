package io.github.elbo4j.mixture;

import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.device.internal.Special;

/**
 * The factors of a mean-field posterior between two sweeps, on the scale of the standardized rows: Dirichlet weights, and for each component a
 * normal–Wishart, or a normal–gamma for each coordinate (Bishop 2006, section 10.2).
 */
final class CaviState implements Ascent.State {
    private final WeakPrior prior;
    private final double concentration; // α₀
    private final double[] alpha; // [K]
    private final double[] beta; // [K]
    private final double[] degrees; // [K]: ν
    private final Components components; // factorᵀ·factor = E Σ⁻¹
    private final double beside;

    /** The best factors given responsibilities. */
    CaviState(WeakPrior prior, double concentration, Statistics statistics) {
        this.prior = prior;
        this.concentration = concentration;
        int count = statistics.components();
        alpha = new double[count];
        beta = new double[count];
        degrees = new double[count];
        components = new Components(new double[count], new double[count][], new float[count][]);
        double all = 0;
        for (int k = 0; k < count; k++) {
            alpha[k] = concentration + statistics.count[k];
            all += alpha[k];
        }
        double kl = klOfWeights(all);
        for (int k = 0; k < count; k++) {
            double own = statistics.count[k];
            double[] mean = statistics.mean(k);
            double[][] scale = statistics.scatter(k);
            prior.update(own, mean, scale);
            beta[k] = WeakPrior.ROWS + own;
            degrees[k] = prior.degrees() + own;
            for (double[] row : scale) {
                for (int i = 0; i < row.length; i++) {
                    row[i] /= degrees[k]; // (ν·W)⁻¹
                }
            }
            components.mean()[k] = mean;
            components.factor()[k] = Components.factor(prior.covariances(), scale, k, own);
            double[][] factor = factor(k);
            components.offset()[k] = Special.digamma(alpha[k])
                    - Special.digamma(all)
                    + 0.5 * prior.expectedLog(degrees[k], factor)
                    - 0.5 * mean.length / beta[k];
            kl += prior.kl(mean, beta[k], degrees[k], factor);
        }
        beside = -kl;
    }

    /** KL of the Dirichlet from its prior. */
    private double klOfWeights(double all) {
        int count = alpha.length;
        double kl = Special.logGamma(all) - Special.logGamma(count * concentration);
        for (double each : alpha) {
            kl += Special.logGamma(concentration)
                    - Special.logGamma(each)
                    + (each - concentration) * (Special.digamma(each) - Special.digamma(all));
        }
        return kl;
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
    public CaviState next(Statistics statistics) {
        return new CaviState(prior, concentration, statistics);
    }

    @Override
    public double[] weights() {
        double all = 0;
        for (double each : alpha) {
            all += each;
        }
        double[] weights = alpha.clone();
        for (int k = 0; k < weights.length; k++) {
            weights[k] /= all;
        }
        return weights;
    }

    @Override
    public double[][] covariance(int k) {
        double[][] covariance = scale(k);
        double divisor = degrees[k] - (prior.covariances() == Covariances.FULL ? covariance.length + 1 : 2);
        for (double[] row : covariance) {
            for (int i = 0; i < row.length; i++) {
                row[i] /= divisor;
            }
        }
        return covariance;
    }

    @Override
    public double priorShare(int k, double own) {
        return prior.trace(factor(k)) / components.mean()[k].length / degrees[k];
    }

    double alpha(int k) {
        return alpha[k];
    }

    double beta(int k) {
        return beta[k];
    }

    double degrees(int k) {
        return degrees[k];
    }

    /** W⁻¹ of component k, [D][D]. */
    double[][] scale(int k) {
        double[][] scale = Triangle.square(LowerTriangle.inverse(factor(k)));
        for (double[] row : scale) {
            for (int i = 0; i < row.length; i++) {
                row[i] *= degrees[k];
            }
        }
        return scale;
    }

    private double[][] factor(int k) {
        return Components.triangle(
                prior.covariances(), components.factor()[k], components.mean()[k].length);
    }
}
