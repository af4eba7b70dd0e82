package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/** Fits as rows of a Markdown table, and verdicts counted against truth. */
final class Table {
    private static final String ROW =
            "| %-39s | %-10s | %4s | %-10s | %11s | %6s | %-18s | %-16s | %-16s | %-18s | %-16s |"
                    + " %-16s | %-20s | %6s | %6s | %-12s | %-5s |%n";

    private Table() {}

    static String head() {
        String names = String.format(
                Locale.ROOT,
                ROW,
                "posterior",
                "method",
                "seed",
                "status",
                "evaluations",
                "s",
                "mean off by, sds",
                "lowest sd ratio",
                "highest",
                "corrected: mean",
                "lowest sd ratio",
                "highest",
                "ELBO",
                "k-hat",
                "ESS/S",
                "verdict",
                "truth");
        return names + names.strip().replaceAll("[^|]", "-") + System.lineSeparator();
    }

    static String row(Fit fit) {
        FitResult result = fit.result();
        Draws.Departure departure = fit.departure();
        Draws.Departure corrected = fit.corrected();
        return String.format(
                Locale.ROOT,
                ROW,
                fit.posterior(),
                fit.way(),
                result.seed(),
                words(result.status()),
                fit.evaluations(),
                String.format(Locale.ROOT, "%.1f", result.seconds()),
                number(departure.meanError(), departure.meanOf()),
                number(departure.lowSdRatio(), departure.lowOf()),
                number(departure.highSdRatio(), departure.highOf()),
                corrected == null ? "" : number(corrected.meanError(), corrected.meanOf()),
                corrected == null ? "" : number(corrected.lowSdRatio(), corrected.lowOf()),
                corrected == null ? "" : number(corrected.highSdRatio(), corrected.highOf()),
                String.format(
                        Locale.ROOT,
                        "%.2f ± %.1g",
                        result.elbo().value(),
                        result.elbo().standardError()),
                String.format(Locale.ROOT, "%.2f", result.kHat()),
                String.format(Locale.ROOT, "%.3f", fit.effectiveShare()),
                words(result.verdict()),
                Fit.truth(fit.right()));
    }

    private static String number(double value, String of) {
        return String.format(Locale.ROOT, "%.2f %s", value, of);
    }

