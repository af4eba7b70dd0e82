package io.github.elbo4j.infer;

import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.Standardization;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a fit found and how far to trust it, whatever the method. All but {@code seconds} is the same for the same seed on
 * every device that is exact and makes its own normals.
 *
 * <p>A method without steps, draws or a family fills in what it has: {@code family} and {@code start} are then empty,
 * {@code steps}, {@code draws} and {@code seed} 0, {@code modes} and {@code trace} empty, and an {@code elbo} or {@code
 * logEvidence} that it does not compute is NaN with the error NaN. A method that has the evidence in closed form gives
 * {@link Estimate#exact}; an assessment without importance weights has NaN for k-hat and efficiency, and no draws.
 *
 * @param method its name, such as {@code sgvi}
 * @param family the family of the posterior as a report writes it, such as {@code full-rank}; empty if the method has none
 * @param settings what the method used, by name, in the order in which reports show it: strings, booleans, whole
 *     numbers as {@code Long} and finite decimals as {@code Double} (other numbers become one of these)
 * @param device the device's name
 * @param arithmetic what the device computed with
 * @param rng where its normals came from
 * @param steps steps done
 * @param start where it started from, in a clause; empty if at the method's own place
 * @param message why it ended, in a clause
 * @param elbo from fresh draws; it bounds the log evidence from below
 * @param logEvidence the importance-weighted estimate of log p(x) from the same draws
 * @param assessment how far to trust it, and why
 * @param modes the separate modes that matter, as far as the starts came upon several, the best first; else empty
 * @param posterior the fitted distribution of the parameters
 * @param trace the ELBO step by step, thinned evenly to about 2000 points
 * @param seconds wall-clock time
 * @param draws draws of the training steps and comparisons
 * @param accounts what else is said of the posterior, and with what errors: by the method, that of {@code posterior} first, unless it
 *     has but one account and no error of it; then by importance weights, see {@link #corrected}, and by chains, see {@link #byChains}
 * @param trail hashes of the states on the way, of the scale that was fitted; {@link Trail#NONE} of a method that keeps none
 * @param entrants of the {@link Tournament} that this fit won, itself the first; else empty
 */
public record FitResult(
        String method,
        String family,
        Map<String, Object> settings,
        String device,
        Arithmetic arithmetic,
        Rng rng,
        long seed,
        int steps,
        Status status,
        String start,
        String message,
        Estimate elbo,
        Estimate logEvidence,
        Assessment assessment,
        List<Mode> modes,
        Posterior posterior,
        List<TracePoint> trace,
        double seconds,
        long draws,
        List<Account> accounts,
        Trail trail,
        List<Entrant> entrants)
        implements Serializable {
    /** How many parameters {@link #toString} prints. */
    private static final int PARAMETERS_TOLD = 8;

    public FitResult {
        settings = settled(settings);
        trace = List.copyOf(trace);
        modes = List.copyOf(modes);
        accounts = List.copyOf(accounts);
        entrants = List.copyOf(entrants);
    }

    /** Of a method that keeps no trail and has no tournament. */
    public FitResult(
            String method,
            String family,
            Map<String, Object> settings,
            String device,
            Arithmetic arithmetic,
            Rng rng,
            long seed,
            int steps,
            Status status,
            String start,
            String message,
            Estimate elbo,
            Estimate logEvidence,
            Assessment assessment,
            List<Mode> modes,
            Posterior posterior,
            List<TracePoint> trace,
            double seconds,
            long draws,
            List<Account> accounts) {
        this(
                method,
                family,
                settings,
                device,
                arithmetic,
                rng,
                seed,
                steps,
                status,
                start,
                message,
                elbo,
                logEvidence,
                assessment,
                modes,
                posterior,
                trace,
                seconds,
                draws,
                accounts,
                Trail.NONE,
                List.of());
    }

    /** A copy in the same order whose values are of the four types, so that those read from a file equal those written. */
    private static Map<String, Object> settled(Map<String, Object> settings) {
        Map<String, Object> copy = new LinkedHashMap<>();
        settings.forEach((name, value) -> {
            Object settled = value;
            if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
                settled = ((Number) value).longValue();
            } else if (value instanceof Float single) {
                settled = single.doubleValue();
            }
            boolean finite = settled instanceof Double decimal && Double.isFinite(decimal);
            if (!(finite || settled instanceof Long || settled instanceof String || settled instanceof Boolean)) {
                throw new IllegalArgumentException("the setting " + name + " is " + value
                        + ", but must be a string, a boolean, a whole number or a finite decimal");
            }
            copy.put(name, settled);
        });
        return Collections.unmodifiableMap(copy);
    }

    /** What the parameters are called: {@link Posterior#names()}. */
    public List<String> parameterNames() {
        return posterior.names();
    }

    /**
     * The posterior where it is a Gaussian, as that of {@link Sgvi} always is.
     *
     * @throws IllegalStateException if it is not; check {@code posterior() instanceof GaussianPosterior} first
     */
    public Gaussian gaussian() {
        if (posterior instanceof GaussianPosterior normal) {
            return normal.gaussian();
        }
        throw new IllegalStateException(
                "the posterior of " + method + " is a " + posterior.getClass().getSimpleName() + ", not a Gaussian");
    }

    public boolean converged() {
        return status == Status.CONVERGED;
    }

    /** Whether what was fitted is where a density is largest, and the posterior the normal of its curvature there: {@link ModeSearch}. */
    public boolean isPoint() {
        return method.equals(ModeSearch.MAP) || method.equals(ModeSearch.MLE);
    }

    /** {@link Assessment#verdict()}. */
    public Verdict verdict() {
        return assessment.verdict();
    }

    /** {@link Assessment#kHat()}. */
    public double kHat() {
        return assessment.kHat();
    }

    /**
     * What importance weights make of {@code posterior}: means, standard deviations and quantiles that are corrected for what q is not;
     * null where {@link WeightedDraws#refusal} says why not, and of methods that are not judged by fresh draws.
     */
    public @Nullable Account corrected() {
        return accounts.stream().filter(Account::isWeighted).findFirst().orElse(null);
    }

    /** What Markov chains say, of a fit that a {@link HamiltonianCheck} has checked; else null. Its numbers are NaN where they do not agree. */
    public @Nullable Account byChains() {
        return accounts.stream().filter(Account::isOfChains).findFirst().orElse(null);
    }

    public double drawsPerSecond() {
        return draws / seconds;
    }

    /**
     * In words, short: the family or the method, how it ended, the ELBO, the verdict and the first parameters.
     */
    @Override
    public String toString() {
        List<String> names = posterior.names();
        int told = Math.min(PARAMETERS_TOLD, names.size());
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s fit on %s, %s%s: ELBO %s, verdict %s (k-hat %.2f); ",
                family.isEmpty() ? method : family,
                device,
                status.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                steps == 0 && trace.isEmpty() && draws == 0 ? "" : " after " + steps + " steps",
                elbo,
                verdict().words(),
                kHat()));
        for (int i = 0; i < told; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(names.get(i))
                    .append(String.format(
                            Locale.ROOT, " %.4g ± %.2g", posterior.mean(i), posterior.standardDeviation(i)));
        }
        if (names.size() > told) {
            text.append(", and ").append(names.size() - told).append(" more");
        }
        return text.toString();
    }

    /** By value. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FitResult that && all().equals(that.all());
    }

    @Override
    public int hashCode() {
        return all().hashCode();
    }

    private List<Object> all() {
        List<Object> all =
                new ArrayList<>(List.of(method, family, settings, device, arithmetic, rng, seed, steps, status));
        all.addAll(List.of(start, message, elbo, logEvidence, assessment, posterior, trace, seconds, draws, accounts));
        all.addAll(modes);
        all.add(trail);
        all.addAll(entrants);
        return all;
    }

    /** The same fit without the draws of {@link #corrected}, up to 32 MiB, and {@link #byChains}; what they say of each parameter stays. */
    public FitResult withoutDraws() {
        return with(
                elbo,
                logEvidence,
                posterior,
                trace,
                accounts.stream().map(Account::withoutDraws).toList(),
                entrants);
    }

    /** The same fit on the scale of the data before they were standardized. */
    public FitResult toOriginal(Standardization scale) {
        return mapped(scale.toOriginal(posterior.dimensions()), scale::elboToOriginal);
    }

    /**
     * The same fit on another scale. Modes stay on the scale that was fitted, and {@link #corrected} and {@link #byChains} go with their draws alone.
     *
     * @param map of the parameters, see {@link Posterior#affine}
     * @param elboThere an ELBO or log evidence of this scale as one of that scale
     */
    public FitResult mapped(Standardization.Affine map, DoubleUnaryOperator elboThere) {
        UnaryOperator<Estimate> there =
                here -> new Estimate(elboThere.applyAsDouble(here.value()), here.standardError(), here.draws());
        return with(
                there.apply(elbo),
                there.apply(logEvidence),
                posterior.affine(map),
                trace.stream()
                        .map(p -> new TracePoint(p.step(), elboThere.applyAsDouble(p.elbo()), p.standardError()))
                        .toList(),
                accounts.stream()
                        .filter(Account::canBeMapped)
                        .map(account -> account.affine(map))
                        .toList(),
                entrants.stream()
                        .map(each -> each.withElbo(there.apply(each.elbo())))
                        .toList());
    }

    /**
     * The same fit once chains have looked at it.
     *
     * @param account what they say, if they ran
     */
    FitResult checked(Map<String, Object> used, @Nullable Account account, List<Concern> concerns) {
        List<Account> others = new ArrayList<>(accounts);
        if (account != null) {
            others.add(account);
        }
        return judged(used, concerns, seconds, draws, others, Trail.NONE, entrants);
    }

    /**
     * The same fit as that of the winner of a tournament.
     *
     * @param concerns of what others found
     * @param time of all, in seconds
     * @param taken draws of all
     */
    FitResult ofTournament(
            Map<String, Object> used, List<Entrant> all, List<Concern> concerns, double time, long taken) {
        return judged(used, concerns, time, taken, accounts, trail, all);
    }

    /** The same q with more that was found against it, and what that took. */
    private FitResult judged(
            Map<String, Object> used,
            List<Concern> concerns,
            double time,
            long taken,
            List<Account> others,
            Trail states,
            List<Entrant> all) {
        return new FitResult(
                method,
                family,
                used,
                device,
                arithmetic,
                rng,
                seed,
                steps,
                status,
                start,
                message,
                elbo,
                logEvidence,
                assessment.with(concerns),
                modes,
                posterior,
                trace,
                time,
                taken,
                others,
                states,
                all);
    }

    /** The same fit with other numbers. */
    private FitResult with(
            Estimate bound,
            Estimate evidence,
            Posterior q,
            List<TracePoint> points,
            List<Account> others,
            List<Entrant> all) {
        return new FitResult(
                method,
                family,
                settings,
                device,
                arithmetic,
                rng,
                seed,
                steps,
                status,
                start,
                message,
                bound,
                evidence,
                assessment,
                modes,
                q,
                points,
                seconds,
                draws,
                others,
                trail,
                all);
    }
}
