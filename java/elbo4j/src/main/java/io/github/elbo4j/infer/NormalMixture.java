package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.HostNormal;
import io.github.elbo4j.device.internal.Special;
import io.github.elbo4j.estimate.Proposal;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.Standardization;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A mixture of K Gaussians over named parameters, {@code q(z) = Σ_k weight_k·N(z; mean_k, covariance_k)}: what one Gaussian cannot be, bent,
 * heavy-tailed or of several modes.
 */
public final class NormalMixture implements Posterior {
    private static final long serialVersionUID = 1;
    /** Of the sum of the weights, which is then made 1. */
    private static final double ROUNDING = 1e-6;
    /** Halvings of an interval: beyond the resolution of float64. */
    private static final int HALVINGS = 100;

    private final List<String> names;
    private final List<Gaussian> components;
    private final double[] weights; // [K]

    /**
     * A mixture.
     *
     * @param names of the D coordinates
     * @param weights above 0, their sum 1 but for rounding, [K]
     * @param components of D coordinates each, [K]
     */
    public NormalMixture(List<String> names, double[] weights, List<Gaussian> components) {
        this.names = List.copyOf(names);
        this.components = List.copyOf(components);
        if (weights.length == 0 || weights.length != components.size()) {
            throw new IllegalArgumentException("there are " + weights.length + " weights for " + components.size()
                    + " components, but there must be one or more of either");
        }
        double sum = 0;
        for (double weight : weights) {
            if (!(weight > 0)) {
                throw new IllegalArgumentException("a weight is " + weight + ", but must be above 0");
            }
            sum += weight;
        }
        if (!(Math.abs(sum - 1) <= ROUNDING)) {
            throw new IllegalArgumentException("the weights add up to " + sum + ", but must to 1");
        }
        for (Gaussian component : components) {
            if (component.dimensions() != names.size()) {
                throw new IllegalArgumentException("there are " + names.size() + " names, but a component has "
                        + component.dimensions() + " coordinates");
            }
        }
        this.weights = new double[weights.length];
        for (int k = 0; k < weights.length; k++) {
            this.weights[k] = weights[k] / sum;
        }
    }

    @Override
    public List<String> names() {
        return names;
    }

    /** The components, [K]. */
    public List<Gaussian> components() {
        return components;
    }

    /** Their weights, [K], a copy. */
    public double[] weights() {
        return weights.clone();
    }

    @Override
    public double mean(int i) {
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            sum += weights[k] * components.get(k).mean(i);
        }
        return sum;
    }

    @Override
    public double standardDeviation(int i) {
        return Math.sqrt(covariance(i, i));
    }

    /** {@code Σ_k weight_k·(covariance_k + (mean_k − mean)·(mean_k − mean)ᵀ)}. */
    @Override
    public double covariance(int i, int j) {
        double mi = mean(i);
        double mj = mean(j);
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            Gaussian component = components.get(k);
            sum += weights[k] * (component.covariance(i, j) + (component.mean(i) - mi) * (component.mean(j) - mj));
        }
        return sum;
    }

    @Override
    public double[][] covariance() {
        double[][] all = new double[dimensions()][dimensions()];
        for (int i = 0; i < all.length; i++) {
            for (int j = 0; j <= i; j++) {
                all[i][j] = covariance(i, j);
                all[j][i] = all[i][j];
            }
        }
        return all;
    }

    /** The Gaussian that has its mean and covariance. */
    public Gaussian moments() {
        return new Gaussian(mean(), covariance());
    }

    /** By halving the interval between the least and the largest of the components' quantiles. */
    @Override
    public double quantile(int i, double p) {
        double z = StandardNormal.quantile(p);
        double below = Double.POSITIVE_INFINITY;
        double above = Double.NEGATIVE_INFINITY;
        for (Gaussian component : components) {
            double own = component.mean(i) + z * component.standardDeviation(i);
            below = Math.min(below, own);
            above = Math.max(above, own);
        }
        for (int n = 0; n < HALVINGS && below < above; n++) {
            double middle = below + (above - below) / 2;
            if (share(i, middle) < p) {
                if (middle == below) {
                    break;
                }
                below = middle;
            } else {
                if (middle == above) {
                    break;
                }
                above = middle;
            }
        }
        return below + (above - below) / 2;
    }

    /** The probability that coordinate i is below x. */
    private double share(int i, double x) {
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            Gaussian component = components.get(k);
            double t = (x - component.mean(i)) / component.standardDeviation(i);
            sum += weights[k] * StrictMath.exp(Special.logNormalCdf(t));
        }
        return sum;
    }

    /**
     * The component first, by a word of {@code key.fork("components")} at {@code (0, s, 0, 0)}, then its draw by {@link Gaussian#at}: with one
     * component those of a {@link GaussianPosterior}.
     *
     * @throws IllegalStateException if a covariance is not positive definite
     */
    @Override
    public double[][] draws(Key key, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count is " + count + ", but must be 0 or more");
        }
        double[][] draws = new double[count][];
        for (int s = 0; s < count; s++) {
            draws[s] = draw(key, s);
        }
        return draws;
    }

    /** One of {@link #draws}. */
    double[] draw(Key key, int s) {
        double[] epsilon = new double[dimensions()];
        StandardNormal.fill(key, s, epsilon);
        return components.get(weights.length == 1 ? 0 : component(key, s)).at(epsilon);
    }

    /**
     * What {@link io.github.elbo4j.estimate.Evidence} is estimated from: draws of this mixture, made on the host.
     *
     * @return to be closed
     * @throws IllegalStateException if a covariance is not positive definite, once it draws
     */
    public Proposal proposal(Device device) {
        return new MixtureProposal(device, this);
    }

    /** The one whose part of the weights, one after the other, a number of 0 to 1 falls in. */
    private int component(Key key, int s) {
        int[] words = {0, s, 0, 0};
        HostNormal.words(key.fork("components").seed(), words, words);
        double u = ((words[0] & 0xffffffffL) + 0.5) * 0x1p-32;
        double sum = 0;
        for (int k = 0; k < weights.length - 1; k++) {
            sum += weights[k];
            if (u < sum) {
                return k;
            }
        }
        return weights.length - 1;
    }

    /** By log-sum-exp: finite also where every component's density underflows. */
    @Override
    public double logDensity(double[] z) {
        double[] terms = new double[weights.length];
        Arrays.setAll(terms, k -> StrictMath.log(weights[k]) + components.get(k).logDensity(z));
        return Special.logSum(terms);
    }

    @Override
    public NormalMixture affine(Standardization.Affine map) {
        return new NormalMixture(
                names,
                weights,
                components.stream()
                        .map(each -> each.affineBlocks(map.shift(), map.scale(), map.weights()))
                        .toList());
    }

    /** By value. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NormalMixture that
                && names.equals(that.names)
                && Arrays.equals(weights, that.weights)
                && components.equals(that.components);
    }

    @Override
    public int hashCode() {
        return Objects.hash(names, Arrays.hashCode(weights), components);
    }

    /** The weights and components in words. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("mixture of ").append(weights.length);
        for (int k = 0; k < weights.length; k++) {
            text.append(String.format(Locale.ROOT, "%s %.3g of ", k == 0 ? ":" : ",", weights[k]))
                    .append(components.get(k));
        }
        return text.toString();
    }
}
