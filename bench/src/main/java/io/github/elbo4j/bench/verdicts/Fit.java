package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.Devices;
import io.github.elbo4j.bench.verdicts.Draws.Departure;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.WeightedDraws;
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
 * @param evaluations of log p with its gradient, those of starts and of the verdict among them; 0 where they are not counted
 */
record Fit(
        String posterior,
        String way,
        FitResult result,
        long evaluations,
        Departure departure,
        @Nullable Departure corrected,
        double effectiveShare) {
    /** Fits on a host device with one thread: simd, or scalar without it. */
    static Fit of(Posterior posterior, Way way, long seed) {
        Target target = posterior.target();
        LongAdder evaluations = new LongAdder();
        try (Device device =
                        Devices.choose(Devices.Request.of("cpu").withThreads(1)).device();
                LogJoint joint = target.toLogJoint(device, evaluations)) {
            FitResult result = way.method().apply(seed).fit(device, joint);
            Draws ofPosterior = Draws.of(result.posterior(), target, result.seed());
            Departure departure = ofPosterior.departure(target.parameters(), posterior.reference());
            return new Fit(
                    posterior.name(),
                    way.label(),
                    result.withoutDraws(),
                    evaluations.sum(),
                    departure,
                    corrected(result, target, posterior),
                    ofPosterior.effectiveShare());
        }
    }

    private static @Nullable Departure corrected(FitResult result, Target target, Posterior posterior) {
        Account account = result.corrected();
        WeightedDraws draws = account == null ? null : account.draws();
        if (draws == null) {
            return null;
        }
        List<Account.Entry> entries = draws.entries(target.parameters(), z -> {
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
