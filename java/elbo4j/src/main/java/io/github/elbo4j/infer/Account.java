package io.github.elbo4j.infer;

import io.github.elbo4j.model.Standardization;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One account of a posterior, with the Monte Carlo errors of its numbers: how much they would differ if the method had drawn
 * anew. A method that has several puts them beside each other, such as what independent normals say and what their curvature
 * says.
 *
 * <p>The errors come from the jackknife (Efron and Stein 1981): the account is found again without each of J blocks of the draws in
 * turn. A number f that these find as {@code f_j}, {@code m} in their mean, has the variance {@code (J − 1)/J·Σ_j (f_j − m)²} and
 * the bias {@code (J − 1)·(m − f)}, which counts where draws in pairs leave little variance; the error is the root of variance and
 * squared bias.
 */
public final class Account implements Serializable {
    private static final long serialVersionUID = 1;

    private final String name;
    private final Posterior posterior;
    private final List<Posterior> replicates;
    private final double[] meanError;
    private final double[] sdError;

    /**
     * An account.
     *
     * @param name what it is, in a word or two
     * @param replicates what is found without each block of the draws; empty where errors are not known
     */
    public Account(String name, Posterior posterior, List<? extends Posterior> replicates) {
        this.name = Objects.requireNonNull(name, "name is null");
        this.posterior = Objects.requireNonNull(posterior, "posterior is null");
        this.replicates = List.copyOf(replicates);
        meanError = new double[posterior.dimensions()];
        sdError = new double[posterior.dimensions()];
        for (int i = 0; i < meanError.length; i++) {
            int parameter = i;
            meanError[i] = jackknife(
                    posterior.mean(i),
                    this.replicates.stream()
                            .mapToDouble(each -> each.mean(parameter))
                            .toArray());
            sdError[i] = jackknife(
                    posterior.standardDeviation(i),
                    this.replicates.stream()
                            .mapToDouble(each -> each.standardDeviation(parameter))
                            .toArray());
        }
    }

    /**
     * One of which the errors are known, but not where they come from.
     *
     * @param meanError of each mean, [D]
     * @param sdError of each standard deviation, [D]
     */
    public Account(String name, Posterior posterior, double[] meanError, double[] sdError) {
        if (meanError.length != posterior.dimensions() || sdError.length != posterior.dimensions()) {
            throw new IllegalArgumentException("there are " + meanError.length + " errors of means and "
                    + sdError.length + " of standard deviations, but " + posterior.dimensions() + " parameters");
        }
        this.name = Objects.requireNonNull(name, "name is null");
        this.posterior = posterior;
        this.replicates = List.of();
        this.meanError = meanError.clone();
        this.sdError = sdError.clone();
    }

    /** What it is, in a word or two. */
    public String name() {
        return name;
    }

    /** What it says. */
    public Posterior posterior() {
        return posterior;
    }

    /** The Monte Carlo error of a mean; NaN where it is not known. */
    public double meanError(int i) {
        return meanError[i];
    }

    /** The Monte Carlo error of a standard deviation; NaN where it is not known. */
    public double sdError(int i) {
        return sdError[i];
    }

    /** The largest error of a mean or a standard deviation, in standard deviations; NaN where one is not known. */
    double largestError() {
        double largest = 0;
        for (int i = 0; i < meanError.length; i++) {
            double error = Math.max(meanError[i], sdError[i]) / posterior.standardDeviation(i);
            largest = error <= largest ? largest : error;
        }
        return largest;
    }

    /** NaN of fewer than two. */
    private static double jackknife(double whole, double[] found) {
        int count = found.length;
        double mean = Arrays.stream(found).sum() / count;
        double squares = 0;
        for (double each : found) {
            squares += (each - mean) * (each - mean);
        }
        double bias = (count - 1) * (mean - whole);
        return count < 2 ? Double.NaN : Math.sqrt(squares * (count - 1) / count + bias * bias);
    }

    /**
     * What it says of one number.
     *
     * @param meanError Monte Carlo error of the mean; NaN where it is not known
     * @param sdError that of the standard deviation
     */
    public record Entry(String name, double mean, double meanError, double standardDeviation, double sdError)
            implements Serializable {}

    /** What it says of each parameter. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < posterior.dimensions(); i++) {
            entries.add(new Entry(
                    posterior.names().get(i),
                    posterior.mean(i),
                    meanError[i],
                    posterior.standardDeviation(i),
                    sdError[i]));
        }
        return entries;
    }

    /**
     * What it says of numbers that follow from the parameters.
     *
     * @param of the numbers of a posterior, in the same order for each, from draws of the same key if from draws
     */
    public List<Entry> entries(Function<Posterior, List<Marginal>> of) {
        List<Marginal> own = of.apply(posterior);
        List<List<Marginal>> others = replicates.stream().map(of).toList();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < own.size(); i++) {
            int at = i;
            entries.add(new Entry(
                    own.get(i).name(),
                    own.get(i).mean(),
                    jackknife(
                            own.get(i).mean(),
                            others.stream()
                                    .mapToDouble(each -> each.get(at).mean())
                                    .toArray()),
                    own.get(i).standardDeviation(),
                    jackknife(
                            own.get(i).standardDeviation(),
                            others.stream()
                                    .mapToDouble(each -> each.get(at).standardDeviation())
                                    .toArray())));
        }
        return entries;
    }

    /** The same account on another scale, see {@link Posterior#affine}; errors whose replicates are not known are then not known either. */
    Account affine(Standardization.Affine map) {
        return new Account(
                name,
                posterior.affine(map),
                replicates.stream().map(each -> each.affine(map)).toList());
    }

    /** By the numbers, the errors among them. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Account that
                && name.equals(that.name)
                && posterior.equals(that.posterior)
                && Arrays.equals(meanError, that.meanError)
                && Arrays.equals(sdError, that.sdError);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, posterior, Arrays.hashCode(meanError), Arrays.hashCode(sdError));
    }

    @Override
    public String toString() {
        return name + ": " + entries();
    }
}
