package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.Devices;
import io.github.elbo4j.bench.verdicts.Draws.Departure;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.model.LogJoint;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * One fit with the library's defaults, and how far it is from the reference.
 *
 * @param way by which it was fitted
 * @param evaluations of log p with its gradient, those of starts and of the verdict among them; 0 where they are not counted
 */
record Fit(
        String posterior, String way, FitResult result, long evaluations, Departure departure, double effectiveShare) {
    /** Fits on a host device with one thread: simd, or scalar without it. */
    static Fit of(Posterior posterior, Way way, long seed) {
        Target target = posterior.target();
        LongAdder evaluations = new LongAdder();
        try (Device device =
                        Devices.choose(Devices.Request.of("cpu").withThreads(1)).device();
                LogJoint joint = target.toLogJoint(device, evaluations)) {
            FitResult result = way.method().apply(seed).fit(device, joint);
            Draws ofPosterior = Draws.of(result.gaussian(), target, result.seed());
            Departure departure = ofPosterior.departure(target.parameters(), posterior.reference());
            return new Fit(
                    posterior.name(), way.label(), result, evaluations.sum(), departure, ofPosterior.effectiveShare());
        }
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
