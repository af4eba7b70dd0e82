package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.Beside;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How far the coordinates of groups' intercepts are centred, from rough moments of the data: with I_g the information that the
 * rows of group g have on its intercept and tau² the variance between groups by the method of DerSimonian and Laird (1986),
 * {@code c_g = I_g·tau²/(1 + I_g·tau²)}. Nothing but the speed and the fit of a Gaussian depends on it.
 *
 * @see io.github.elbo4j.distribution.Normal#partlyCentered
 */
final class GroupCentering {
    private GroupCentering() {}

    /** Of a row at the intercept that all have in common: the derivative of its log-likelihood by the predictor, and the curvature. */
    record RowInformation(double[] slope, double[] curvature) {}

    /** [groups], each from 0 to 1. */
    static double[] of(RowInformation rows, Beside.@Nullable PerRow weights, Beside.Group group) {
        int count = group.levels().size();
        double[] slope = new double[count];
        double[] information = new double[count];
        for (int n = 0; n < group.of().length; n++) {
            double weight = weights == null ? 1 : weights.values()[n];
            slope[group.of()[n]] += weight * rows.slope()[n];
            information[group.of()[n]] += weight * rows.curvature()[n];
        }
        double sum = Arrays.stream(information).sum();
        double squares = Arrays.stream(information).map(i -> i * i).sum();
        double q = -1.0 * (count - 1);
        for (int g = 0; g < count; g++) {
            q += information[g] > 0 ? slope[g] * slope[g] / information[g] : 0;
        }
        double variance = Math.max(0, q / (sum - squares / sum));
        double[] centering = new double[count];
        for (int g = 0; g < count; g++) {
            double ratio = information[g] * variance;
            centering[g] = ratio >= 0 && ratio < Double.POSITIVE_INFINITY ? ratio / (1 + ratio) : 0; // NaN, too
        }
        return centering;
    }

    /** Of quantities: the noise is what is within groups. */
    static RowInformation ofQuantities(double[] y, Beside.Group group) {
        double[] sum = new double[group.levels().size()];
        int[] count = new int[sum.length];
        double mean = 0;
        for (int n = 0; n < y.length; n++) {
            sum[group.of()[n]] += y[n];
            count[group.of()[n]]++;
            mean += y[n] / y.length;
        }
        double squares = 0;
        for (int n = 0; n < y.length; n++) {
            double e = y[n] - sum[group.of()[n]] / count[group.of()[n]];
            squares += e * e;
        }
        double variance = squares / Math.max(1, y.length - sum.length);
        double[] slope = new double[y.length];
        double[] curvature = new double[y.length];
        for (int n = 0; n < y.length; n++) {
            slope[n] = (y[n] - mean) / variance;
            curvature[n] = 1 / variance;
        }
        return new RowInformation(slope, curvature);
    }

    /** Of what is 0 or 1. */
    static RowInformation ofBinary(double[] y) {
        double p = Arrays.stream(y).average().orElse(0);
        double[] slope = Arrays.stream(y).map(each -> each - p).toArray();
        double[] curvature = new double[y.length];
        Arrays.fill(curvature, p * (1 - p));
        return new RowInformation(slope, curvature);
    }

    /** Of counts with these means, whose variance is {@code overdispersion} times the mean. */
    static RowInformation ofCounts(double[] y, double[] mean, double overdispersion) {
        double[] slope = new double[y.length];
        double[] curvature = new double[y.length];
        for (int n = 0; n < y.length; n++) {
            slope[n] = (y[n] - mean[n]) / overdispersion;
            curvature[n] = mean[n] / overdispersion;
        }
        return new RowInformation(slope, curvature);
    }
}
