package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.family.FullRankGaussian;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.MeanFieldGaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import org.jspecify.annotations.Nullable;

/**
 * What a fit makes of its family: coordinates for the steps, normals to start from, and a natural gradient to settle by.
 * This class suits every family: steps in the family's own units, and an end by the ELBO alone. A family for which more is
 * known has a subclass and a line in {@link #of}.
 */
class Geometry {
    /** Correlations of independent parameters that were put on another scale and back. */
    private static final double ROUNDING = 1e-6;

    final VariationalFamily q;

    private Geometry(VariationalFamily q) {
        this.q = q;
    }

    /** Of the family of this q. */
    static Geometry of(VariationalFamily q) {
        if (q instanceof FullRankGaussian) {
            return new FullRank(q);
        }
        return q instanceof MeanFieldGaussian ? new MeanField(q) : new Geometry(q);
    }

    /** Coordinates around a place in z that adapt to q. */
    Coordinates coordinates(Device device, double[] mean) {
        return new ScaledSteps(device, q);
    }

    /**
     * The normal of the family that takes the place of any other.
     *
     * @param factor the Cholesky factor of its covariance
     */
    StartNormal member(double[] mean, double[][] factor) {
        StartNormal any = StartNormal.correlated(mean, factor);
        double[][] own = DenseMatrix.cholesky(q.toGaussian(any.parameters(q)).covariance());
        return own == null ? any : StartNormal.correlated(mean, own);
    }

    /**
     * Null if the family has none in closed form.
     *
     * @param wrapped the joint of all rows in the coordinates of the steps
     */
    @Nullable
    NaturalGradient naturalGradient(SgviSettings settings, LogJoint joint, LogJoint wrapped, Key key) {
        return null;
    }

    /**
     * The parameters of the q that goes on from the posterior of another fit: of the same distribution, or of one with the
     * same means and standard deviations whose correlations are as like as the family has them.
     *
     * @throws IllegalArgumentException if it is no normal of float32, or correlated where the family has no correlations
     */
    float[] continued(Gaussian posterior) {
        float[] same = q.parametersOf(posterior);
        if (same != null) {
            return same;
        }
        double[][] factor = posterior.isIndependent() ? null : DenseMatrix.cholesky(posterior.covariance());
        return continued(posterior, factor, factor == null && !posterior.isIndependent());
    }

    private float[] continued(Gaussian posterior, double @Nullable [][] factor, boolean isSingular) {
        double[] sd = new double[posterior.dimensions()];
        for (int i = 0; i < sd.length; i++) {
            sd[i] = posterior.standardDeviation(i);
        }
        StartNormal normal = new StartNormal(posterior.mean(), sd, factor);
        if (!normal.isFinite() || isSingular) {
            throw new IllegalArgumentException(
                    "the posterior to continue from is no normal of float32: a mean or a standard deviation is not finite"
                            + " or 0, or its covariance is not positive definite");
        }
        return normal.parameters(q);
    }

    /** Steps in coordinates in which q is N(0, I), whatever the correlations. */
    private static final class FullRank extends Geometry {
        FullRank(VariationalFamily q) {
            super(q);
        }

        @Override
        Coordinates coordinates(Device device, double[] mean) {
            return new Whitening(device, mean);
        }

        @Override
        StartNormal member(double[] mean, double[][] factor) {
            return StartNormal.correlated(mean, factor);
        }

        @Override
        NaturalGradient naturalGradient(SgviSettings settings, LogJoint joint, LogJoint wrapped, Key key) {
            return new FullRankNaturalGradient(
                    settings, wrapped, q, key.fork("settling").with(settings.points));
        }
    }

    private static final class MeanField extends Geometry {
        MeanField(VariationalFamily q) {
            super(q);
        }

        /** Variances are the inverse of the precision's diagonal, where KL(q‖p) is least. */
        @Override
        StartNormal member(double[] mean, double[][] factor) {
            double[][] precision = LowerTriangle.inverseOfSquare(factor);
            double[] sd = new double[mean.length];
            for (int d = 0; d < sd.length; d++) {
                sd[d] = 1 / Math.sqrt(precision[d][d]);
            }
            return StartNormal.independent(mean, sd);
        }

        @Override
        NaturalGradient naturalGradient(SgviSettings settings, LogJoint joint, LogJoint wrapped, Key key) {
            return new MeanFieldNaturalGradient(
                    settings, joint, q, key.fork("settling").with(settings.points), key.fork("curvature"));
        }

        @Override
        float[] continued(Gaussian posterior) {
            for (int i = 0; i < posterior.dimensions() && !posterior.isIndependent(); i++) {
                for (int j = 0; j < i; j++) {
                    if (Math.abs(posterior.correlation(i, j)) > ROUNDING) {
                        throw new IllegalArgumentException("the posterior to continue from has correlations, but a"
                                + " mean-field q has none: continue it with the full-rank family");
                    }
                }
            }
            return super.continued(posterior, null, false);
        }
    }
}
