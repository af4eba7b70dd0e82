package io.github.elbo4j.infer;

import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.Standardization;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One account of a posterior, with the Monte Carlo errors of its numbers: how much they would differ if the method had drawn
 * anew. A method that has several puts them beside each other, such as what independent normals say and what their curvature
 * says; {@link WeightedDraws} add what importance weights make of the one that is reported, and a {@link HamiltonianCheck} what Markov
 * chains say.
 *
 * <p>The errors of a posterior's numbers come from the jackknife (Efron and Stein 1981): the account is found again without each of J
 * blocks of the draws in turn. A number f that these find as {@code f_j}, {@code m} in their mean, has the variance {@code (J − 1)/J·Σ_j
 * (f_j − m)²} and the bias {@code (J − 1)·(m − f)}, which counts where draws in pairs leave little variance; the error is the root of
 * variance and squared bias.
 */
public final class Account implements Serializable {
    private static final long serialVersionUID = 2;

    private final String name;
    /** Null of draws until they are asked for: of many fits few are looked at, and some are mapped first. */
    private @Nullable List<Entry> entries;
    /** Null of draws. */
    private final @Nullable Posterior posterior;

    private final List<Posterior> replicates;
    /** So many numbers that they are not written with a fit. */
    private final transient @Nullable AccountDraws draws;

    private Account(
            String name,
            @Nullable List<Entry> entries,
            @Nullable Posterior posterior,
            List<? extends Posterior> replicates,
            @Nullable AccountDraws draws) {
        this.name = Objects.requireNonNull(name, "name is null");
        this.entries = entries == null ? null : List.copyOf(entries);
        this.posterior = posterior;
        this.replicates = List.copyOf(replicates);
        this.draws = draws;
    }

    /**
     * An account.
     *
     * @param name what it is, in a word or two
     * @param replicates what is found without each block of the draws; empty where errors are not known
     */
    public Account(String name, Posterior posterior, List<? extends Posterior> replicates) {
        this(
                name,
                entries(
                        posterior,
                        jackknife(posterior, replicates, Posterior::mean),
                        jackknife(posterior, replicates, Posterior::standardDeviation)),
                posterior,
                replicates,
                null);
    }

    /**
     * One of which the errors are known, but not where they come from.
     *
     * @param meanError of each mean, [D]
     * @param sdError of each standard deviation, [D]
     */
    public Account(String name, Posterior posterior, double[] meanError, double[] sdError) {
        this(name, entries(posterior, meanError, sdError), posterior, List.of(), null);
    }

    /**
     * What draws say.
     *
     * @param name {@link WeightedDraws#NAME} or {@link HamiltonianCheck#NAME}
     */
    Account(String name, AccountDraws draws) {
        this(name, null, null, List.of(), draws);
    }

    /** What weighted draws said that are there no more. */
    public static Account ofWeighted(List<Entry> entries) {
        return ofDraws(WeightedDraws.NAME, entries);
    }

    /** What chains said that are there no more. */
    public static Account ofChains(List<Entry> entries) {
        return ofDraws(HamiltonianCheck.NAME, entries);
    }

    private static Account ofDraws(String name, List<Entry> entries) {
        return new Account(name, entries, null, List.of(), null);
    }

    /** What it is, in a word or two. */
    public String name() {
        return name;
    }

    /**
     * What it says.
     *
     * @throws IllegalStateException unless it {@link #hasPosterior}: draws have no density
     */
    public Posterior posterior() {
        if (posterior == null) {
            throw new IllegalStateException("draws have no density, and so are no posterior; ask for entries()");
        }
        return posterior;
    }

    /** Whether there is a {@link #posterior}: what weighted draws and chains say has none. */
    public boolean hasPosterior() {
        return posterior != null;
    }

    /** Whether it is what importance weights make of another one. */
    public boolean isWeighted() {
        return posterior == null && name.equals(WeightedDraws.NAME);
    }

    /** Whether it is what the Markov chains of a {@link HamiltonianCheck} say. */
    public boolean isOfChains() {
        return posterior == null && name.equals(HamiltonianCheck.NAME);
    }

    /** The draws of an account that {@link #isWeighted}; null where they are no longer there: a fit that was read has none. */
    public @Nullable WeightedDraws draws() {
        return draws instanceof WeightedDraws weighted ? weighted : null;
    }

    /** The same numbers without draws. */
    Account withoutDraws() {
        return draws == null ? this : ofDraws(name, entries());
    }

    /** The Monte Carlo error of a mean; NaN where it is not known. */
    public double meanError(int i) {
        return entries().get(i).meanError();
    }

    /** The Monte Carlo error of a standard deviation; NaN where it is not known. */
    public double sdError(int i) {
        return entries().get(i).sdError();
    }

    /** The largest error of a mean or a standard deviation, in standard deviations; NaN where one is not known. */
    double largestError() {
        double largest = 0;
        for (Entry entry : entries()) {
            double error = Math.max(entry.meanError, entry.sdError) / entry.standardDeviation;
            largest = error <= largest ? largest : error;
        }
        return largest;
    }

