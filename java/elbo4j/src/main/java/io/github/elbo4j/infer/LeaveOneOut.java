package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.estimate.SmoothedWeights;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.PointDensity;
import io.github.elbo4j.model.PointwiseLogLikelihood;
import io.github.elbo4j.model.RowsLogJoint;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How well a model predicts each observation from all others, without fitting it anew: {@code elpd = Σ_i log p(y_i | y_−i)} by Pareto
 * smoothed importance sampling (PSIS-LOO; Vehtari, Gelman and Gabry 2017), beside the widely applicable information criterion (WAIC;
 * Watanabe 2010).
 *
 * <p>Draws z_s are of q, not of the posterior, so the weights for observation i carry both corrections (Magnusson, Andersen, Jonasson
 * and Vehtari 2019): {@code r_is = p(y, z_s)/q(z_s) · 1/p(y_i | z_s)}, smoothed for each observation. With w their normalized values,
 * {@code p(y_i | y_−i) ≈ Σ_s w_is·p(y_i | z_s)}. The weights of p/q alone, smoothed, give the density {@code lpd_i = log p(y_i | y)} of
 * what has been seen and the variance {@code pWaic_i} of {@code log p(y_i | z)}, of which {@code lpd_i − pWaic_i} is the WAIC's share.
 *
 * <p>Log-likelihoods are computed on the device, all else in float64 on the host, an observation at a time, by all processors. The same
 * fit, key and number of draws give the same bits on every exact device.
 */
public final class LeaveOneOut implements Serializable {
    private static final long serialVersionUID = 1;

    /** How many draws are enough where nothing else is said. */
    public static final int DRAWS = 4000;

    /** The least efficiency of weights that are nearly alike. */
    private static final double ALIKE = 0.9;

    private final List<Observation> observations;
    private final int draws;
    private final double kHat;
    private final double efficiency;
    private final double monteCarloError;

    /**
     * One of them.
     *
     * @param name what it is called, such as {@code y[3]}
     * @param elpd {@code log p(y_i | y_−i)}, with the error that the draws leave
     * @param kHat of its weights; {@link #unreliable} says where it matters
     * @param efficiency the effective sample size of its weights over the number of draws
     * @param lpd {@code log p(y_i | y)}
     * @param pWaic the variance of {@code log p(y_i | z)}
     */
    public record Observation(String name, Estimate elpd, double kHat, double efficiency, double lpd, double pWaic)
            implements Serializable {
        /** {@code lpd − elpd}: how much easier it is to predict once it has been seen. */
        public double pLoo() {
            return lpd - elpd.value();
        }

        /** {@code lpd − pWaic}. */
        public double elpdWaic() {
            return lpd - pWaic;
        }
    }

    /**
     * A sum over the observations.
     *
     * @param standardError {@code √N·sd} of its terms, as if the observations were drawn anew
     */
    public record Total(double value, double standardError) implements Serializable {}

    LeaveOneOut(List<Observation> observations, SmoothedWeights seen, double monteCarloError) {
        this(observations, seen.draws(), seen.kHat(), seen.efficiency(), monteCarloError);
    }

    private LeaveOneOut(
            List<Observation> observations, int draws, double kHat, double efficiency, double monteCarloError) {
        this.observations = List.copyOf(observations);
        this.draws = draws;
        this.kHat = kHat;
        this.efficiency = efficiency;
        this.monteCarloError = monteCarloError;
    }

    /**
     * Of a fitted model.
     *
     * @param model of the data that it was fitted to
     * @param q the fit's posterior, of the model's coordinates
     * @param key of the draws
     * @param draws S; {@link #DRAWS} are usual
     * @throws IllegalArgumentException if the model observes fewer than two values, or draws normals at each step, or q is not of its
     *     coordinates
     * @throws IllegalStateException if q cannot be drawn from: its covariance is not positive definite
     */
    public static LeaveOneOut of(Device device, Model model, Posterior q, Key key, int draws) {
        checkDraws(draws);
        if (q.dimensions() != model.dimensions()) {
            throw new IllegalArgumentException("q has " + q.dimensions() + " coordinates, but the model has "
                    + model.dimensions() + "; it must be a fit of this model");
        }
        double[][] z = q.draws(key, draws);
        double[] logQ = new double[draws];
        for (int s = 0; s < draws; s++) {
            for (int d = 0; d < z[s].length; d++) {
                z[s][d] = (float) z[s][d]; // what the device sees
            }
            logQ[s] = q.logDensity(z[s]);
        }
        return ofDraws(device, model, z, logQ);
    }

