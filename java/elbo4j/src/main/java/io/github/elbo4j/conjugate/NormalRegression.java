package io.github.elbo4j.conjugate;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code y_n ~ N(x_n·beta, s²)} with a prior for which closed forms are known:
 *
 * <ul>
 *   <li>{@link #knownNoise}: s is given, beta normal or flat. {@link ExactRegression}.
 *   <li>{@link #inUnitsOfNoise}: {@code beta_j | s ~ N(m_j, (s·v_j)²)}, {@code 1/s² ~ Gamma}, conjugate; and its limit {@link
 *       #flat}. A single column of ones is {@link #normal}. {@link ExactRegression}; {@link CaviRegression}.
 *   <li>{@link #independent}: {@code beta_j ~ N(m_j, v_j²)} whatever s, {@code 1/s² ~ Gamma}: conjugate given the other. {@link
 *       CaviRegression}.
 *   <li>{@link #relevance}: the same with {@code beta_j ~ N(0, 1/alpha_j)}, {@code alpha_j ~ Gamma}: automatic relevance
 *       determination. {@link CaviRegression}.
 * </ul>
 *
 * <p>Priors are priors on the scale of these data.
 */
public final class NormalRegression {
    /** What the parameters of {@link #normal} are called. */
    public static final String MEAN = "mean";

    public static final String LOG_SD = "log sd";

    /** What the noise is known of. */
    enum Kind {
        KNOWN_NOISE,
        IN_UNITS_OF_NOISE,
        INDEPENDENT,
        RELEVANCE
    }

    final Kind kind;
    final RegressionData data;
    final double[] priorMean; // [K]
    final double[] priorPrecision; // [K] 1/v²; 0: flat
    final double noiseSd; // NaN if it is not known
    final @Nullable NoisePrecision noise; // null: known or flat
    final @Nullable NoisePrecision relevance;
    private final String logNoise;

    private NormalRegression(
            Kind kind,
            RegressionData data,
            @Nullable List<NormalPrior> coefficients,
            double noiseSd,
            @Nullable NoisePrecision noise,
            @Nullable NoisePrecision relevance,
            String logNoise) {
        this.kind = kind;
        this.data = data;
        this.noiseSd = noiseSd;
        this.noise = noise;
        this.relevance = relevance;
        this.logNoise = logNoise;
        int k = data.columns().size();
        priorMean = new double[k];
        priorPrecision = new double[k];
        if (coefficients == null) {
            return;
        }
        if (coefficients.size() != k) {
            throw new IllegalArgumentException(
                    "there are " + coefficients.size() + " priors for " + k + " coefficients: " + data.columns());
        }
        for (int j = 0; j < k; j++) {
            double sd = coefficients.get(j).sd();
            priorMean[j] = coefficients.get(j).mean();
            priorPrecision[j] = 1 / (sd * sd);
        }
    }

    /**
     * A known noise.
     *
     * @param coefficients one prior for each column; null for flat ones, under which the posterior's mean is that of least
     *     squares, {@code (XᵀX)⁻¹Xᵀy}, and there is no evidence
     * @param noiseSd s, positive
     */
    public static NormalRegression knownNoise(
            RegressionData data, @Nullable List<NormalPrior> coefficients, double noiseSd) {
        if (!(noiseSd > 0 && Double.isFinite(noiseSd * noiseSd) && noiseSd * noiseSd > 0)) {
            throw new IllegalArgumentException(
                    "noiseSd is " + noiseSd + ", but must be positive and its square a finite number");
        }
        return new NormalRegression(
                Kind.KNOWN_NOISE, data, coefficients, noiseSd, null, null, BayesianLinearRegression.LOG_NOISE);
    }

    /**
     * The conjugate prior: {@code beta_j | s ~ N(m_j, (s·v_j)²)}.
     *
     * @param coefficients m_j and v_j, in units of the noise
     */
    public static NormalRegression inUnitsOfNoise(
            RegressionData data, List<NormalPrior> coefficients, NoisePrecision noise) {
        return new NormalRegression(
                Kind.IN_UNITS_OF_NOISE,
                data,
                coefficients,
                Double.NaN,
                noise,
                null,
                BayesianLinearRegression.LOG_NOISE);
    }

    /** Flat in beta and in log s: the posterior of ordinary least squares. It has no evidence. */
    public static NormalRegression flat(RegressionData data) {
        return new NormalRegression(
                Kind.IN_UNITS_OF_NOISE, data, null, Double.NaN, null, null, BayesianLinearRegression.LOG_NOISE);
    }

    /** Coefficients and noise independent: {@code beta_j ~ N(m_j, v_j²)}. */
    public static NormalRegression independent(
            RegressionData data, List<NormalPrior> coefficients, NoisePrecision noise) {
        return new NormalRegression(
                Kind.INDEPENDENT, data, coefficients, Double.NaN, noise, null, BayesianLinearRegression.LOG_NOISE);
    }

    /**
     * Automatic relevance determination: each column but the intercept has a precision of its own, {@code beta_j ~ N(0,
     * 1/alpha_j)}, which grows for a column that predicts nothing.
     *
     * @param intercept the prior of the intercept, if there is one
     * @param alpha the prior of each alpha_j; a small shape and rate say little
     */
    public static NormalRegression relevance(
            RegressionData data, NormalPrior intercept, NoisePrecision alpha, NoisePrecision noise) {
        List<NormalPrior> priors =
                new ArrayList<>(Collections.nCopies(data.columns().size(), NormalPrior.STANDARD));
        priors.set(0, data.hasIntercept() ? intercept : NormalPrior.STANDARD);
        return new NormalRegression(
                Kind.RELEVANCE, data, priors, Double.NaN, noise, alpha, BayesianLinearRegression.LOG_NOISE);
    }

    /**
     * {@code y_n ~ N(mean, s²)} with the normal–gamma prior {@code mean | s ~ N(m, s²/strength)}; its parameters are {@value
     * #MEAN} and {@value #LOG_SD}.
     *
     * @param strength how many observations the prior of the mean counts as, positive
     */
    public static NormalRegression normal(double[] y, double mean, double strength, NoisePrecision noise) {
        double[] ones = new double[y.length];
        Arrays.fill(ones, 1);
        if (!(strength > 0)) {
            throw new IllegalArgumentException("strength is " + strength + ", but must be positive");
        }
        return new NormalRegression(
                Kind.IN_UNITS_OF_NOISE,
                new RegressionData(List.of(MEAN), ones, y),
                List.of(new NormalPrior(mean, 1 / Math.sqrt(strength))),
                Double.NaN,
                noise,
                null,
                LOG_SD);
    }

    /** What is fitted. */
    public RegressionData data() {
        return data;
    }

    /** The coefficients and, unless the noise is known, its log standard deviation. */
    public List<String> parameterNames() {
        List<String> names = new ArrayList<>(data.columns());
        if (kind != Kind.KNOWN_NOISE) {
            names.add(logNoise);
        }
        return List.copyOf(names);
    }

    /** Whether column j has a precision of its own. */
    boolean isRelevance(int j) {
        return relevance != null && !(j == 0 && data.hasIntercept());
    }

    /** Whether the prior is a distribution, so that there is an evidence. */
    boolean isProper() {
        return priorPrecision[0] > 0;
    }

    /** The prior, as {@link io.github.elbo4j.infer.FitResult#settings} has it. */
    Map<String, Object> told() {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("prior", words());
        if (kind == Kind.KNOWN_NOISE) {
            told.put("noiseSd", noiseSd);
        }
        if (noise != null) {
            told.put("noiseShape", noise.shape());
            told.put("noiseRate", noise.rate());
        }
        if (relevance != null) {
            told.put("relevanceShape", relevance.shape());
            told.put("relevanceRate", relevance.rate());
        }
        return told;
    }

    private String words() {
        String coefficients = isProper() ? "normal coefficients" : "flat coefficients";
        return switch (kind) {
            case KNOWN_NOISE -> coefficients + ", known noise";
            case IN_UNITS_OF_NOISE ->
                isProper()
                        ? "normal coefficients in units of the noise, gamma precision of the noise"
                        : "flat coefficients, flat log of the noise";
            case INDEPENDENT -> "normal coefficients, gamma precision of the noise, independent";
            case RELEVANCE -> "automatic relevance determination, gamma precision of the noise";
        };
    }

    /**
     * The log-joint of the same model for any method, with its gradient: {@code log p(y, beta, log s)} from the sums over the
     * rows, which are made here, so that a draw costs K² steps on the host however many rows there are.
     *
     * @throws IllegalArgumentException if a prior is flat
     */
    public LogJoint logJoint(Device device) {
        if (!isProper()) {
            throw new IllegalArgumentException("the prior has " + words() + ", so there is no joint density");
        }
        LeastSquares sums = LeastSquares.of(device, data);
        return HostLogJoint.ofDraw(
                parameterNames(),
                new RegressionJoint(this, sums, Solution.of(sums, this).m()));
    }
}
