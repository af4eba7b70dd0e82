package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.verdicts.Posterior.Reference;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.NormalMixture;
import io.github.elbo4j.model.HostLogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What fresh draws of a fitted q say, in float64 throughout: moments of the parameters themselves, and log importance
 * ratios.
 */
final class Draws {
    /** Fresh draws of which log p is asked. */
    static final int COUNT = 20_000;
    /**
     * Draws for moments, which ask nothing of p. That of a normal errs by 1/√400,000 of an sd, 0.2 %; where q is one of log tau, tau has so
     * heavy a tail that 20,000 draws were some 20 % off.
     */
    static final int MOMENTS = 20 * COUNT;

    private final double[] mean;
    private final double[] sd;
    private final double[] logRatios;

    /** The largest departures from the reference; NaN is larger than any number. */
    record Departure(
            double meanError, String meanOf, double lowSdRatio, String lowOf, double highSdRatio, String highOf) {
        /** Whether every mean is within 0.3 sd of the reference, and every sd within 0.7 to 1.4 of it. */
        boolean right() {
            return meanError <= 0.3 && lowSdRatio >= 0.7 && highSdRatio <= 1.4;
        }

        /** The largest error of a mean, in sds, or of an sd, as the logarithm of its ratio; NaN if one is. */
        double error() {
            return Math.max(meanError, Math.max(-Math.log(lowSdRatio), Math.log(highSdRatio)));
        }

        /** Whether every mean is within 0.1 sd of the reference, and every sd within 10 % of it. */
        boolean close() {
            return meanError <= 0.1 && lowSdRatio >= 0.9 && highSdRatio <= 1.1;
        }
    }

    private Draws(double[] mean, double[] sd, double[] logRatios) {
        this.mean = mean;
        this.sd = sd;
        this.logRatios = logRatios;
    }

    /** Draws from q; the same for the same seed. */
    static Draws of(Gaussian q, Target target, long seed) {
        return of(List.of(q), new double[] {1}, target, seed);
    }

    /** Draws from a Gaussian or a mixture of them. */
    static Draws of(io.github.elbo4j.infer.Posterior q, Target target, long seed) {
        return q instanceof NormalMixture mixture
                ? of(mixture.components(), mixture.weights(), target, seed)
                : of(((GaussianPosterior) q).gaussian(), target, seed);
    }

    private static Draws of(List<Gaussian> components, double[] weights, Target target, long seed) {
        HostLogJoint.DrawFunction function = target.function();
        List<Component> q = new ArrayList<>();
        for (int k = 0; k < weights.length; k++) {
            q.add(Component.of(components.get(k), weights[k]));
        }
        Random random = new Random(seed);
        int dimensions = components.get(0).dimensions();
        int parameters = target.parameters().size();
        double[][] values = new double[parameters][MOMENTS];
        double[] logRatios = new double[COUNT];
        double[] gradient = new double[dimensions];
        double[] at = new double[parameters];
        for (int s = 0; s < MOMENTS; s++) {
            double[] z = chosen(q, q.size() == 1 ? 0 : random.nextDouble()).draw(random);
            if (s < COUNT) {
                logRatios[s] = function.evaluate(z, gradient) - log(q, z);
            }
            target.parametersAt(z, at);
            for (int p = 0; p < parameters; p++) {
                values[p][s] = at[p];
            }
        }
        double[] mean = new double[parameters];
        double[] sd = new double[parameters];
        for (int p = 0; p < parameters; p++) {
            for (double value : values[p]) {
                mean[p] += value / MOMENTS;
            }
            double squares = 0;
            for (double value : values[p]) {
                squares += (value - mean[p]) * (value - mean[p]);
            }
            sd[p] = Math.sqrt(squares / (MOMENTS - 1));
        }
        return new Draws(mean, sd, logRatios);
    }

