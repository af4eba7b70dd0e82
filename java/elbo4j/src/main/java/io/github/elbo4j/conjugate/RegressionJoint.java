package io.github.elbo4j.conjugate;

import io.github.elbo4j.conjugate.NormalRegression.Kind;
import io.github.elbo4j.model.HostLogJoint;

/**
 * {@code log p(y, beta, log s)} of a {@link NormalRegression}, with its constants, and its gradient: from the sums over the rows, on
 * the host in float64.
 */
final class RegressionJoint implements HostLogJoint.DrawFunction {
    private static final double LOG_TWO_PI = StrictMath.log(2 * Math.PI);

    private final NormalRegression model;
    private final LeastSquares sums;
    private final double[] centre; // [K], about which it is computed, so that no terms of yᵀy's size cancel
    private final double[] slope; // Xᵀ(y − X·centre)
    private final double atCentre; // |y − X·centre|²

    /** @param centre [K], near the posterior's mean */
    RegressionJoint(NormalRegression model, LeastSquares sums, double[] centre) {
        this.model = model;
        this.sums = sums;
        this.centre = centre;
        slope = sums.slope(centre);
        atCentre = sums.residuals(centre);
    }

    /** log p at [K + 1], or at [K] where the noise is known. */
    double at(double[] z) {
        return evaluate(z, new double[z.length]);
    }

    @Override
    public double evaluate(double[] z, double[] gradient) {
        int k = centre.length;
        boolean known = model.kind == Kind.KNOWN_NOISE;
        double logSd = known ? StrictMath.log(model.noiseSd) : z[k];
        double precision = StrictMath.exp(-2 * logSd);
        double[] e = new double[k];
        for (int j = 0; j < k; j++) {
            e[j] = z[j] - centre[j];
        }
        double residuals = atCentre;
        for (int j = 0; j < k; j++) {
            double moved = LeastSquares.dot(sums.xx()[j], e);
            residuals += e[j] * (moved - 2 * slope[j]);
            gradient[j] = precision * (slope[j] - moved);
        }
        double logP = -sums.rows() * (logSd + 0.5 * LOG_TWO_PI) - 0.5 * precision * residuals;
        double byLogSd = -sums.rows() + precision * residuals;
        boolean scaled = model.kind == Kind.IN_UNITS_OF_NOISE;
        for (int j = 0; j < k; j++) {
            if (model.relevance != null && model.isRelevance(j)) {
                logP += StudentT.logDensity(model.relevance, z[j]);
                gradient[j] -= (2 * model.relevance.shape() + 1) * z[j] / (2 * model.relevance.rate() + z[j] * z[j]);
                continue;
            }
            double p = model.priorPrecision[j] * (scaled ? precision : 1);
            double d = z[j] - model.priorMean[j];
            logP += 0.5 * (StrictMath.log(model.priorPrecision[j]) - LOG_TWO_PI - p * d * d) - (scaled ? logSd : 0);
            gradient[j] -= p * d;
            byLogSd += scaled ? p * d * d - 1 : 0;
        }
        if (model.noise != null) {
            logP += model.noise.logSdLogDensity(logSd);
            byLogSd += 2 * (model.noise.rate() * precision - model.noise.shape());
        }
        if (!known) {
            gradient[k] = byLogSd;
        }
        return logP;
    }
}
