package io.github.elbo4j.conjugate;

import io.github.elbo4j.conjugate.NormalRegression.Kind;
import io.github.elbo4j.device.internal.Special;
import io.github.elbo4j.family.Gaussian;
import java.util.Arrays;

/**
 * The factors q(beta)·q(tau)·Π q(alpha_j) of a {@link NormalRegression}, and their updates from each other (Bishop 2006, sections
 * 10.1.3 and 10.3; Drugowitsch 2013 for the noise). tau is 1/s².
 */
final class RegressionFactors {
    private static final double LOG_TWO_PI = StrictMath.log(2 * Math.PI);
    /** A sum of terms may be off by so much of their magnitudes. */
    private static final double ROUNDING = 1e-12;

    private final NormalRegression model;
    private final LeastSquares sums;
    private final NoisePrecision noisePrior;
    private final boolean scaled; // the prior of beta is in units of the noise
    private double[] m = {};
    private double[][] s = {};
    private double logDeterminant; // of S⁻¹
    private double trace; // tr(XᵀX·S)
    private NoisePrecision tau;
    private final NoisePrecision[] alpha;
    private double value;
    private double magnitude;

    /** Starts where nothing but the size of the target is known. */
    RegressionFactors(NormalRegression model, LeastSquares sums, NoisePrecision noisePrior) {
        this.model = model;
        this.sums = sums;
        this.noisePrior = noisePrior;
        this.scaled = model.kind == Kind.IN_UNITS_OF_NOISE;
        tau = new NoisePrecision(noisePrior.shape() + 0.5 * sums.rows(), noisePrior.rate() + 0.5 * sums.yy());
        alpha = new NoisePrecision[sums.columns()];
        for (int j = 0; j < alpha.length; j++) {
            if (model.relevance != null && model.isRelevance(j)) {
                alpha[j] = new NoisePrecision(1, 1);
            }
        }
    }

    /** Each factor from the newest others. */
    void sweep() {
        beta();
        for (int j = 0; j < alpha.length; j++) {
            if (model.relevance != null && model.isRelevance(j)) {
                alpha[j] = new NoisePrecision(
                        model.relevance.shape() + 0.5, model.relevance.rate() + 0.5 * (m[j] * m[j] + s[j][j]));
            }
        }
        double shape = noisePrior.shape() + 0.5 * (sums.rows() + (scaled ? m.length : 0));
        double rate = noisePrior.rate() + 0.5 * (sums.residuals(m) + trace);
        for (int j = 0; scaled && j < m.length; j++) {
            rate += 0.5 * model.priorPrecision[j] * squareFromPrior(j);
        }
        tau = new NoisePrecision(shape, rate);
    }

    /** {@code S⁻¹ = E[tau]·XᵀX + P, m = S·(E[tau]·Xᵀy + P·m0)}, P times E[tau] where it is in units of the noise. */
    private void beta() {
        int k = sums.columns();
        double t = tau.mean();
        double[][] precision = new double[k][k];
        double[] right = new double[k];
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < k; j++) {
                precision[i][j] = t * sums.xx()[i][j];
            }
            double p = priorPrecision(i) * (scaled ? t : 1);
            precision[i][i] += p;
            right[i] = t * sums.xy()[i] + p * priorMean(i);
        }
        Spd factored = Spd.of(precision, model.data.columns());
        m = factored.solve(right);
        s = factored.inverse();
        logDeterminant = factored.logDeterminant();
        trace = sums.trace(s);
    }

    private double priorPrecision(int j) {
        return model.isRelevance(j) ? alpha[j].mean() : model.priorPrecision[j];
    }

    private double priorMean(int j) {
        return model.isRelevance(j) ? 0 : model.priorMean[j];
    }

    /** E[(beta_j − m0_j)²]. */
    private double squareFromPrior(int j) {
        double e = m[j] - priorMean(j);
        return e * e + s[j][j];
    }

    /** The ELBO, term by term. */
    double elbo() {
        int k = m.length;
        value = 0;
        magnitude = tau.mean() * sums.yy(); // of which the residuals are a difference
        add(0.5 * sums.rows() * (tau.meanLog() - LOG_TWO_PI));
        add(-0.5 * tau.mean() * (sums.residuals(m) + trace));
        for (int j = 0; j < k; j++) {
            boolean relevance = model.isRelevance(j);
            double log = relevance ? alpha[j].meanLog() : StrictMath.log(model.priorPrecision[j]);
            add(0.5 * (log + (scaled ? tau.meanLog() : 0) - LOG_TWO_PI));
            add(-0.5 * priorPrecision(j) * (scaled ? tau.mean() : 1) * squareFromPrior(j));
            if (model.relevance != null && relevance) {
                add(-alpha[j].kl(model.relevance));
            }
        }
        add(0.5 * k * (1 + LOG_TWO_PI) - 0.5 * logDeterminant);
        add(-tau.kl(noisePrior));
        magnitude += tau.shape() * Math.abs(Special.digamma(tau.shape()));
        return value;
    }

    private void add(double term) {
        value += term;
        magnitude += Math.abs(term);
    }

    /** By how much rounding may change the last {@link #elbo}. */
    double rounding() {
        return ROUNDING * magnitude;
    }

    /** The means of beta, and of log s. */
    double[] means() {
        double[] means = Arrays.copyOf(m, m.length + 1);
        means[m.length] = tau.logSdMean();
        return means;
    }

    double[] standardDeviations() {
        double[] sd = new double[m.length + 1];
        for (int j = 0; j < m.length; j++) {
            sd[j] = Math.sqrt(s[j][j]);
        }
        sd[m.length] = tau.logSdStandardDeviation();
        return sd;
    }

    /** The standard deviation of the prior that column j has come to, {@code E[alpha_j]^(−1/2)}. */
    double relevanceSd(int j) {
        return 1 / Math.sqrt(alpha[j].mean());
    }

    RegressionPosterior posterior() {
        return new RegressionPosterior(model.parameterNames(), new Gaussian(m, s), false, tau);
    }
}
