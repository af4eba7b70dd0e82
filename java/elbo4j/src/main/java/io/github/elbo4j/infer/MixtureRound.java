package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.Special;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.model.PointDensity;
import java.util.Arrays;
import java.util.List;

/**
 * What draws of every component of q = Σ_k w_k·q_k say of {@code f(z) = log p(z) − log q(z)}, whose mean under q is the ELBO. Draws are pairs,
 * {@code mean ± R·epsilon}, and in the coordinates y in which their component is N(0, I)
 *
 * <pre>
 *   slope_k     = E_k[∇f]                             the natural gradient of the component's mean
 *   curvature_k = E_k[∇²f] = E_k[y·∇fᵀ], symmetric    that of its precision, by Stein's identity
 *   value_k     = E_k[f]                              that of log w_k
 * </pre>
 *
 * <p>The score term of q's own density is 0 in the mean and left out (Roeder, Wu and Duvenaud 2017), so that nothing is noise where q is p.
 */
final class MixtureRound {
    private final Part[] parts;
    private final Estimate elbo;
    private final boolean finite;

    /**
     * Of a component.
     *
     * @param variance of value's error
     */
    record Part(double value, double variance, double[] slope, double[][] curvature) {}

    private MixtureRound(Part[] parts, Estimate elbo, boolean finite) {
        this.parts = parts;
        this.elbo = elbo;
        this.finite = finite;
    }

    Part part(int k) {
        return parts[k];
    }

    Estimate elbo() {
        return elbo;
    }

    /** Whether log p and its gradient were, at every draw. */
    boolean isFinite() {
        return finite;
    }

    /**
     * Draws.
     *
     * @param q with weights that add up to 1
     * @param first number of its pairs: no others of the same key have it
     */
    static MixtureRound of(PointDensity density, List<MixtureComponent> q, Key key, int first, int pairs) {
        int dimensions = density.dimensions();
        int draws = 2 * pairs * q.size();
        double[][] epsilon = new double[pairs * q.size()][dimensions];
        double[][] z = new double[draws][];
        for (int k = 0; k < q.size(); k++) {
            Key own = key.fork("component " + k);
            for (int i = 0; i < pairs; i++) {
                int pair = k * pairs + i;
                StandardNormal.fill(own, first + i, epsilon[pair]);
                StartNormal normal = q.get(k).normal();
                z[2 * pair] = normal.at(epsilon[pair]);
                z[2 * pair + 1] =
                        normal.at(Arrays.stream(epsilon[pair]).map(e -> -e).toArray());
            }
        }
        double[] values = new double[draws];
        double[] gradient = new double[draws * dimensions];
        Points.evaluate(density, z, values, gradient);
        boolean finite = true;
        for (int s = 0; s < draws; s++) {
            values[s] -= subtract(q, z[s], gradient, s * dimensions);
            finite &= Double.isFinite(values[s]);
        }
        for (double each : gradient) {
            finite &= Double.isFinite(each);
        }
        Part[] parts = new Part[q.size()];
        double elbo = 0;
        double variance = 0;
        for (int k = 0; k < parts.length; k++) {
            parts[k] = part(q.get(k), epsilon, values, gradient, k * pairs, pairs);
            double weight = StrictMath.exp(q.get(k).logWeight());
            elbo += weight * parts[k].value;
            variance += weight * weight * parts[k].variance;
        }
        return new MixtureRound(parts, new Estimate(elbo, Math.sqrt(variance), draws), finite);
    }

    /**
     * Subtracts ∇log q from a gradient.
     *
     * @return log q(z)
     */
    private static double subtract(List<MixtureComponent> q, double[] z, double[] gradient, int at) {
        double[] terms = new double[q.size()];
        double[][] whitened = new double[q.size()][];
        for (int k = 0; k < terms.length; k++) {
            whitened[k] = q.get(k).whitened(z);
            terms[k] = q.get(k).logTerm(whitened[k]);
        }
        double log = Special.logSum(terms);
        for (int k = 0; k < terms.length; k++) {
            double share = StrictMath.exp(terms[k] - log);
            if (share == 0) {
                continue;
            }
            double[] pull = q.get(k).pull(whitened[k]);
            for (int d = 0; d < z.length; d++) {
                gradient[at + d] += share * pull[d];
            }
        }
        return log;
    }

    private static Part part(
            MixtureComponent component, double[][] epsilon, double[] f, double[] gradient, int from, int pairs) {
        int dimensions = epsilon[from].length;
        double[] slope = new double[dimensions];
        double[][] product = new double[dimensions][dimensions];
        double sum = 0;
        double squares = 0;
        double first = (f[2 * from] + f[2 * from + 1]) / 2; // squares are around it, so that they do not cancel
        for (int pair = from; pair < from + pairs; pair++) {
            double off = (f[2 * pair] + f[2 * pair + 1]) / 2 - first;
            sum += off;
            squares += off * off;
            double[] half = new double[dimensions]; // of the sum, then of the difference
            double[] other = new double[dimensions];
            for (int d = 0; d < dimensions; d++) {
                double plus = gradient[2 * pair * dimensions + d];
                double minus = gradient[(2 * pair + 1) * dimensions + d];
                half[d] = (plus + minus) / 2;
                other[d] = (plus - minus) / 2;
            }
            half = component.normal().slope(half);
            other = component.normal().slope(other);
            for (int i = 0; i < dimensions; i++) {
                slope[i] += half[i] / pairs;
                for (int j = 0; j <= i; j++) {
                    product[i][j] += (epsilon[pair][i] * other[j] + epsilon[pair][j] * other[i]) / (2 * pairs);
                }
            }
        }
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j < i; j++) {
                product[j][i] = product[i][j];
            }
        }
        double mean = sum / pairs;
        double variance = pairs < 2 ? Double.NaN : Math.max(0, squares / pairs - mean * mean) / (pairs - 1);
        return new Part(first + mean, variance, slope, product);
    }
}
