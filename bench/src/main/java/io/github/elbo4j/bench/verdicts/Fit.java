package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.Devices;
import io.github.elbo4j.bench.verdicts.Draws.Departure;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.HamiltonianCheck;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.LogJoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One fit with the library's defaults, and how far it is from the reference.
 *
 * @param way by which it was fitted
 * @param corrected how far what importance weights make of it is from the reference; null where they correct nothing
 * @param chains what Markov chains say; null where the fit was not checked by any
 * @param evaluations of log p with its gradient, those of starts and of the verdict among them; 0 where they are not counted
 */
record Fit(
        String posterior,
        String way,
        FitResult result,
        long evaluations,
        Departure departure,
        @Nullable Departure corrected,
        @Nullable Chains chains,
        double effectiveShare) {
    /**
     * Markov chains that started from q.
     *
     * @param before the verdict without them
     * @param departure of what they say from the reference; null where they did not agree
     * @param evaluations of log p with its gradient
     */
    record Chains(Verdict before, @Nullable Departure departure, long evaluations, double seconds) {
        private static Chains of(
                FitResult before, FitResult checked, Target target, Posterior posterior, double seconds) {
            Account account = checked.byChains();
            Departure departure =
                    account == null || account.entries().stream().anyMatch(entry -> Double.isNaN(entry.mean()))
                            ? null
                            : Fit.departure(account, target, posterior);
            Object evaluations = checked.settings().getOrDefault("chainEvaluations", 0L);
            return new Chains(before.verdict(), departure, ((Number) evaluations).longValue(), seconds);
        }
    }

    /**
     * Fits on a host device with one thread: simd, or scalar without it.
     *
     * @param byChains whether Markov chains look at it, too
     */
    static Fit of(Posterior posterior, Way way, long seed, boolean byChains) {
        Target target = posterior.target();
        LongAdder evaluations = new LongAdder();
        try (Device device =
                        Devices.choose(Devices.Request.of("cpu").withThreads(1)).device();
                LogJoint joint = target.toLogJoint(device, evaluations)) {
            FitResult fitted = way.method().apply(seed).fit(device, joint);
            long used = evaluations.sum();
            long begun = System.nanoTime();
            FitResult result = byChains ? new HamiltonianCheck().seed(seed).check(device, joint, fitted) : fitted;
            double seconds = (System.nanoTime() - begun) * 1e-9;
            Draws ofPosterior = Draws.of(result.posterior(), target, result.seed());
            Departure departure = ofPosterior.departure(target.parameters(), posterior.reference());
            return new Fit(
                    posterior.name(),
                    way.label(),
                    result.withoutDraws(),
                    used,
                    departure,
                    corrected(result, target, posterior),
                    byChains ? Chains.of(fitted, result, target, posterior, seconds) : null,
                    ofPosterior.effectiveShare());
        }
    }

    private static @Nullable Departure corrected(FitResult result, Target target, Posterior posterior) {
        Account account = result.corrected();
        return account == null ? null : departure(account, target, posterior);
    }

    private static Departure departure(Account account, Target target, Posterior posterior) {
        List<Account.Entry> entries = account.entries(target.parameters(), z -> {
            double[] at = new double[target.parameters().size()];
            target.parametersAt(z, at);
            return at;
        });
        return Draws.departure(
                entries.stream().mapToDouble(Account.Entry::mean).toArray(),
                entries.stream().mapToDouble(Account.Entry::standardDeviation).toArray(),
                target.parameters(),
                posterior.reference());
    }

    boolean right() {
        return departure.right();
    }

    /** As a file of results has it. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("posterior", posterior);
        map.put("method", way);
        map.put("family", result.family());
        map.put("seed", result.seed());
        map.put("status", result.status());
        map.put("message", result.message());
        map.put("steps", result.steps());
        map.put("evaluations", evaluations);
        map.put("seconds", rounded(result.seconds(), 3));
        map.put("meanError", rounded(departure.meanError(), 4));
        map.put("meanErrorOf", departure.meanOf());
        map.put("lowestSdRatio", rounded(departure.lowSdRatio(), 4));
        map.put("lowestSdRatioOf", departure.lowOf());
        map.put("highestSdRatio", rounded(departure.highSdRatio(), 4));
        map.put("highestSdRatioOf", departure.highOf());
        if (corrected != null) {
            map.put("correctedMeanError", rounded(corrected.meanError(), 4));
            map.put("correctedMeanErrorOf", corrected.meanOf());
            map.put("correctedLowestSdRatio", rounded(corrected.lowSdRatio(), 4));
            map.put("correctedLowestSdRatioOf", corrected.lowOf());
            map.put("correctedHighestSdRatio", rounded(corrected.highSdRatio(), 4));
            map.put("correctedHighestSdRatioOf", corrected.highOf());
        }
        if (chains != null) {
            map.put("verdictWithoutChains", chains.before);
            map.put("chainsAgree", chains.departure != null);
            map.put("chainDraws", result.settings().getOrDefault("chainDraws", 0L));
            map.put("chainDivergent", result.settings().getOrDefault("chainDivergent", 0L));
            map.put("chainEvaluations", chains.evaluations);
            map.put("chainSeconds", rounded(chains.seconds, 3));
        }
        if (chains != null && chains.departure != null) {
            map.put("chainMeanError", rounded(chains.departure.meanError(), 4));
            map.put("chainMeanErrorOf", chains.departure.meanOf());
            map.put("chainLowestSdRatio", rounded(chains.departure.lowSdRatio(), 4));
            map.put("chainLowestSdRatioOf", chains.departure.lowOf());
            map.put("chainHighestSdRatio", rounded(chains.departure.highSdRatio(), 4));
            map.put("chainHighestSdRatioOf", chains.departure.highOf());
        }
        map.put("elbo", rounded(result.elbo().value(), 8));
        map.put("elboError", rounded(result.elbo().standardError(), 3));
        map.put("logEvidence", rounded(result.logEvidence().value(), 8));
        map.put("logEvidenceError", rounded(result.logEvidence().standardError(), 3));
        map.put("kHat", rounded(result.kHat(), 4));
        map.put("effectiveShare", rounded(effectiveShare, 4));
        map.put("efficiency", rounded(result.assessment().efficiency(), 4));
        map.put(
                "concerns",
                result.assessment().concerns().stream()
                        .map(concern -> concern.kind() + " " + concern.verdict())
                        .toList());
        map.put("verdict", result.verdict());
        map.put("truth", truth(right()));
        return map;
    }

    static String truth(boolean right) {
        return right ? "right" : "wrong";
    }

    /** Significant digits; JSON has no NaN or infinity, so these become text. */
    private static Object rounded(double value, int digits) {
        return Double.isFinite(value)
                ? (Object) Double.valueOf(String.format(Locale.ROOT, "%." + (digits - 1) + "e", value))
                : String.valueOf(value);
    }
}
