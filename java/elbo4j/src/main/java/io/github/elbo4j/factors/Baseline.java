package io.github.elbo4j.factors;

/** What independent columns say of rows: the model without factors, which a fit has to beat. */
final class Baseline {
    private Baseline() {}

    /** The mean over some rows of {@code Σ_p log p(x_p)}, each p(x_p = 1) as in the fitted rows, with a row more of each value. */
    static double of(BinaryData fitted, BinaryData rows) {
        double[] means = fitted.means();
        double[] others = rows.means();
        double sum = 0;
        for (int p = 0; p < means.length; p++) {
            double share = (means[p] * fitted.rows() + 1) / (fitted.rows() + 2.0);
            sum += others[p] * StrictMath.log(share) + (1 - others[p]) * StrictMath.log1p(-share);
        }
        return sum;
    }
}
