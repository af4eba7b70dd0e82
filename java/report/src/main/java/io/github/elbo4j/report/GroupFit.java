package io.github.elbo4j.report;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.words.Numbers;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * One of many fits, each of the rows that have the same value in a column: what came of it.
 *
 * @param name the value
 * @param problem the number of its draws
 * @param rows of the group
 * @param fit null if there is none
 * @param parameters what there is to show of it; empty if there is no fit
 * @param reason what is wrong with it, or why there is no fit; empty if nothing
 * @param line of {@code fits.jsonl}
 */
public record GroupFit(
        String name,
        int problem,
        int rows,
        @Nullable FitResult fit,
        List<Marginal> parameters,
        String reason,
        String line) {
    /** The worst first: those without a fit, then by verdict; of each the smallest numbers first. */
    public static final Comparator<GroupFit> WORST_FIRST =
            Comparator.comparingInt(GroupFit::rank).reversed().thenComparingInt(GroupFit::problem);

    /** Of a fit. */
    public static GroupFit of(String name, int problem, int rows, Report report) {
        FitResult fit = report.fit();
        String reason = fit.assessment().concerns().isEmpty()
                ? ""
                : fit.assessment().concerns().get(0).words();
        return new GroupFit(
                name,
                problem,
                rows,
                fit.withoutDraws(),
                report.marginals(),
                reason,
                new FitJsonWriter(report).line(json -> head(json, name, problem, rows)));
    }

    /**
     * Of a group without a fit.
     *
     * @param reason why, in a sentence
     */
    public static GroupFit failed(String name, int problem, int rows, String reason) {
        String line = Json.object(null, json -> {
                    head(json, name, problem, rows);
                    json.writeStringProperty("error", reason);
                })
                + "\n";
        return new GroupFit(name, problem, rows, null, List.of(), reason, line);
    }

    private static void head(JsonGenerator json, String name, int problem, int rows) {
        json.writeStringProperty("group", name);
        json.writeNumberProperty("problem", problem);
        json.writeNumberProperty("rows", rows);
    }

    /** The ELBO with its error; empty if there is no fit. */
    public String elbo() {
        FitResult found = fit;
        return found == null
                ? ""
                : Numbers.withError(found.elbo().value(), found.elbo().standardError());
    }

    /** Pareto k-hat; empty if there is none. */
    public String kHat() {
        FitResult found = fit;
        return found == null || Double.isNaN(found.kHat()) ? "" : Numbers.fixed(found.kHat(), 2);
    }

    /** Whether there is no fit, or one that is not to be trusted. */
    public boolean isBad() {
        FitResult found = fit;
        return found == null || found.verdict() == Verdict.DO_NOT_TRUST;
    }

    /** The verdict in words, or that there is no fit. */
    public String verdict() {
        FitResult found = fit;
        return found == null ? "no fit" : found.verdict().words();
    }

    /** Higher is worse. */
    int rank() {
        FitResult found = fit;
        return found == null
                ? 3
                : switch (found.verdict()) {
                    case GOOD -> 0;
                    case USABLE -> 1;
                    case DO_NOT_TRUST -> 2;
                };
    }

    /** The verdict as a word of the style sheet. */
    String tone() {
        return isBad() ? "bad" : verdict();
    }
}
