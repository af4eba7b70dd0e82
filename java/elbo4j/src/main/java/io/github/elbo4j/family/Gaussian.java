package io.github.elbo4j.family;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.LowRankOps;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Gaussian over D coordinates on the host, in float64: what a fit reports. It never changes, and arrays go in and out as
 * copies.
 *
 * <p>It stores only what it needs: D variances where coordinates are independent, D covariances more where only the
 * first coordinate is correlated with the others (an intercept that takes up the shifts of independent slopes), D·R
 * loadings more where R factors are common to all, and otherwise a triangle of D·(D + 1)/2 numbers. All but {@link
 * #covariance()} works without a D × D array.
 */
public final class Gaussian implements Serializable {
    private static final long serialVersionUID = 1;

    /** How many coordinates {@link #toString} prints. */
    private static final int TOLD = 8;
    /** By how much of √(variance·variance) two halves of a symmetric matrix may differ by rounding. */
    private static final double ROUNDING = 1e-9;

    private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * Math.PI);

    private final double[] mean; // [D]
    private final Covariance covariance;
    private transient volatile @Nullable SquareRoot root; // made when it is first asked for

    /** From what nobody else keeps. */
    private Gaussian(double[] mean, Covariance covariance) {
        this.mean = mean;
        this.covariance = covariance;
    }

    /**
     * Any Gaussian.
     *
     * @param mean [D]
     * @param covariance [D][D], symmetric but for rounding; its lower triangle counts
     * @throws IllegalArgumentException if it is not D × D, not symmetric, or a variance is negative; NaN passes, since a fit
     *     that diverged has a posterior too
     */
    public Gaussian(double[] mean, double[][] covariance) {
        this(
                Objects.requireNonNull(mean, "mean is null").clone(),
                new DenseCovariance(lowerOf(mean.length, covariance)));
    }

    /**
     * Independent normals.
     *
     * @param mean [D]
     * @param standardDeviation [D], none negative
     */
    public static Gaussian independent(double[] mean, double[] standardDeviation) {
        Objects.requireNonNull(mean, "mean is null");
        Objects.requireNonNull(standardDeviation, "standardDeviation is null");
        if (standardDeviation.length != mean.length) {
            throw new IllegalArgumentException(
                    "standardDeviation has " + standardDeviation.length + " elements, but mean has " + mean.length);
        }
        for (int i = 0; i < mean.length; i++) {
            if (standardDeviation[i] < 0) {
                throw new IllegalArgumentException(
                        "standardDeviation[" + i + "] is " + standardDeviation[i] + ", but must be 0 or more");
            }
        }
        return new Gaussian(mean.clone(), new BlockCovariance(standardDeviation.clone()));
    }

    /** From arrays that the caller does not use again; the triangle is [i][j ≤ i]. */
    static Gaussian ofTriangle(double[] mean, double[][] triangle) {
        return new Gaussian(mean, new DenseCovariance(triangle));
    }

    /**
     * The distribution of z + loadings·eta, z of this one and R independent standard normals eta: what R common factors add to
     * each coordinate. {@code covariance + loadings·loadingsᵀ}.
     *
     * @param loadings [D][R]; NaN passes, since a fit that diverged has a posterior too
     */
    public Gaussian withFactors(double[][] loadings) {
        Objects.requireNonNull(loadings, "loadings is null");
        if (loadings.length != mean.length) {
            throw new IllegalArgumentException(
                    "loadings has " + loadings.length + " rows, but mean has " + mean.length + " elements");
        }
        double[][] copy = new double[loadings.length][];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = Objects.requireNonNull(loadings[i], "a row of loadings is null")
                    .clone();
            if (copy[i].length != copy[0].length) {
                throw new IllegalArgumentException("row " + i + " of loadings has " + copy[i].length
                        + " elements, but row 0 has " + copy[0].length);
            }
        }
        return new Gaussian(mean, covariance.plus(copy));
    }

    /** The loadings [D][R] of what {@link #withFactors} made of independent normals; null if it is held in another way. */
    double @Nullable [][] commonFactors() {
        return covariance instanceof FactorCovariance factors ? factors.ofIndependent() : null;
    }

    /** D. */
    public int dimensions() {
        return mean.length;
    }

    /** The mean, [D], a copy. */
    public double[] mean() {
        return mean.clone();
    }

    /** The mean of coordinate i. */
    public double mean(int i) {
        return mean[i];
    }

    /** {@code √covariance(i, i)}. */
    public double standardDeviation(int i) {
        return covariance.standardDeviation(i);
    }

    /** The covariance of two coordinates; the variance where they are one. */
    public double covariance(int i, int j) {
        Objects.checkIndex(i, mean.length);
        Objects.checkIndex(j, mean.length);
        return covariance.at(i, j);
    }

    /** {@code covariance(i, j) / (sd_i · sd_j)}. */
    public double correlation(int i, int j) {
        return i == j ? 1 : covariance(i, j) / (standardDeviation(i) * standardDeviation(j));
    }

    /** Whether no two coordinates are correlated, by construction; {@link #covariance()} is then a diagonal. */
    public boolean isIndependent() {
        return covariance.isIndependent();
    }

    /**
     * The whole covariance, [D][D], made anew at each call. {@link #covariance(int, int)} gives an element without it.
     *
     * @throws IllegalStateException if D × D numbers are more than there is memory for; it says how much they take
     */
    public double[][] covariance() {
        int d = mean.length;
        long bytes = (long) d * d * Double.BYTES;
        if (bytes > Runtime.getRuntime().maxMemory()) {
            throw new IllegalStateException(tooLarge(d, bytes));
        }
        try {
            double[][] all = new double[d][d];
            for (int i = 0; i < d; i++) {
                for (int j = 0; j <= i; j++) {
                    all[i][j] = covariance(i, j);
                    all[j][i] = all[i][j];
                }
            }
            return all;
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(tooLarge(d, bytes), e);
        }
    }

    private static String tooLarge(int d, long bytes) {
        return String.format(
                Locale.ROOT,
                "the covariance of %d coordinates takes %.1f GiB, and Java's heap is %.1f GiB; ask for its elements,"
                        + " covariance(i, j), or raise the heap (java -Xmx)",
                d,
                bytes / 0x1p30,
                Runtime.getRuntime().maxMemory() / 0x1p30);
    }

    /**
     * The distribution of y for z from this one: {@code y_i = shift_i + scale_i·z_i}, and {@code Σ_j weights_j·z_j} is
     * added to the first coordinate. It takes time and memory in proportion to the numbers that this Gaussian stores.
     *
     * @param shift [D]
     * @param scale [D]
     * @param weights [D]
     */
    public Gaussian affine(double[] shift, double[] scale, double[] weights) {
        length("shift", shift);
        length("scale", scale);
        length("weights", weights);
        return affineBlocks(shift, scale, weights);
    }

    /**
     * {@link #affine} of each block of K coordinates by itself, with the same three arrays: the weighted sum of a block
     * is added to the first coordinate of that block.
     *
     * @param shift [K], where D is a multiple of K
     * @param scale [K]
     * @param weights [K]
     */
    public Gaussian affineBlocks(double[] shift, double[] scale, double[] weights) {
        int d = mean.length;
        int k = shift.length;
        if (k == 0 ? d > 0 : d % k != 0) {
            throw new IllegalArgumentException(
                    "shift has " + k + " elements, but mean has " + d + ", which are no blocks of so many");
        }
        length("scale", scale, k, "shift");
        length("weights", weights, k, "shift");
        double[] moved = new double[d];
        double[] first = new double[d]; // the rows of the map that are those of the first coordinates
        for (int f = 0; f < d; f += k) {
            double sum = 0;
            for (int i = f; i < f + k; i++) {
                moved[i] = scale[i - f] * mean[i] + shift[i - f];
                first[i] = weights[i - f] + (i == f ? scale[0] : 0);
                sum += first[i] * mean[i];
            }
            moved[f] = sum + shift[0];
        }
        return new Gaussian(moved, covariance.mapped(scale, first));
    }

    /**
     * This distribution on a device, its numbers rounded to float32: a {@link MeanFieldGaussian} if {@link #isIndependent}, a
     * {@link LowRankGaussian} if it is held by a few common factors, else a {@link FullRankGaussian}.
     *
     * @return of one problem; to be closed
     * @throws IllegalStateException if the covariance is not positive definite
     */
    public VariationalFamily on(Device device) {
        double[][] factors = commonFactors();
        if (factors != null && factors[0].length <= LowRankOps.MOST_RANK) {
            return member(new LowRankGaussian(device, 1, mean.length, factors[0].length), null);
        }
        if (isIndependent()) {
            return member(new MeanFieldGaussian(device, 1, mean.length), null);
        }
        double[][] factor = DenseCovariance.factor(covariance);
        return member(new FullRankGaussian(device, 1, mean.length), factor);
    }

    private VariationalFamily member(VariationalFamily q, double @Nullable [][] factor) {
        try {
            float[] values = q.parametersOf(this);
            if (values == null && !isIndependent() && factor == null) {
                throw new IllegalStateException("the covariance is not positive definite, or no variances of float32");
            }
            if (values == null) {
                double[] sd = new double[mean.length];
                Arrays.setAll(sd, this::standardDeviation);
                values = q.parametersOf(mean, sd, factor);
            }
            q.parameterBuffer().write(0, values, 0, values.length);
            q.update();
            return q;
        } catch (RuntimeException | Error e) {
            q.close();
            throw e;
        }
    }

    /**
     * The point that standard normals become: {@code mean + R·epsilon}, with R·Rᵀ the covariance. R is made at the first
     * call and kept; it takes about as much memory as this Gaussian stores.
     *
     * @param epsilon [D]
     * @throws IllegalStateException if the covariance is not positive definite
     */
    public double[] at(double[] epsilon) {
        length("epsilon", epsilon);
        double[] z = root().times(epsilon);
        for (int i = 0; i < z.length; i++) {
            z[i] = mean[i] + z[i];
        }
        return z;
    }

    /** The gradient by epsilon, {@code Rᵀ·gradient}, of a function of {@link #at} whose gradient by z, [D], is given. It throws as that. */
    public double[] pulledBack(double[] gradient) {
        length("gradient", gradient);
        return root().transposedTimes(gradient);
    }

    /**
     * {@code log N(z)}, with its constant.
     *
     * @param z [D]
     * @throws IllegalStateException if the covariance is not positive definite
     */
    public double logDensity(double[] z) {
        length("z", z);
        double[] deviation = new double[z.length];
        Arrays.setAll(deviation, i -> z[i] - mean[i]);
        SquareRoot r = root();
        return -0.5 * r.squares(r.solve(deviation)) - r.logDeterminant() - z.length * HALF_LOG_TWO_PI;
    }

    private SquareRoot root() {
        SquareRoot made = root;
        if (made == null) {
            made = covariance.root();
            root = made;
        }
        return made;
    }

    /** By value: equal means and equal covariances, however they are stored. NaN equals NaN. */
    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof Gaussian that) || !Arrays.equals(mean, that.mean)) {
            return false;
        }
        if (covariance.isHeldAs(that.covariance)) {
            return true;
        }
        int columns = Math.max(covariance.columns(), that.covariance.columns());
        for (int i = 0; i < mean.length; i++) {
            if (Double.compare(standardDeviation(i), that.standardDeviation(i)) != 0
                    || Double.compare(covariance(i, i), that.covariance(i, i)) != 0) {
                return false;
            }
            for (int j = 0; j < Math.min(i, columns); j++) {
                if (Double.compare(covariance(i, j), that.covariance(i, j)) != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(mean);
    }

    /** In words: the mean ± the standard deviation of the first coordinates. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Gaussian of ")
                .append(mean.length)
                .append(
                        mean.length == 1
                                ? " coordinate"
                                : isIndependent() ? " independent coordinates" : " coordinates");
        for (int i = 0; i < Math.min(mean.length, TOLD); i++) {
            text.append(i == 0 ? ": " : ", ")
                    .append(String.format(Locale.ROOT, "%.4g ± %.2g", mean[i], standardDeviation(i)));
        }
        if (mean.length > TOLD) {
            text.append(", and ").append(mean.length - TOLD).append(" more");
        }
        return text.toString();
    }

    private void length(String name, double[] values) {
        length(name, values, mean.length, "mean");
    }

    private static void length(String name, double[] values, int wanted, String other) {
        if (values.length != wanted) {
            throw new IllegalArgumentException(
                    name + " has " + values.length + " elements, but " + other + " has " + wanted);
        }
    }

    private static double[][] lowerOf(int d, double[][] covariance) {
        Objects.requireNonNull(covariance, "covariance is null");
        if (covariance.length != d) {
            throw new IllegalArgumentException(
                    "covariance has " + covariance.length + " rows, but mean has " + d + " elements");
        }
        double[][] lower = new double[d][];
        for (int i = 0; i < d; i++) {
            Objects.requireNonNull(covariance[i], "a row of covariance is null");
            if (covariance[i].length != d) {
                throw new IllegalArgumentException(
                        "row " + i + " of covariance has " + covariance[i].length + " elements, but mean has " + d);
            }
            if (covariance[i][i] < 0) {
                throw new IllegalArgumentException(
                        "covariance[" + i + "][" + i + "] is " + covariance[i][i] + ", but a variance is 0 or more");
            }
            lower[i] = Arrays.copyOf(covariance[i], i + 1);
            for (int j = 0; j < i; j++) {
                double allowed = ROUNDING * Math.sqrt(covariance[i][i] * covariance[j][j]);
                if (Math.abs(covariance[i][j] - covariance[j][i]) > allowed) {
                    throw new IllegalArgumentException("covariance[" + i + "][" + j + "] is " + covariance[i][j]
                            + ", but covariance[" + j + "][" + i + "] is " + covariance[j][i]
                            + ": it must be symmetric");
                }
            }
        }
        return lower;
    }
}
