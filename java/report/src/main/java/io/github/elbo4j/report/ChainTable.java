package io.github.elbo4j.report;

import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.Convergence;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.HamiltonianCheck;
import io.github.elbo4j.report.words.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What Markov chains say beside a fitted q, and how far they agree; numbers in which the two differ are marked. */
public final class ChainTable {
    /** R-hat beyond which a number has no answer, and fewer effective draws. */
    private static final String LIMITS = "R-hat must be at most " + Convergence.MOST_R_HAT
            + " and effective sample sizes " + Numbers.fixed(Convergence.LEAST_ESS, 0) + " or more";

    private final FitResult fit;
    private final @Nullable Account account;
    private final List<Correction> corrections;

    ChainTable(Report report) {
        fit = report.fit();
        account = fit.byChains();
        corrections = Correction.of(report, account);
    }

    /** Whether there is an answer: the chains agree about everything that was fitted. */
    public boolean isAnswer() {
        return isAnswer(fit);
    }

    static boolean isAnswer(FitResult fit) {
        Account of = fit.byChains();
        return of != null && of.entries().stream().noneMatch(entry -> Double.isNaN(entry.mean()));
    }

    /** As rows of text, the first of which is the head; empty of a fit that no chains have looked at. */
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        if (corrections.isEmpty()) {
            return rows;
        }
        boolean isAnswer = isAnswer();
        rows.add(
                isAnswer
                        ? List.of(
                                "parameter", "mean", "chains", "±", "sd", "chains", "±", "5 %", "95 %", "R-hat", "ESS")
                        : List.of("parameter", "R-hat", "bulk ESS", "tail ESS"));
        for (Correction each : corrections) {
            List<String> row = isAnswer
                    ? CorrectionTable.row(each)
                    : new ArrayList<>(List.of(each.corrected().name()));
            Convergence of = each.corrected().convergence();
            if (of != null) {
                row.add(CorrectionTable.number(of.rHat(), 3));
                row.add(CorrectionTable.number(isAnswer ? ess(of) : of.bulkEss(), 0));
                if (!isAnswer) {
                    row.add(CorrectionTable.number(of.tailEss(), 0));
                }
            }
            rows.add(row);
        }
        return rows;
    }

    /** What the chains say of q, in sentences; empty of a fit that none have looked at. */
    public String inWords() {
        if (account == null) {
            return "";
        }
        String chains = fit.settings().get("chains") + " chains of " + HamiltonianCheck.NAME + ", "
                + fit.settings().get("chainDraws") + " draws each, ";
        if (!isAnswer()) {
            return chains + "did not agree about all parameters, and so give no answer: " + LIMITS + ".";
        }
        List<Convergence> known = corrections.stream()
                .map(Correction::corrected)
                .filter(entry -> !Double.isNaN(entry.mean()))
                .map(Account.Entry::convergence)
                .filter(Objects::nonNull)
                .toList();
        double rHat = known.stream().mapToDouble(Convergence::rHat).max().orElse(Double.NaN);
        double ess = known.stream().mapToDouble(ChainTable::ess).min().orElse(0);
        String agree = chains + "agree with each other: R-hat is at most "
                + Numbers.fixed(rHat, 3) + ", and effective sample sizes are "
                + Numbers.grouped((long) ess) + " or more. ";
        List<String> unknown = corrections.stream()
                .map(Correction::corrected)
                .filter(entry -> Double.isNaN(entry.mean()))
                .map(Account.Entry::name)
                .toList();
        String of =
                unknown.isEmpty() ? "" : " They say nothing of " + CorrectionTable.some(unknown) + ": " + LIMITS + ".";
        List<String> off = CorrectionTable.off(corrections);
        return agree
                + (off.isEmpty()
                        ? "They agree with q: no mean is off by more than 0.1 sd and no sd by more than 10 %, beyond their"
                                + " errors."
                        : "* q is off in " + CorrectionTable.some(off)
                                + ": a mean by more than 0.1 sd or an sd by more than 10 %. Chains do not take q for true; prefer"
                                + " these numbers.")
                + of;
    }

    private static double ess(Convergence of) {
        return Math.min(of.bulkEss(), of.tailEss());
    }

    /** Empty of a fit that no chains have looked at. */
    String html() {
        return AccountTable.html("What Markov chains say", CorrectionTable.onPage(rows()), inWords());
    }
}
