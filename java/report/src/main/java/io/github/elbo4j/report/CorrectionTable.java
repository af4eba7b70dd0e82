package io.github.elbo4j.report;

import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.WeightedDraws;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What importance weights make of a fitted q, beside q; numbers in which the two differ are marked. */
public final class CorrectionTable {
    private static final String MARK = " *";
    private static final String NO_MARK = "  ";
    /** How many numbers that differ are named. */
    private static final int NAMED = 5;

    private static final int LOW = Marginal.PROBABILITIES.indexOf(0.05);
    private static final int HIGH = Marginal.PROBABILITIES.indexOf(0.95);

    private final FitResult fit;
    private final List<Correction> corrections;

    CorrectionTable(Report report) {
        fit = report.fit();
        corrections = report.corrections();
    }

    /** Whether q differs from what the weights make of it somewhere. */
    public boolean isOff() {
        return corrections.stream().anyMatch(Correction::isOff);
    }

    /** As rows of text, the first of which is the head; empty where nothing is corrected. */
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        if (corrections.isEmpty()) {
            return rows;
        }
        rows.add(List.of("parameter", "mean", "corrected", "±", "sd", "corrected", "±", "5 %", "95 %"));
        corrections.forEach(each -> rows.add(row(each)));
        return rows;
    }

    /** Mean and sd by q and by the other account with its errors, and that one's quantiles 5 % and 95 %. */
    static List<String> row(Correction each) {
        Account.Entry by = each.corrected();
        int decimals = Numbers.decimals(each.fitted().standardDeviation(), 3);
        return new ArrayList<>(List.of(
                by.name(),
                Numbers.fixed(each.fitted().mean(), decimals),
                marked(number(by.mean(), decimals), each.isMeanOff()),
                number(by.meanError(), decimals),
                Numbers.fixed(each.fitted().standardDeviation(), decimals),
                marked(number(by.standardDeviation(), decimals), each.isSdOff()),
                number(by.sdError(), decimals),
                number(by.quantiles().get(LOW), decimals),
                number(by.quantiles().get(HIGH), decimals)));
    }

    /** The marks stand in one column. */
    private static String marked(String number, boolean isOff) {
        return number + (isOff ? MARK : NO_MARK);
    }

    static String number(double value, int decimals) {
        return Double.isNaN(value) ? "unknown" : Numbers.fixed(value, decimals);
    }

    /** What the weights say of q, in sentences; empty where there are none. */
    public String inWords() {
        if (corrections.isEmpty()) {
            String refusal = fit.assessment().draws() == 0
                    ? null
                    : WeightedDraws.refusal(fit.assessment(), fit.posterior().dimensions());
            return refusal == null ? "" : "Importance weights correct nothing here: " + refusal + ".";
        }
        List<String> off = off(corrections);
        String errors = " Standard errors of corrected means are at most " + percent(Account.Entry::meanError)
                + " of the sds, those of sds " + percent(Account.Entry::sdError)
                + (WeightedDraws.areErrorsSure(fit.assessment()) ? "." : "; at this k-hat they are lower bounds.");
        if (off.isEmpty()) {
            return "Importance weights move no mean by more than 0.1 sd and no sd by more than 10 %, beyond their errors."
                    + errors;
        }
        return "* q is off in " + some(off)
                + ": a mean by more than 0.1 sd or an sd by more than 10 %. Corrected are q's draws, weighted by how much more"
                + " probable the posterior makes them; prefer these numbers." + errors;
    }

    /** What q is off in. */
    static List<String> off(List<Correction> corrections) {
        return corrections.stream()
                .filter(Correction::isOff)
                .map(each -> each.corrected().name())
                .toList();
    }

    /** The first of some names, and how many others there are. */
    static String some(List<String> names) {
        String more = names.size() > NAMED ? " and " + Words.count(names.size() - NAMED, "other") : "";
        return String.join(", ", names.subList(0, Math.min(NAMED, names.size()))) + more;
    }

    /** Empty where there is nothing to say. */
    String html() {
        String words = inWords();
        if (corrections.isEmpty()) {
            return words.isEmpty() ? "" : "<p class=\"caption\">" + Html.prose(words) + "</p>\n";
        }
        return AccountTable.html("What importance weights make of it", onPage(rows()), words);
    }

    /** With spaces that a page keeps. */
    static List<List<String>> onPage(List<List<String>> rows) {
        return rows.stream()
                .map(row -> row.stream()
                        .map(cell -> cell.replace(NO_MARK, "\u00a0\u00a0"))
                        .toList())
                .toList();
    }

    private String percent(ToDoubleFunction<Account.Entry> error) {
        double largest = corrections.stream()
                .map(Correction::corrected)
                .mapToDouble(entry -> error.applyAsDouble(entry) / entry.standardDeviation())
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        return Numbers.significant(100 * largest, 2) + " %";
    }
}
