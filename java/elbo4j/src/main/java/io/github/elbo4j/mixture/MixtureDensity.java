package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.Special;
import java.util.Arrays;
import java.util.List;

/**
 * A density of rows x with D columns that is a sum of K components, {@code p(x) = Σ_k weight_k·p_k(x)}, in float64 on the host:
 * {@link GaussianMixture}, or what is predicted by the posterior of one, {@link MixturePosterior#predictive}.
 */
public interface MixtureDensity {
    /** What the D columns are called. */
    List<String> columns();

    /** K. */
    int components();

    /** The weight of component k, from 0. */
    double weight(int k);

    /**
     * {@code log(weight_k·p_k(x))} of each component, with constants, [K].
     *
     * @throws IllegalArgumentException if x has not D elements
     */
    double[] logTerms(double... x);

    /** {@code log p(x)}, with its constants, by log-sum-exp: finite also where every component's density underflows. */
    default double logDensity(double... x) {
        return logSum(logTerms(x));
    }

    /** The probability of each component, given that a row is x, [K]: {@code weight_k·p_k(x)/p(x)}. */
    default double[] responsibilities(double... x) {
        double[] logs = logTerms(x);
        double all = logSum(logs);
        return Arrays.stream(logs).map(each -> StrictMath.exp(each - all)).toArray();
    }

    /** {@code log Σ_k exp(l_k)}; negative infinity where all are. */
    static double logSum(double[] logs) {
        return Special.logSum(logs);
    }

    /**
     * Independent rows, the component first and then x given the component. Each is a function of the key and its number
     * alone, the same on every machine: more rows keep the first ones.
     */
    List<Draw> sample(Key key, int count);

    /**
     * A row drawn from a mixture.
     *
     * @param component where it came from, from 0
     * @param x [D]
     */
    @SuppressWarnings("ArrayRecordComponent") // of the caller's own
    record Draw(int component, double[] x) {}
}
