package io.github.elbo4j.device.internal;

/** Cholesky factors L of small symmetric matrices, and what is made with them, on the host in float64. */
public final class LowerTriangle {
    private LowerTriangle() {}

    /**
     * Factors {@code matrix = L·Lᵀ} as far as it is positive definite.
     *
     * @param matrix [n][n], of which the lower triangle is read
     * @param share a pivot must be above so much of its diagonal element,
     * @param least and above this
     * @param l [n][n] of zeros, written
     * @return the first row whose pivot is not, which then stands in l's diagonal, or −1
     */
    public static int factor(double[][] matrix, double share, double least, double[][] l) {
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                if (i != j) {
                    l[i][j] = sum / l[j][j];
                } else if (sum > Math.max(least, share * matrix[i][i]) && Double.isFinite(sum)) {
                    l[i][i] = Math.sqrt(sum);
                } else {
                    l[i][i] = sum;
                    return i;
                }
            }
        }
        return -1;
    }

    /** {@code L⁻¹}, lower triangular. */
    public static double[][] inverse(double[][] l) {
        int n = l.length;
        double[][] columns = columnsOfInverse(l);
        double[][] inverse = new double[n][n];
        for (int j = 0; j < n; j++) {
            for (int i = j; i < n; i++) {
                inverse[i][j] = columns[j][i];
            }
        }
        return inverse;
    }

    /** {@code L⁻¹} column by column, [column][row], so that sums run along memory. */
    private static double[][] columnsOfInverse(double[][] l) {
        int n = l.length;
        double[][] columns = new double[n][n];
        for (int j = 0; j < n; j++) {
            double[] column = columns[j];
            column[j] = 1 / l[j][j];
            for (int i = j + 1; i < n; i++) {
                double[] row = l[i];
                double sum = 0;
                for (int k = j; k < i; k++) {
                    sum -= row[k] * column[k];
                }
                column[i] = sum / row[i];
            }
        }
        return columns;
    }

    /** {@code (L·Lᵀ)⁻¹}, symmetric. */
    public static double[][] inverseOfSquare(double[][] l) {
        int n = l.length;
        double[][] columns = columnsOfInverse(l);
        double[][] result = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = i; k < n; k++) {
                    sum += columns[i][k] * columns[j][k];
                }
                result[i][j] = sum;
                result[j][i] = sum;
            }
        }
        return result;
    }

    /** The solution x of {@code L·Lᵀ·x = b}. */
    public static double[] solve(double[][] l, double[] b) {
        int n = l.length;
        double[] x = b.clone();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                x[i] -= l[i][k] * x[k];
            }
            x[i] /= l[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                x[i] -= l[k][i] * x[k];
            }
            x[i] /= l[i][i];
        }
        return x;
    }

    /** {@code L·v}. */
    public static double[] times(double[][] l, double[] v) {
        double[] result = new double[v.length];
        for (int i = 0; i < v.length; i++) {
            double sum = 0;
            for (int j = 0; j <= i; j++) {
                sum += l[i][j] * v[j];
            }
            result[i] = sum;
        }
        return result;
    }

    /** {@code L·M} of two such matrices, lower triangular. */
    public static double[][] product(double[][] l, double[][] m) {
        int n = l.length;
        double[][] result = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k <= i; k++) {
                for (int j = 0; j <= k; j++) {
                    result[i][j] += l[i][k] * m[k][j];
                }
            }
        }
        return result;
    }

    /** log det L. */
    public static double logDeterminant(double[][] l) {
        double sum = 0;
        for (int i = 0; i < l.length; i++) {
            sum += StrictMath.log(l[i][i]);
        }
        return sum;
    }
}
