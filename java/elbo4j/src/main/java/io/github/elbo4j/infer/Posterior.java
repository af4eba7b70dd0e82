package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.model.Standardization;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The fitted distribution of the parameters, on the host in float64. It never changes, and arrays go in and out as
 * copies.
 *
 * <p>{@link GaussianPosterior} is one; a method that finds another distribution has a class of its own, which defines
 * equality by value.
 */
public interface Posterior extends Serializable {
    /** What the D parameters are called. */
    List<String> names();

    /** D. */
    default int dimensions() {
        return names().size();
    }

    /** The mean of parameter i. */
    double mean(int i);

    /** The means, [D]. */
    default double[] mean() {
        double[] all = new double[dimensions()];
        for (int i = 0; i < all.length; i++) {
            all[i] = mean(i);
        }
        return all;
    }

    /** The standard deviation of parameter i. */
    double standardDeviation(int i);

    /**
     * The value below which parameter i lies with probability p.
     *
     * @param p above 0 and below 1
     */
    double quantile(int i, double p);

    /**
     * Independent draws: functions of the key alone, the same on every Java and every machine. More draws keep the first ones.
     *
     * @param count 0 or more
     * @return [count][D]
     */
    double[][] draws(Key key, int count);

    /**
     * {@code log q(z)}, with its constants.
     *
     * @param z [D]
     */
    double logDensity(double[] z);

    /** The covariance of two parameters, the variance where they are one; NaN between two of which it is not known. */
    default double covariance(int i, int j) {
        Objects.checkIndex(j, dimensions());
        return i == j ? standardDeviation(i) * standardDeviation(i) : Double.NaN;
    }

    /** {@code covariance(i, j) / (sd_i · sd_j)}; NaN between two parameters of which it is not known. */
    default double correlation(int i, int j) {
        return i == j ? 1 : covariance(i, j) / (standardDeviation(i) * standardDeviation(j));
    }

    /** The whole covariance, [D][D]; null where it is not known. {@link #covariance(int, int)} gives an element without it. */
    default double @Nullable [][] covariance() {
        return null;
    }

    /**
     * The posterior of y for this one of z, {@code y_i = shift_i + scale_i·z_i}, with {@code Σ_j weights_j·z_j} added
     * to the first coordinate: this maps back from standardized data.
     *
     * @param map of all D parameters, or of a block of them where D is a multiple of its length: then of each block by itself
     */
    Posterior affine(Standardization.Affine map);
}