    private static double log(List<Component> q, double[] z) {
        double density = 0;
        double first = q.get(0).log(z); // where all but it underflow, it is not 0
        for (Component each : q) {
            density += StrictMath.exp(each.log(z) - first);
        }
        return first + StrictMath.log(density);
    }

    private static Component chosen(List<Component> q, double share) {
        double left = share;
        for (Component each : q) {
            left -= each.weight;
            if (left < 0) {
                return each;
            }
        }
        return q.get(q.size() - 1);
    }

    /** @param factor the lower Cholesky factor of its covariance */
    private record Component(double weight, double[] mean, double[][] factor) {
        static Component of(Gaussian normal, double weight) {
            return new Component(weight, normal.mean(), cholesky(normal.covariance()));
        }

        double[] draw(Random random) {
            double[] epsilon = new double[mean.length];
            double[] z = mean.clone();
            for (int d = 0; d < z.length; d++) {
                epsilon[d] = random.nextGaussian();
                for (int j = 0; j <= d; j++) {
                    z[d] += factor[d][j] * epsilon[j];
                }
            }
            return z;
        }

        /** log(weight·N(z)). */
        double log(double[] z) {
            double log = StrictMath.log(weight) - z.length * Densities.HALF_LOG_2PI;
            double[] y = new double[z.length];
            for (int i = 0; i < z.length; i++) {
                y[i] = z[i] - mean[i];
                for (int j = 0; j < i; j++) {
                    y[i] -= factor[i][j] * y[j];
                }
                y[i] /= factor[i][i];
                log -= StrictMath.log(factor[i][i]) + y[i] * y[i] / 2;
            }
            return log;
        }
    }

    /** {@code log p − log q}. */
    double[] logRatios() {
        return logRatios.clone();
    }

    /** {@code (Σw)²/Σw²/S} of the importance weights w: 1 where all are the same, 1/S where one outweighs all. */
    double effectiveShare() {
        double largest = Double.NEGATIVE_INFINITY;
        for (double f : logRatios) {
            largest = Math.max(largest, f);
        }
        double sum = 0;
        double squares = 0;
        for (double f : logRatios) {
            double weight = StrictMath.exp(f - largest);
            sum += weight;
            squares += weight * weight;
        }
        return sum * sum / squares / COUNT;
    }

    Departure departure(List<String> parameters, Map<String, Reference> reference) {
        return departure(mean, sd, parameters, reference);
    }

    /**
     * Of any means and sds.
     *
     * @param mean in the order of the parameters
     * @param sd in the same order
     */
    static Departure departure(double[] mean, double[] sd, List<String> parameters, Map<String, Reference> reference) {
        double error = -1;
        double low = Double.POSITIVE_INFINITY;
        double high = -1;
        String errorOf = "";
        String lowOf = "";
        String highOf = "";
        for (Map.Entry<String, Reference> entry : reference.entrySet()) {
            Reference want = entry.getValue();
            int p = parameters.indexOf(entry.getKey());
            double off = Math.abs(mean[p] - want.mean()) / want.sd();
            double ratio = sd[p] / want.sd();
            if (!(off <= error) && !Double.isNaN(error)) {
                error = off;
                errorOf = entry.getKey();
            }
            if (!(ratio >= low) && !Double.isNaN(low)) {
                low = ratio;
                lowOf = entry.getKey();
            }
            if (!(ratio <= high) && !Double.isNaN(high)) {
                high = ratio;
                highOf = entry.getKey();
            }
        }
        return new Departure(error, errorOf, low, lowOf, high, highOf);
    }

    /** The lower factor; NaN where the matrix is not positive definite. */
    private static double[][] cholesky(double[][] covariance) {
        int dimensions = covariance.length;
        double[][] factor = new double[dimensions][dimensions];
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = covariance[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= factor[i][k] * factor[j][k];
                }
                factor[i][j] = i == j ? Math.sqrt(sum) : sum / factor[j][j];
            }
        }
        return factor;
    }
}