    /**
     * Of draws that there are already.
     *
     * @param z [S][D] of the model's coordinates
     * @param logQ log q at each draw, with or without its constants, [S]; null if the draws are of the posterior itself, as those of a
     *     Markov chain are: errors and k-hat then take them for independent
     */
    public static LeaveOneOut ofDraws(Device device, Model model, double[][] z, double @Nullable [] logQ) {
        checkDraws(z.length);
        PointwiseLogLikelihood pointwise = model.pointwise();
        LeaveOneOutSums sums = new LeaveOneOutSums(
                pointwise.names(), z.length, logQ == null ? null : logRatios(device, model, z, logQ));
        pointwise.evaluate(device, z, (first, count, values) -> sums.add(count, (i, s) -> values[i * z.length + s]));
        return sums.result();
    }

    /**
     * Of log-likelihoods that were computed elsewhere.
     *
     * @param names of the N observations, two or more
     * @param logLikelihood {@code log p(y_i | z_s)}, [N][S]
     * @param logRatios {@code log p(y, z_s) − log q(z_s)} up to a constant, [S]; null if the draws are of the posterior itself
     */
    public static LeaveOneOut of(List<String> names, double[][] logLikelihood, double @Nullable [] logRatios) {
        int draws = logLikelihood.length == 0 ? 0 : logLikelihood[0].length;
        checkDraws(draws);
        if (names.size() != logLikelihood.length || (logRatios != null && logRatios.length != draws)) {
            throw new IllegalArgumentException("there are " + names.size() + " names, log-likelihoods ["
                    + logLikelihood.length + "][" + draws + "] and log ratios of "
                    + (logRatios == null ? draws : logRatios.length)
                    + " draws, but they must be of the same observations and draws");
        }
        LeaveOneOutSums sums = new LeaveOneOutSums(names, draws, logRatios);
        sums.add(names.size(), (i, s) -> logLikelihood[i][s]);
        return sums.result();
    }

    private static void checkDraws(int draws) {
        if (draws < 2) {
            throw new IllegalArgumentException("draws is " + draws + ", but must be 2 or more");
        }
    }

    private static double[] logRatios(Device device, Model model, double[][] z, double[] logQ) {
        try (RowsLogJoint joint = model.logJoint(device);
                PointDensity density = new PointDensity(device, joint)) {
            if (joint.drawsNormals()) {
                throw new IllegalArgumentException(
                        "the model draws normals at each step, so that no draw of its parameters tells"
                                + " the density of an observation");
            }
            double[] flat = Arrays.stream(z).flatMapToDouble(Arrays::stream).toArray();
            double[] ratios = new double[z.length];
            density.evaluate(z.length, flat, ratios, null);
            for (int s = 0; s < ratios.length; s++) {
                ratios[s] -= logQ[s];
            }
            return ratios;
        }
    }

    /** All observations, in order. */
    public List<Observation> observations() {
        return observations;
    }

    /** S. */
    public int draws() {
        return draws;
    }

    /** k-hat of p/q, before anything is left out; 0 where the draws are of the posterior. */
    public double kHat() {
        return kHat;
    }

    /** Whether the weights p/q can be relied on, before anything is left out: as {@link #unreliable} has it of an observation. */
    public boolean isReliable() {
        return kHat < threshold() || efficiency >= ALIKE;
    }

    /** The expected log predictive density, {@code Σ_i log p(y_i | y_−i)}. Larger is better. */
    public Total elpd() {
        return total(each -> each.elpd().value());
    }

    /**
     * What the draws leave of error in {@link #elpd}, by the delta method. All observations share the draws, so that their errors are
     * added draw by draw: {@code √Σ_s (Σ_i w_is·(p(y_i | z_s)/p(y_i | y_−i) − 1))²}.
     */
    public double monteCarloError() {
        return monteCarloError;
    }

    /** {@code Σ lpd_i − elpd_i}: the effective number of parameters. */
    public Total pLoo() {
        return total(Observation::pLoo);
    }

    /** {@code Σ log p(y_i | y)}. */
    public Total lpd() {
        return total(Observation::lpd);
    }

    /** The expected log predictive density by WAIC. */
    public Total elpdWaic() {
        return total(Observation::elpdWaic);
    }

    /** The WAIC's effective number of parameters. */
    public Total pWaic() {
        return total(Observation::pWaic);
    }

    /** {@code min(1 − 1/log10 S, 0.7)} (Vehtari et al. 2024). */
    public double threshold() {
        return Math.min(1 - 1 / StrictMath.log10(draws), 0.7);
    }

