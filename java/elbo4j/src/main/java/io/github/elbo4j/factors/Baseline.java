package io.github.elbo4j.factors;

/** What independent columns say of rows: the model without factors, which a fit has to beat. */
final class Baseline {
    private Baseline() {}

    /** {@code Σ_p log p(x_p)} of some rows, each p(x_p = 1) as in the fitted rows, with a row more of each value. */
    static double[] of(BinaryData fitted, BinaryData rows) {
        double[] means = fitted.means();
        double[] all = new double[rows.rows()];
        for (int n = 0; n < all.length; n++) {
            double[] x = rows.row(n);
            for (int p = 0; p < means.length; p++) {
                double share = (means[p] * fitted.rows() + 1) / (fitted.rows() + 2.0);
                all[n] += x[p] > 0 ? StrictMath.log(share) : StrictMath.log1p(-share);
            }
        }
        return all;
    }
}