    /**
     * How near fits and what importance weights make of them are to the reference, a row for each method.
     *
     * @param methods in their order
     */
    static String closeness(List<String> methods, List<Fit> all) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "method",
                "fits",
                "q is right",
                "within 0.1 sd and 10 %",
                "corrected",
                "of these q is right",
                "corrected is",
                "q is within",
                "corrected is"));
        for (String method : methods) {
            List<Fit> fits =
                    all.stream().filter(fit -> fit.way().equals(method)).toList();
            List<Fit> corrected =
                    fits.stream().filter(fit -> fit.corrected() != null).toList();
            rows.add(List.of(
                    method,
                    count(fits, fit -> true),
                    count(fits, Fit::right),
                    count(fits, fit -> fit.departure().close()),
                    count(corrected, fit -> true),
                    count(corrected, Fit::right),
                    count(
                            corrected,
                            fit -> Objects.requireNonNull(fit.corrected()).right()),
                    count(corrected, fit -> fit.departure().close()),
                    count(
                            corrected,
                            fit -> Objects.requireNonNull(fit.corrected()).close())));
        }
        return text(rows);
    }

    /**
     * What Markov chains made of fits that they looked at, a row for each method.
     *
     * @param methods in their order
     */
    static String chains(List<String> methods, List<Fit> all) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "method",
                "fits",
                "chains agree",
                "and are right",
                "and within 0.1 sd and 10 %",
                "q is wrong and good without them",
                "with them",
                "q is right and good without them",
                "with them",
                "evaluations, median"));
        for (String method : methods) {
            List<Fit> fits = all.stream()
                    .filter(fit -> fit.way().equals(method) && fit.chains() != null)
                    .toList();
            long[] evaluations = fits.stream()
                    .mapToLong(fit -> Objects.requireNonNull(fit.chains()).evaluations())
                    .sorted()
                    .toArray();
            rows.add(List.of(
                    method,
                    count(fits, fit -> true),
                    count(fits, fit -> isChained(fit, found -> true)),
                    count(fits, fit -> isChained(fit, Draws.Departure::right)),
                    count(fits, fit -> isChained(fit, Draws.Departure::close)),
                    count(fits, fit -> !fit.right() && isGoodWithoutChains(fit)),
                    count(fits, fit -> !fit.right() && isGood(fit)),
                    count(fits, fit -> fit.right() && isGoodWithoutChains(fit)),
                    count(fits, fit -> fit.right() && isGood(fit)),
                    evaluations.length == 0 ? "" : Long.toString(evaluations[evaluations.length / 2])));
        }
        return text(rows);
    }

    private static boolean isChained(Fit fit, Predicate<Draws.Departure> which) {
        Draws.Departure found = Objects.requireNonNull(fit.chains()).departure();
        return found != null && which.test(found);
    }

    private static boolean isGoodWithoutChains(Fit fit) {
        return Objects.requireNonNull(fit.chains()).before() == Verdict.GOOD;
    }

    private static boolean isGood(Fit fit) {
        return fit.result().verdict() == Verdict.GOOD;
    }

    private static String count(List<Fit> fits, Predicate<Fit> which) {
        return Long.toString(fits.stream().filter(which).count());
    }

    /**
     * Some fits, counted.
     *
     * @param counts fits by truth and verdict
     * @param posteriors how many there are, each with at least one fit
     * @param sameVerdict how many of them have one verdict for all seeds
     * @param stepLimit fits that ended at the step limit
     */
    record Counts(
            String method,
            String part,
            Map<Boolean, Map<Verdict, Integer>> counts,
            int posteriors,
            int sameVerdict,
            int stepLimit) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("method", method);
            map.put("part", part);
            counts.forEach((right, verdicts) -> {
                Map<String, Integer> named = new LinkedHashMap<>();
                verdicts.forEach((verdict, count) -> named.put(verdict.name(), count));
                map.put(Fit.truth(right), named);
            });
            map.put("posteriors", posteriors);
            map.put("sameVerdictForAllSeeds", sameVerdict);
            map.put("stepLimit", stepLimit);
            return map;
        }
    }

    /** The fits of one method. */
    static Counts count(String method, String part, List<Fit> all) {
        List<Fit> fits = all.stream().filter(fit -> fit.way().equals(method)).toList();
        Map<Boolean, Map<Verdict, Integer>> counts = new LinkedHashMap<>();
        for (boolean right : new boolean[] {true, false}) {
            Map<Verdict, Integer> row = new LinkedHashMap<>();
            for (Verdict verdict : Verdict.values()) {
                row.put(verdict, (int) fits.stream()
                        .filter(fit -> fit.right() == right && fit.result().verdict() == verdict)
                        .count());
            }
            counts.put(right, row);
        }
        Map<String, Set<Verdict>> verdicts = new HashMap<>();
        fits.forEach(fit -> verdicts.computeIfAbsent(fit.posterior(), name -> EnumSet.noneOf(Verdict.class))
                .add(fit.result().verdict()));
        int limit = (int) fits.stream()
                .filter(fit -> fit.result().status() == Status.STEP_LIMIT)
                .count();
        return new Counts(method, part, counts, verdicts.size(), alone(verdicts.values()), limit);
    }

    /** How many of the sets have one element. */
    static int alone(Collection<? extends Set<?>> sets) {
        return (int) sets.stream().filter(set -> set.size() == 1).count();
    }

    /** Verdicts against truth, a row for each method, part and truth. */
    static String confusion(List<Counts> all) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("method", "part", "truth"));
        for (Verdict verdict : Verdict.values()) {
            head.add(words(verdict));
        }
        head.addAll(List.of("same verdict for all seeds", "at the step limit"));
        rows.add(head);
        for (Counts counts : all) {
            counts.counts().forEach((right, verdicts) -> {
                List<String> row = new ArrayList<>(List.of(counts.method(), counts.part(), Fit.truth(right)));
                verdicts.values().forEach(count -> row.add(Objects.toString(count)));
                row.add(right ? counts.sameVerdict() + " of " + counts.posteriors() : "");
                row.add(right ? Objects.toString(counts.stepLimit()) : "");
                rows.add(row);
            });
        }
        return text(rows);
    }

    private static String text(List<List<String>> rows) {
        StringBuilder text = new StringBuilder();
        for (int r = 0; r < rows.size(); r++) {
            for (int c = 0; c < rows.get(0).size(); c++) {
                int column = c;
                int width = rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(1);
                text.append(String.format(
                        Locale.ROOT, "| %-" + width + "s ", rows.get(r).get(c)));
            }
            text.append('|').append(System.lineSeparator());
            if (r == 0) {
                text.append(text.toString().strip().replaceAll("[^|]", "-")).append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
