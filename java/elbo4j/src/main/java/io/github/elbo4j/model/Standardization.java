package io.github.elbo4j.model;

import java.io.Serializable;
import java.util.List;

/**
 * Columns moved to mean 0 and scaled to standard deviation 1 (divisor N), and the exact way back for what was fitted to
 * them. With an intercept the data are centred; without one they are only scaled, since no parameter could take up the
 * shift. Priors are priors of the parameters on the standardized scale.
 *
 * <p>On the original scale, with column means m and standard deviations s, target mean m_y and standard deviation s_y (0
 * and 1 if the target stays as it is): {@code beta_j = s_y·b_j/s_j}; {@code intercept = m_y + s_y·(b_0 − Σ b_j·m_j/s_j)};
 * {@code log noise = log noise' + log s_y}. This map is affine, so a Gaussian stays one. All is float64.
 */
public final class Standardization {
    private final List<String> columns;
    private final boolean intercept;
    private final double[] mean; // [K]
    private final double[] sd; // [K]
    private final double targetMean;
    private final double targetSd;
    private final boolean target;
    private final RegressionData data;

    /** @param x those of the original, which become the standardized ones */
    private Standardization(RegressionData original, double[] x, boolean target) {
        this.columns = original.columns();
        this.intercept = original.hasIntercept();
        this.target = target;
        int k = columns.size();
        mean = new double[k];
        sd = new double[k];
        for (int j = 0; j < k; j++) {
            if (intercept && j == 0) {
                sd[0] = 1;
                continue;
            }
            double[] moments = scale("column " + columns.get(j), x, j, k, original.rows(), intercept);
            mean[j] = moments[0];
            sd[j] = moments[1];
        }
        double[] y = original.y();
        double[] moments = {0, 1};
        if (target) {
            y = y.clone();
            moments = scale("the target", y, 0, 1, original.rows(), intercept);
        }
        targetMean = moments[0];
        targetSd = moments[1];
        data = new RegressionData(columns, x, y);
    }

    /** Columns only: for a target of classes. */
    public static Standardization ofColumns(RegressionData original) {
        return new Standardization(original, original.x().clone(), false);
    }

    /** Columns and target. */
    public static Standardization ofColumnsAndTarget(RegressionData original) {
        return new Standardization(original, original.x().clone(), true);
    }

    /**
     * The same in half the memory: X of the original is moved and scaled itself, and is of no other use any more.
     *
     * @param target whether the target is scaled too; it is copied for that
     */
    public static Standardization inPlace(RegressionData original, boolean target) {
        return new Standardization(original, original.x(), target);
    }

    /** The standardized data. */
    public RegressionData data() {
        return data;
    }

    /** s_y; 1 if the target stays as it is. A known noise is divided by it. */
    public double targetSd() {
        return targetSd;
    }

    /**
     * The way back: {@code y_i = shift_i + scale_i·z_i}, and {@code Σ_j weights_j·z_j}, the shifts that the intercept
     * takes up, is added to the first coordinate. Every other element of the map is 0.
     *
     * @param shift [D]
     * @param scale [D]
     * @param weights [D]; zeros without an intercept
     */
    public record Affine(double[] shift, double[] scale, double[] weights) implements Serializable {}

    /**
     * The way back of posteriors and draws, in arrays of the caller's own; {@link
     * io.github.elbo4j.family.Gaussian#affine} takes it.
     *
     * @param dimensions D: the K coefficients, perhaps with the log noise as a last parameter
     */
    public Affine toOriginal(int dimensions) {
        int k = columns.size();
        if (dimensions != k && dimensions != k + 1) {
            throw new IllegalArgumentException("the posterior has " + dimensions + " dimensions, but there are " + k
                    + " coefficients: " + columns);
        }
        double[] shift = new double[dimensions];
        double[] scale = new double[dimensions];
        double[] weights = new double[dimensions];
        for (int j = 0; j < k; j++) {
            scale[j] = targetSd / sd[j];
            if (intercept && j > 0) {
                weights[j] = -targetSd * mean[j] / sd[j];
            }
        }
        if (intercept) {
            shift[0] = targetMean;
        }
        if (dimensions > k) {
            scale[k] = 1;
            shift[k] = StrictMath.log(targetSd);
        }
        return new Affine(shift, scale, weights);
    }

    /** A value of the standardized target, as one of the original target. */
    public double targetToOriginal(double value) {
        return targetMean + targetSd * value;
    }

    /**
     * An ELBO or log evidence of the standardized target, as one of the original target: {@code − N·log s_y} is the
     * Jacobian.
     */
    public double elboToOriginal(double elbo) {
        return target ? elbo - data.rows() * StrictMath.log(targetSd) : elbo;
    }

    /** Standardizes a column in place; returns its mean (0 if it stays) and standard deviation. */
    private static double[] scale(String name, double[] values, int first, int stride, int rows, boolean centre) {
        double largest = 0;
        for (int n = 0; n < rows; n++) {
            largest = Math.max(largest, Math.abs(values[n * stride + first]));
        }
        // In units of a power of two near the largest value, which rounds nothing that counts: squares of tiny or huge
        // values would be
        // beyond a double's range.
        int unit = largest == 0 ? 0 : Math.getExponent(largest);
        double sum = 0;
        for (int n = 0; n < rows; n++) {
            sum += Math.scalb(values[n * stride + first], -unit);
        }
        double mean = sum / rows;
        double squares = 0;
        for (int n = 0; n < rows; n++) {
            double e = Math.scalb(values[n * stride + first], -unit) - mean;
            squares += e * e;
        }
        double sd = Math.sqrt(squares / rows);
        // Equal values leave rounding errors of about this size.
        if (!(sd > 4 * Math.scalb(Math.ulp(largest), -unit))) {
            throw new IllegalArgumentException(name + " is constant (" + values[first] + " in all " + rows
                    + " rows), so it cannot be scaled to standard deviation 1");
        }
        for (int n = 0; n < rows; n++) {
            double value = Math.scalb(values[n * stride + first], -unit);
            values[n * stride + first] = (centre ? value - mean : value) / sd;
        }
        return new double[] {centre ? Math.scalb(mean, unit) : 0, Math.scalb(sd, unit)};
    }
}
