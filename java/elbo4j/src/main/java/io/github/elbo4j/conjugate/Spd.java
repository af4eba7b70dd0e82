package io.github.elbo4j.conjugate;

import io.github.elbo4j.device.internal.LowerTriangle;
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

    private Spd(double[][] l) {
        this.l = l;
    }

    /**
     * Factors.
     *
     * @param matrix [K][K]; its lower triangle counts
     * @param columns what they are called
     * @throws IllegalArgumentException if it is not positive definite beyond rounding; it names the column
     */
    static Spd of(double[][] matrix, List<String> columns) {
        double[][] l = new double[matrix.length][matrix.length];
        int bad = LowerTriangle.factor(matrix, SINGULAR, 0, l);
        if (bad >= 0) {
            throw new IllegalArgumentException(refusal(columns.get(bad), bad, l[bad][bad], matrix[bad][bad]));
        }
        return new Spd(l);
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

    /** log det. */
    double logDeterminant() {
        return 2 * LowerTriangle.logDeterminant(l);
    }

    /** The solution x of M·x = b. */
    double[] solve(double[] b) {
        return LowerTriangle.solve(l, b);
    }

    /** {@code L⁻¹}, lower triangular: {@code M⁻¹ = L⁻ᵀ·L⁻¹}. */
    double[][] inverseFactor() {
        return LowerTriangle.inverse(l);
    }

    /** {@code M⁻¹}. */
    double[][] inverse() {
        return LowerTriangle.inverseOfSquare(l);
    }
}
