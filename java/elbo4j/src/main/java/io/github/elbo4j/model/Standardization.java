package io.github.elbo4j.model;

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

    private Standardization(RegressionData original, boolean target) {
        this.columns = original.columns();
        this.intercept = original.hasIntercept();
        this.target = target;
        int k = columns.size();
        mean = new double[k];
        sd = new double[k];
        double[] x = original.x().clone();
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
        return new Standardization(original, false);
    }

    /** Columns and target. */
    public static Standardization ofColumnsAndTarget(RegressionData original) {
        return new Standardization(original, true);
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
     * The mean of a posterior, on the original scale.
     *
     * @param standardized of the K coefficients, perhaps with the log noise as a last parameter
     */
    public double[] meanToOriginal(double[] standardized) {
        double[][] a = map(standardized.length);
        double[] mapped = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            mapped[i] = dot(a[i], standardized);
        }
        if (intercept) {
            mapped[0] += targetMean;
        }
        if (a.length > columns.size()) {
            mapped[columns.size()] += StrictMath.log(targetSd);
        }
        return mapped;
    }

    /** The covariance of a posterior, on the original scale; its parameters as in {@link #meanToOriginal}. */
    public double[][] covarianceToOriginal(double[][] standardized) {
        double[][] a = map(standardized.length);
        int d = a.length;
        double[][] half = new double[d][d]; // A·covariance
        double[][] mapped = new double[d][d];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                half[i][j] = dot(a[i], standardized[j]);
            }
        }
        for (int i = 0; i < d; i++) {
            for (int j = 0; j <= i; j++) {
                mapped[i][j] = dot(half[i], a[j]);
                mapped[j][i] = mapped[i][j];
            }
        }
        return mapped;
    }

    /**
     * An ELBO or log evidence of the standardized target, as one of the original target: {@code − N·log s_y} is the
     * Jacobian.
     */
    public double elboToOriginal(double elbo) {
        return target ? elbo - data.rows() * StrictMath.log(targetSd) : elbo;
    }

    /** A, the linear part of the way back. */
    private double[][] map(int d) {
        int k = columns.size();
        if (d != k && d != k + 1) {
            throw new IllegalArgumentException(
                    "the posterior has " + d + " dimensions, but there are " + k + " coefficients: " + columns);
        }
        double[][] a = new double[d][d];
        for (int j = 0; j < k; j++) {
            a[j][j] = targetSd / sd[j];
            if (intercept && j > 0) {
                a[0][j] = -targetSd * mean[j] / sd[j];
            }
        }
        if (d > k) {
            a[k][k] = 1;
        }
        return a;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
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
