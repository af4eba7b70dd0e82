package io.github.elbo4j.conjugate;

import java.util.List;
import java.util.Locale;

/** A symmetric positive definite matrix by its Cholesky factor, {@code L·Lᵀ}, on the host in float64. */
final class Spd {
    /**
     * A pivot that is so small a part of its diagonal element is rounding: it is what the columns before leave of a column, and
     * the sums of squares know about 15 digits.
     */
    static final double SINGULAR = 1e-12;

    private final double[][] l;
    private final double least; // pivot over its diagonal element
    private final int weakest;

    private Spd(double[][] l, double least, int weakest) {
        this.l = l;
        this.least = least;
        this.weakest = weakest;
    }

    /**
     * Factors.
     *
     * @param matrix [K][K]; its lower triangle counts
     * @param columns what they are called
     * @throws IllegalArgumentException if it is not positive definite beyond rounding; it names the column
     */
    static Spd of(double[][] matrix, List<String> columns) {
        int n = matrix.length;
        double[][] l = new double[n][n];
        double least = 1;
        int weakest = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                if (i != j) {
                    l[i][j] = sum / l[j][j];
                    continue;
                }
                if (!(sum > SINGULAR * matrix[i][i] && Double.isFinite(sum))) {
                    throw new IllegalArgumentException(refusal(columns.get(i), i, sum, matrix[i][i]));
                }
                l[i][i] = Math.sqrt(sum);
                if (sum / matrix[i][i] < least) {
                    least = sum / matrix[i][i];
                    weakest = i;
                }
            }
        }
        return new Spd(l, least, weakest);
    }

    private static String refusal(String column, int before, double pivot, double diagonal) {
        if (!Double.isFinite(pivot)) {
            return "the squares and products of column " + column + " are not finite; scale it";
        }
        if (before == 0 || diagonal == 0) {
            return "column " + column + " is zero, so nothing is known of its coefficient; leave it out, or give the"
                    + " coefficients a proper prior";
        }
        return String.format(
                Locale.ROOT,
                "column %s is a linear combination of the columns before it: they leave %.1g of its squares, which is"
                        + " rounding. Leave it out, give the coefficients a proper prior, or, if its values are far from"
                        + " zero, centre and scale the data",
                column,
                Math.max(0, pivot / diagonal));
    }

    int size() {
        return l.length;
    }

    /** The least part of its diagonal element that is left of a pivot: the reciprocal of the largest variance inflation. */
    double least() {
        return least;
    }

    /** The column whose it is. */
    int weakest() {
        return weakest;
    }

    /** log det. */
    double logDeterminant() {
        double sum = 0;
        for (int i = 0; i < l.length; i++) {
            sum += 2 * StrictMath.log(l[i][i]);
        }
        return sum;
    }

    /** The solution x of M·x = b. */
    double[] solve(double[] b) {
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

    /** {@code L⁻¹}, lower triangular: {@code M⁻¹ = L⁻ᵀ·L⁻¹}. */
    double[][] inverseFactor() {
        int n = l.length;
        double[][] half = new double[n][n];
        for (int j = 0; j < n; j++) {
            half[j][j] = 1 / l[j][j];
            for (int i = j + 1; i < n; i++) {
                double sum = 0;
                for (int k = j; k < i; k++) {
                    sum -= l[i][k] * half[k][j];
                }
                half[i][j] = sum / l[i][i];
            }
        }
        return half;
    }

    /** {@code M⁻¹}. */
    double[][] inverse() {
        int n = l.length;
        double[][] half = inverseFactor();
        double[][] result = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = i; k < n; k++) {
                    sum += half[k][i] * half[k][j];
                }
                result[i][j] = sum;
                result[j][i] = sum;
            }
        }
        return result;
    }
}