    /** How many observations have a k-hat that is not below the threshold. */
    public int overThreshold() {
        return (int) observations.stream().filter(this::isOver).count();
    }

    /**
     * How many observations have an estimate that is not to be relied on: k-hat is not below the threshold, and the weights are not
     * nearly alike (an efficiency of {@value #ALIKE} or more), where k-hat is of their small differences and says nothing.
     */
    public int unreliable() {
        return (int) observations.stream().filter(this::isUnreliable).count();
    }

    private boolean isOver(Observation each) {
        return !(each.kHat() < threshold());
    }

    private boolean isUnreliable(Observation each) {
        return isOver(each) && !(each.efficiency() >= ALIKE);
    }

    /**
     * Numbers of observations, from 0: those that are unreliable first, of these and of the others those with the largest k-hat; NaN is
     * the largest.
     */
    public List<Integer> worst(int count) {
        return IntStream.range(0, observations.size())
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> isUnreliable(observations.get(i)))
                        .thenComparingDouble(i -> observations.get(i).kHat())
                        .reversed())
                .limit(count)
                .toList();
    }

    /**
     * The same of observations in other units: a constant is added to the log-density of each, such as {@code −log sd} where y/sd was
     * fitted.
     *
     * @param shift of an observation, by its number
     */
    public LeaveOneOut plus(IntToDoubleFunction shift) {
        List<Observation> moved = new ArrayList<>();
        for (int i = 0; i < observations.size(); i++) {
            Observation each = observations.get(i);
            double by = shift.applyAsDouble(i);
            Estimate elpd = new Estimate(
                    each.elpd().value() + by,
                    each.elpd().standardError(),
                    each.elpd().draws());
            moved.add(
                    new Observation(each.name(), elpd, each.kHat(), each.efficiency(), each.lpd() + by, each.pWaic()));
        }
        return new LeaveOneOut(moved, draws, kHat, efficiency, monteCarloError);
    }

    /** The same with other names. */
    public LeaveOneOut named(List<String> names) {
        List<Observation> named = new ArrayList<>();
        for (int i = 0; i < observations.size(); i++) {
            Observation each = observations.get(i);
            named.add(new Observation(
                    names.get(i), each.elpd(), each.kHat(), each.efficiency(), each.lpd(), each.pWaic()));
        }
        return new LeaveOneOut(named, draws, kHat, efficiency, monteCarloError);
    }

    /**
     * The difference of the expected log predictive densities, this less the other: {@code Σ_i d_i} with the standard error {@code √N·sd(d)}
     * of the paired differences, as R's {@code loo_compare} has it. Positive where this predicts better.
     *
     * @throws IllegalArgumentException if the observations have other names
     */
    public Total minus(LeaveOneOut other) {
        int n = observations.size();
        if (other.observations.size() != n) {
            throw new IllegalArgumentException("there are " + n + " observations here and " + other.observations.size()
                    + " there, but they must be the same ones");
        }
        double[] apart = new double[n];
        for (int i = 0; i < n; i++) {
            Observation here = observations.get(i);
            Observation there = other.observations.get(i);
            if (!here.name().equals(there.name())) {
                throw new IllegalArgumentException("observation " + (i + 1) + " is " + here.name() + " here and "
                        + there.name() + " there, but they must be the same ones");
            }
            apart[i] = here.elpd().value() - there.elpd().value();
        }
        return total(apart);
    }

    private Total total(ToDoubleFunction<Observation> of) {
        return total(observations.stream().mapToDouble(of).toArray());
    }

    private static Total total(double[] terms) {
        Estimate mean = LogWeights.mean(terms);
        return new Total(terms.length * mean.value(), terms.length * mean.standardError());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LeaveOneOut that
                && observations.equals(that.observations)
                && draws == that.draws
                && Double.compare(kHat, that.kHat) == 0
                && Double.compare(efficiency, that.efficiency) == 0
                && Double.compare(monteCarloError, that.monteCarloError) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(observations, draws, kHat, efficiency, monteCarloError);
    }

    /** {@code elpd -120.3 ± 8.1 of 100 observations, p_loo 3.2, 2 of them unreliable}. */
    @Override
    public String toString() {
        Total elpd = elpd();
        return String.format(
                Locale.ROOT,
                "elpd %.1f ± %.1f of %d observations, p_loo %.1f, %d of them unreliable",
                elpd.value(),
                elpd.standardError(),
                observations.size(),
                pLoo().value(),
                unreliable());
    }
}