    /** Of each parameter. */
    private static double[] jackknife(
            Posterior whole, List<? extends Posterior> replicates, ToDoubleBiFunction<Posterior, Integer> number) {
        double[] errors = new double[whole.dimensions()];
        Arrays.setAll(
                errors,
                i -> jackknife(
                        number.applyAsDouble(whole, i),
                        replicates.stream()
                                .mapToDouble(each -> number.applyAsDouble(each, i))
                                .toArray()));
        return errors;
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
     * @param quantiles at {@link Marginal#PROBABILITIES}, of draws; else empty: the posterior has them
     * @param quantileErrors their Monte Carlo errors
     * @param convergence of chains; else null. Where chains do not agree the numbers are NaN
     */
    public record Entry(
            String name,
            double mean,
            double meanError,
            double standardDeviation,
            double sdError,
            List<Double> quantiles,
            List<Double> quantileErrors,
            @Nullable Convergence convergence)
            implements Serializable {
        public Entry {
            quantiles = List.copyOf(quantiles);
            quantileErrors = List.copyOf(quantileErrors);
        }

        /** Of a posterior. */
        public Entry(String name, double mean, double meanError, double standardDeviation, double sdError) {
            this(name, mean, meanError, standardDeviation, sdError, List.of(), List.of());
        }

        /** Of weighted draws. */
        public Entry(
                String name,
                double mean,
                double meanError,
                double standardDeviation,
                double sdError,
                List<Double> quantiles,
                List<Double> quantileErrors) {
            this(name, mean, meanError, standardDeviation, sdError, quantiles, quantileErrors, null);
        }

        /** Whether it is of chains that agree about it. */
        boolean isConverged() {
            return convergence != null && convergence.isReached();
        }

        /** How far chains agree, and no answer. */
        Entry withoutNumbers() {
            List<Double> unknown = Collections.nCopies(quantiles.size(), Double.NaN);
            return new Entry(name, Double.NaN, Double.NaN, Double.NaN, Double.NaN, unknown, unknown, convergence);
        }
    }

    /** What it says of each parameter. */
    public List<Entry> entries() {
        List<Entry> known = entries;
        if (known == null) { // only of draws; two threads at once find the same
            known = List.copyOf(Objects.requireNonNull(draws).entries());
            entries = known;
        }
        return known;
    }

    private void writeObject(ObjectOutputStream to) throws IOException {
        entries(); // the draws stay behind
        to.defaultWriteObject();
    }

    private static List<Entry> entries(Posterior posterior, double[] meanError, double[] sdError) {
        if (meanError.length != posterior.dimensions() || sdError.length != posterior.dimensions()) {
            throw new IllegalArgumentException("there are " + meanError.length + " errors of means and "
                    + sdError.length + " of standard deviations, but " + posterior.dimensions() + " parameters");
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < meanError.length; i++) {
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
     * What it says of every parameter and report of a model, in the order of {@link Marginal#of(Model, Posterior, long)}.
     *
     * @param seed of draws, where it takes any of its own
     * @throws IllegalStateException if its {@link #draws} are no longer there
     */
    public List<Entry> entries(Model model, long seed) {
        if (draws != null) {
            return draws.entries(model);
        }
        if (posterior == null) {
            throw new IllegalStateException(noDraws());
        }
        return entries(each -> Marginal.of(model, each, seed));
    }

    /**
     * What its draws say of functions of the parameters, where it {@link #hasPosterior has no posterior}.
     *
     * @param called what the functions are called, [K]
     * @param values of them at a draw, [D] to [K]
     * @throws IllegalStateException if it has no draws, or they are no longer there
     */
    public List<Entry> entries(List<String> called, Function<double[], double[]> values) {
        if (draws == null) {
            throw new IllegalStateException(noDraws());
        }
        return draws.entries(called, values);
    }

    private String noDraws() {
        return posterior == null
                ? "the draws are no longer there, only what they said of "
                        + entries().size() + " parameters"
                : "the account has a posterior and no draws";
    }

    /**
     * What it says of numbers that follow from the parameters.
     *
     * @param of the numbers of a posterior, in the same order for each, from draws of the same key if from draws
     */
    public List<Entry> entries(Function<Posterior, List<Marginal>> of) {
        List<Marginal> own = of.apply(posterior());
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

    /** Whether it says something of other numbers and scales: with a posterior or draws it does, with what draws said alone it does not. */
    public boolean canBeMapped() {
        return posterior != null || draws != null;
    }

    /** The same account on another scale, see {@link Posterior#affine}; errors whose replicates are not known are then not known either. */
    Account affine(Standardization.Affine map) {
        if (draws != null) {
            return new Account(name, draws.affine(map));
        }
        return new Account(
                name,
                posterior().affine(map),
                replicates.stream().map(each -> each.affine(map)).toList());
    }

    /** By the numbers, the errors among them. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Account that
                && name.equals(that.name)
                && entries().equals(that.entries())
                && Objects.equals(posterior, that.posterior);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, entries(), posterior);
    }

    @Override
    public String toString() {
        return name + ": " + entries();
    }
}
