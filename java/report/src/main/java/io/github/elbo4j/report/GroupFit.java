package io.github.elbo4j.report;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.words.Numbers;
import java.nio.charset.StandardCharsets;
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
 * @param found null if there is no fit
 * @param parameters what there is to show of it; empty if there is no fit
 * @param reason what is wrong with it, or why there is no fit; empty if nothing
 * @param broken whether that is for no reason of its rows: a device failed, or a program
 * @param line of {@code fits.jsonl}, with the newline that ends it; empty if it was left out
 */
public record GroupFit(
        String name,
        int problem,
        int rows,
        @Nullable Found found,
        List<Marginal> parameters,
        String reason,
        boolean broken,
        String line) {
    /** The worst first: those without a fit, then by verdict; of each the smallest numbers first. */
    public static final Comparator<GroupFit> WORST_FIRST =
            Comparator.comparingInt(GroupFit::rank).reversed().thenComparingInt(GroupFit::problem);

    static final String NO_FIT = "no fit";

    private static final String BROKEN = "broken";

    /**
     * What there is to say of a fit in short.
     *
     * @param kHat NaN if there is none
     */
    public record Found(Verdict verdict, Estimate elbo, double kHat) {}

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
                new Found(fit.verdict(), fit.elbo(), fit.kHat()),
                report.marginals(),
                reason,
                fit.status() == Status.FAILED,
                new FitJsonWriter(report).line(json -> {
                    head(json, name, problem, rows);
                    if (fit.status() == Status.FAILED) {
                        json.writeBooleanProperty(BROKEN, true);
                    }
                }));
    }

    /**
     * Of a group without a fit.
     *
     * @param reason why, in a sentence
     * @param broken whether its rows are not the reason
     */
    public static GroupFit failed(String name, int problem, int rows, String reason, boolean broken) {
        String line = Json.object(null, json -> {
                    head(json, name, problem, rows);
                    json.writeStringProperty("error", reason);
                    if (broken) {
                        json.writeBooleanProperty(BROKEN, true);
                    }
                })
                + "\n";
        return new GroupFit(name, problem, rows, null, List.of(), reason, broken, line);
    }

    /**
     * Of a line of {@code fits.jsonl}, with or without its end; of the parameters it has means, sds and the quantiles that are there.
     *
     * @throws FitFileException if it is none
     */
    public static GroupFit read(String text) throws FitFileException {
        String line = text.endsWith("\n") ? text : text + "\n";
        JsonTree json = JsonTree.read("fits.jsonl", line.getBytes(StandardCharsets.UTF_8));
        String name = json.get("group").string();
        int problem = json.get("problem").count();
        int rows = json.get("rows").count();
        if (json.has("error")) {
            return new GroupFit(
                    name, problem, rows, null, List.of(), json.get("error").string(), json.has(BROKEN), line);
        }
        FitJsonReader reader = new FitJsonReader(json);
        List<Concern> concerns = FitJsonReader.concerns(json);
        return new GroupFit(
                name,
                problem,
                rows,
                new Found(reader.verdict(), FitJsonReader.estimate(json.get("elbo")), json.numberOrNone("kHat")),
                reader.marginals(FitJson.PARAMETERS),
                concerns.isEmpty() ? "" : concerns.get(0).words(),
                reader.status() == Status.FAILED,
                line);
    }

    /** The same without its line, which is much longer than the rest: for a page of many. */
    public GroupFit withoutLine() {
        return new GroupFit(name, problem, rows, found, parameters, reason, broken, "");
    }

    private static void head(JsonGenerator json, String name, int problem, int rows) {
        json.writeStringProperty("group", name);
        json.writeNumberProperty("problem", problem);
        json.writeNumberProperty("rows", rows);
    }

    /** The ELBO with its error; empty if there is no fit. */
    public String elbo() {
        Found of = found;
        return of == null ? "" : Numbers.withError(of.elbo().value(), of.elbo().standardError());
    }

    /** Pareto k-hat; empty if there is none. */
    public String kHat() {
        Found of = found;
        return of == null || Double.isNaN(of.kHat()) ? "" : Numbers.fixed(of.kHat(), 2);
    }

    /** Whether there is no fit, or one that is not to be trusted. */
    public boolean isBad() {
        Found of = found;
        return of == null || of.verdict() == Verdict.DO_NOT_TRUST;
    }

    /** The verdict in words, or that there is no fit. */
    public String verdict() {
        Found of = found;
        return of == null ? NO_FIT : of.verdict().words();
    }

    /** Higher is worse. */
    int rank() {
        Found of = found;
        return of == null
                ? 3
                : switch (of.verdict()) {
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
