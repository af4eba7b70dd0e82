package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.Json;
import io.github.elbo4j.infer.FitResult;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How far ELBOs of fits are below the best ones of another run, such as one with more draws and seeds. */
final class ElboGap {
    private final Map<String, Double> best = new HashMap<>(); // by posterior and method

    /** @param file of another run */
    ElboGap(Path file) {
        for (Map<String, Object> fit : Json.maps(Json.read(file).get("fits"))) {
            if (fit.get("elbo") instanceof Number elbo) {
                best.merge(
                        fit.get("posterior") + ", " + fit.getOrDefault("method", fit.get("family")),
                        elbo.doubleValue(),
                        Math::max);
            }
        }
        if (best.isEmpty()) {
            throw new IllegalArgumentException("there is no ELBO in " + file + "; it must be a file of this command");
        }
    }

    /** The largest gap of each posterior and method, in nats, with the error of the ELBO that is furthest off. */
    String table(List<Fit> fits) {
        Map<String, FitResult> lowest = new TreeMap<>();
        for (Fit fit : fits) {
            String name = fit.posterior() + ", " + fit.way();
            if (best.containsKey(name)) {
                lowest.merge(
                        name,
                        fit.result(),
                        (a, b) -> a.elbo().value() <= b.elbo().value() ? a : b);
            }
        }
        StringBuilder table =
                new StringBuilder(String.format(Locale.ROOT, "| %-52s | %8s | %6s |%n", "", "nats", "error"));
        table.append(String.format(Locale.ROOT, "|%s|%s|%s|%n", "-".repeat(54), "-".repeat(10), "-".repeat(8)));
        lowest.forEach((name, result) -> table.append(String.format(
                Locale.ROOT,
                "| %-52s | %8.3f | %6.1g |%n",
                name,
                best.getOrDefault(name, Double.NaN) - result.elbo().value(),
                result.elbo().standardError())));
        return table.toString();
    }
}
