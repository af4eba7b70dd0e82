package io.github.elbo4j.infer;

import io.github.elbo4j.family.FamilyKind;
import io.github.elbo4j.family.Gaussian;

/** The posterior of another fit as a normal to start from. */
final class Continuation {
    /** Correlations of independent parameters that were put on another scale and back. */
    private static final double ROUNDING = 1e-6;

    private Continuation() {}

    /** @throws IllegalArgumentException if no member of the family is that posterior */
    static StartNormal of(Gaussian posterior, FamilyKind family) {
        boolean independent = family == FamilyKind.MEAN_FIELD || posterior.isIndependent();
        double[] sd = new double[posterior.dimensions()];
        for (int i = 0; i < sd.length; i++) {
            sd[i] = posterior.standardDeviation(i);
        }
        if (independent && !posterior.isIndependent()) {
            refuseCorrelations(posterior);
        }
        double[][] factor = independent ? null : DenseMatrix.cholesky(posterior.covariance());
        StartNormal normal = new StartNormal(posterior.mean(), sd, factor);
        if (!normal.isFinite() || (factor == null && !independent)) {
            throw new IllegalArgumentException(
                    "the posterior to continue from is no normal of float32: a mean or a standard deviation is not finite"
                            + " or 0, or its covariance is not positive definite");
        }
        return normal;
    }

    private static void refuseCorrelations(Gaussian posterior) {
        for (int i = 0; i < posterior.dimensions(); i++) {
            for (int j = 0; j < i; j++) {
                if (Math.abs(posterior.correlation(i, j)) > ROUNDING) {
                    throw new IllegalArgumentException("the posterior to continue from has correlations, but a"
                            + " mean-field q has none: continue it with the full-rank family");
                }
            }
        }
    }
}
