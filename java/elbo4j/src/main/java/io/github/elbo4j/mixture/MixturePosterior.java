package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.Special;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The mean-field posterior of a mixture's parameters (Bishop 2006, section 10.2), on the scale of the rows: Dirichlet weights; and of each component,
 * independently, {@code Σ ~ inverse Wishart(scale, degrees)} and {@code mean | Σ ~ N(location, Σ/rows)}, or, where covariances are
 * diagonal, {@code σ²_i ~ inverse gamma(degrees/2, scale_ii/2)}.
 *
 * <p>The parameters are the weights, the means, and the lower triangles of the covariances: each with its own marginal in closed form, but for quantiles of
 * covariances between two columns, which are from {@value #DRAWS} draws. A density is that of all parameters but the last weight.
 */
public final class MixturePosterior implements Posterior {
    private static final long serialVersionUID = 1;

    /** Of a quantile that has no closed form. */
    static final int DRAWS = 4096;

    private final Covariances covariances;
    private final List<String> columns;
    private final List<String> names;
    private final double[] concentration; // [K]
    private final List<NormalInverseWishart> components; // [K]
    private transient double @Nullable [][] drawn; // made when first asked for

    MixturePosterior(
            List<String> columns,
            Covariances covariances,
            double[] concentration,
            List<NormalInverseWishart> components) {
        this.covariances = covariances;
        this.columns = List.copyOf(columns);
        this.names = List.copyOf(MixtureParameters.names(columns, components.size(), covariances));
        this.concentration = concentration;
        this.components = List.copyOf(components);
    }

    /**
     * Of these numbers.
     *
     * @param columns what the D columns are called
     * @param concentration [K], of the Dirichlet
     * @param locations [K][D]
     * @param rows [K], behind the means
     * @param degrees [K], above D − 1 where covariances are full, else above 0
     * @param scales [K][D][D], symmetric and positive definite, diagonal where covariances are
     * @throws IllegalArgumentException if one is not so; it says which
     */
    public static MixturePosterior of(
            List<String> columns,
            Covariances covariances,
            double[] concentration,
            double[][] locations,
            double[] rows,
            double[] degrees,
            double[][][] scales) {
        List<NormalInverseWishart> components = new ArrayList<>();
        int dims = columns.size();
        double least = covariances == Covariances.FULL ? dims - 1 : 0;
        if (rows.length != concentration.length || degrees.length != concentration.length) {
            throw new IllegalArgumentException(concentration.length + " components have " + rows.length
                    + " numbers of rows and " + degrees.length + " of degrees of freedom; there must be as many");
        }
        // It checks names, shapes, means and scales.
        double[] even = new double[concentration.length];
        Arrays.fill(even, 1.0 / even.length);
        GaussianMixture checked = new GaussianMixture(columns, even, locations, scales);
        for (int k = 0; k < checked.components(); k++) {
            if (!(concentration[k] > 0 && rows[k] > 0 && degrees[k] > least) || Double.isInfinite(degrees[k])) {
                throw new IllegalArgumentException("component " + (k + 1) + " has the concentration " + concentration[k]
                        + ", " + rows[k] + " rows and " + degrees[k]
                        + " degrees of freedom, but these must be above 0, 0 and " + least);
            }
            components.add(
                    new NormalInverseWishart(covariances, locations[k].clone(), rows[k], degrees[k], copy(scales[k])));
        }
        return new MixturePosterior(columns, covariances, concentration.clone(), components);
    }

    private static double[][] copy(double[][] rows) {
        return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * The density of a row, {@code E_q Σ_k weight_k·N(x; mean_k, Σ_k) = Σ_k E[weight_k]·t_k(x)} (Bishop 2006, equation 10.81): with full
     * covariances t_k has {@code f = degrees − D + 1} degrees of freedom, the location of the mean, and the scale matrix
     * {@code scale·(rows + 1)/(rows·f)}; with diagonal ones it is a product of such t, one for each column, with {@code f = degrees}.
     */
    public MixtureDensity predictive() {
        double[] weights =
                Arrays.stream(concentration).map(each -> each / sum()).toArray();
        return new StudentMixture(
                columns,
                weights,
                components.stream().map(NormalInverseWishart::predictive).toList());
    }

    /** K. */
    public int components() {
        return components.size();
    }

    /** The Dirichlet's parameter of component k, from 0. */
    public double concentration(int k) {
        return concentration[k];
    }

    /** The rows behind the mean of component k. */
    public double rows(int k) {
        return components.get(k).rows();
    }

    /** The degrees of freedom of component k's covariance. */
    public double degrees(int k) {
        return components.get(k).degrees();
    }

    /** The scale of component k's covariance, [D][D]. */
    public double[][] scale(int k) {
        return copy(components.get(k).scale());
    }

    @Override
    public List<String> names() {
        return names;
    }

    // ---- what a parameter is ----

    /** A parameter: of which component, and of which columns; −1 where it has none. */
    private record Place(int component, int row, int column) {
        boolean isWeight() {
            return row < 0;
        }

        boolean isMean() {
            return row >= 0 && column < 0;
        }
    }

    private Place place(int i) {
        Objects.checkIndex(i, names.size());
        int dims = dims();
        if (i < components()) {
            return new Place(i, -1, -1);
        }
        int rest = i - components();
        if (rest < components() * dims) {
            return new Place(rest / dims, rest % dims, -1);
        }
        rest -= components() * dims;
        int each = (int) covariances.parameters(dims);
        int component = rest / each;
        int at = rest % each;
        if (covariances == Covariances.DIAGONAL) {
            return new Place(component, at, at);
        }
        int row = 0;
        while (at > row) {
            at -= row + 1;
            row++;
        }
        return new Place(component, row, at);
    }

    private int dims() {
        return components.get(0).location().length;
    }

    private double sum() {
        return Arrays.stream(concentration).sum();
    }

    // ---- moments and quantiles ----

    @Override
    public double mean(int i) {
        Place at = place(i);
        int k = at.component;
        return at.isWeight()
                ? concentration[k] / sum()
                : at.isMean()
                        ? components.get(k).location()[at.row]
                        : components.get(k).covariance(at.row, at.column);
    }

    @Override
    public double standardDeviation(int i) {
        return Math.sqrt(covariance(i, i));
    }

    /** Infinite of variances with four degrees of freedom or less. */
    @Override
    public double covariance(int i, int j) {
        Place a = place(i);
        Place b = place(j);
        int k = a.component;
        if (a.isWeight() && b.isWeight()) {
            double sum = sum();
            double own = concentration[k] * ((k == b.component ? sum : 0) - concentration[b.component]);
            return own / (sum * sum * (sum + 1));
        }
        boolean alike = a.isWeight() == b.isWeight() && a.isMean() == b.isMean();
        if (!alike || k != b.component) {
            return 0;
        }
        NormalInverseWishart own = components.get(k);
        return a.isMean() ? own.ofMeans(a.row, b.row) : own.ofCovariances(a.row, a.column, b.row, b.column);
    }

    @Override
    public double quantile(int i, double p) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("p is " + p + ", but must be above 0 and below 1");
        }
        Place at = place(i);
        int k = at.component;
        if (at.isWeight()) {
            double others = sum() - concentration[k];
            return components() == 1 ? 1 : Tails.betaQuantile(concentration[k], others, p);
        }
        if (at.isMean()) {
            return components.get(k).meanQuantile(at.row, p);
        }
        if (at.row == at.column) {
            return components.get(k).varianceQuantile(at.row, p);
        }
        double[] values =
                Arrays.stream(drawn()).mapToDouble(draw -> draw[i]).sorted().toArray();
        return values[(int) Math.min(values.length - 1, Math.floor(p * values.length))];
    }

    private synchronized double[][] drawn() {
        if (drawn == null) {
            drawn = draws(new Key(0).fork("quantiles"), DRAWS);
        }
        return drawn;
    }

    // ---- draws and density ----

    @Override
    public double[][] draws(Key key, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count is " + count + ", but must be 0 or more");
        }
        double[][] draws = new double[count][];
        for (int s = 0; s < count; s++) {
            draws[s] = draw(new Words(key.fork("draw " + s)));
        }
        return draws;
    }

    private double[] draw(Words words) {
        int dims = dims();
        double[] z = new double[names.size()];
        double sum = 0;
        for (int k = 0; k < components(); k++) {
            z[k] = words.gamma(concentration[k]);
            sum += z[k];
        }
        int mean = components();
        int covariance = mean + components() * dims;
        for (int k = 0; k < components(); k++) {
            z[k] /= sum;
            double[][] root = components.get(k).root(words); // root·rootᵀ is the covariance
            double[] normals = words.normals(dims);
            double[][] drawn = new double[dims][dims];
            for (int i = 0; i < dims; i++) {
                double apart = 0;
                for (int j = 0; j < dims; j++) {
                    apart += root[i][j] * normals[j];
                    for (int m = 0; m < dims; m++) {
                        drawn[i][j] += root[i][m] * root[j][m];
                    }
                }
                z[mean++] = components.get(k).location()[i]
                        + apart / Math.sqrt(components.get(k).rows());
            }
            for (int i = 0; i < dims; i++) {
                for (int j = covariances == Covariances.FULL ? 0 : i; j <= i; j++) {
                    z[covariance++] = drawn[i][j];
                }
            }
        }
        return z;
    }

    /** −∞ where a weight is negative or a covariance not positive definite. */
    @Override
    public double logDensity(double[] z) {
        if (z.length != names.size()) {
            throw new IllegalArgumentException("z has " + z.length + " elements, but must have " + names.size());
        }
        int dims = dims();
        double sum = Special.logGamma(sum());
        int mean = components();
        int covariance = mean + components() * dims;
        for (int k = 0; k < components(); k++) {
            sum += components() == 1
                    ? -Special.logGamma(concentration[0])
                    : (concentration[k] - 1) * StrictMath.log(z[k]) - Special.logGamma(concentration[k]);
            double[][] own = new double[dims][dims];
            for (int i = 0; i < dims; i++) {
                for (int j = covariances == Covariances.FULL ? 0 : i; j <= i; j++) {
                    own[i][j] = z[covariance++];
                }
            }
            double[][] l = Triangle.cholesky(own);
            if (l == null || !(z[k] >= 0)) {
                return Double.NEGATIVE_INFINITY;
            }
            sum += components.get(k).logDensity(Arrays.copyOfRange(z, mean, mean + dims), l);
            mean += dims;
        }
        return sum;
    }

    /** @throws UnsupportedOperationException always: a mixture is given on the scale of the rows already */
    @Override
    public MixturePosterior affine(Standardization.Affine map) {
        throw new UnsupportedOperationException("a mixture is given on the scale of the rows already");
    }

    @Override
    public String toString() {
        return "posterior of a mixture of " + components.size() + " normals of " + String.join(", ", columns)
                + ", covariances " + covariances + ": concentration " + Arrays.toString(concentration);
    }

    /** By value. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MixturePosterior that
                && covariances == that.covariances
                && names.equals(that.names)
                && Arrays.equals(concentration, that.concentration)
                && components.equals(that.components);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(concentration) + components.hashCode();
    }
}
