package io.github.elbo4j.conjugate;

import io.github.elbo4j.conjugate.NormalRegression.Kind;
import io.github.elbo4j.device.internal.Special;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.infer.Verdict;
import java.util.List;
import java.util.Locale;

/**
 * The exact posterior of a conjugate {@link NormalRegression}: see {@link ExactRegression}.
 *
 * @param lambda XᵀX + P
 * @param m its mean
 * @param squares {@code |y − X·m|² + (m − m0)ᵀ·P·(m − m0)}
 */
record Solution(NormalRegression model, LeastSquares sums, Spd lambda, double[] m, double squares) {
    /** Residuals of so small a part of yᵀy are rounding. */
    private static final double NONE = 1e-13;
    /** What float64 loses of sums of squares, relative, with room. */
    private static final double ROUNDING = 1e-14;
    /** Of the posterior's squares, or of the evidence in nats: a loss that is to be told, and one that matters. */
    private static final double TOLD = 1e-3;

    private static final double TOO_MUCH = 0.1;
    private static final double LOG_TWO_PI = StrictMath.log(2 * Math.PI);

    /** @throws IllegalArgumentException if a flat prior leaves no posterior */
    static Solution of(LeastSquares sums, NormalRegression model) {
        int k = sums.columns();
        double unit = model.kind == Kind.KNOWN_NOISE ? model.noiseSd * model.noiseSd : 1;
        double[][] matrix = new double[k][];
        double[] right = sums.xy().clone();
        for (int j = 0; j < k; j++) {
            matrix[j] = sums.xx()[j].clone();
            matrix[j][j] += unit * model.priorPrecision[j];
            right[j] += unit * model.priorPrecision[j] * model.priorMean[j];
        }
        Spd lambda = Spd.of(matrix, model.data.columns());
        double[] m = lambda.solve(right);
        double squares = sums.residuals(m);
        for (int j = 0; j < k; j++) {
            double e = m[j] - model.priorMean[j];
            squares += unit * model.priorPrecision[j] * e * e;
        }
        if (model.kind != Kind.KNOWN_NOISE && !model.isProper() && !(squares > NONE * sums.yy())) {
            throw new IllegalArgumentException(
                    "the columns predict the target exactly, or to within rounding, so that flat priors leave no posterior"
                            + " of the noise: give it a proper prior, or, if the target is far from zero, centre and"
                            + " scale the data");
        }
        return new Solution(model, sums, lambda, m, squares);
    }

    /** Of 1/s², if it is not known. */
    private NoisePrecision noise() {
        return model.noise == null
                ? new NoisePrecision((sums.rows() - sums.columns()) / 2.0, squares / 2)
                : new NoisePrecision(model.noise.shape() + sums.rows() / 2.0, model.noise.rate() + squares / 2);
    }

    Posterior posterior() {
        double[][] covariance = lambda.inverse();
        if (model.kind != Kind.KNOWN_NOISE) {
            return new RegressionPosterior(model.parameterNames(), new Gaussian(m, covariance), true, noise());
        }
        double variance = model.noiseSd * model.noiseSd;
        for (double[] row : covariance) {
            for (int j = 0; j < row.length; j++) {
                row[j] *= variance;
            }
        }
        return new GaussianPosterior(model.parameterNames(), new Gaussian(m, covariance));
    }

    /** log p(y); of a proper prior. */
    double logEvidence() {
        double sum = -0.5 * sums.rows() * LOG_TWO_PI - 0.5 * lambda.logDeterminant();
        double unit = model.kind == Kind.KNOWN_NOISE ? model.noiseSd * model.noiseSd : 1;
        for (double precision : model.priorPrecision) {
            sum += 0.5 * StrictMath.log(unit * precision);
        }
        NoisePrecision prior = model.noise;
        if (prior == null) {
            return sum - sums.rows() * StrictMath.log(model.noiseSd) - 0.5 * squares / unit;
        }
        NoisePrecision after = noise();
        return sum
                + prior.shape() * StrictMath.log(prior.rate())
                - after.shape() * StrictMath.log(after.rate())
                + Special.logGamma(after.shape())
                - Special.logGamma(prior.shape());
    }

    /** What rounding leaves of the residuals. */
    List<Concern> concerns() {
        boolean known = model.kind == Kind.KNOWN_NOISE;
        double loss = ROUNDING * sums.yy() / (known ? model.noiseSd * model.noiseSd : 2 * noise().rate());
        if (loss <= TOLD) {
            return List.of();
        }
        return List.of(new Concern(
                Concern.Kind.PRECISION,
                loss <= TOO_MUCH ? Verdict.USABLE : Verdict.DO_NOT_TRUST,
                null,
                String.format(
                        Locale.ROOT,
                        "the squares of the target are %.1g times those of the noise, so that rounding changes the posterior"
                                + " by about %.1g",
                        loss / ROUNDING,
                        loss)));
    }
}
