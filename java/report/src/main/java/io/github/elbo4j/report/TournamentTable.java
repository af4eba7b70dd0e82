package io.github.elbo4j.report;

import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.infer.Entrant;
import io.github.elbo4j.report.words.Numbers;
import java.util.ArrayList;
import java.util.List;

/** The entrants of the tournament that a fit won. */
public final class TournamentTable {
    private final List<Entrant> entrants;

    TournamentTable(Report report) {
        entrants = report.fit().entrants();
    }

    /** As rows of text, the first of which is the head, the second the winner; empty of a fit without a tournament. */
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        if (entrants.isEmpty()) {
            return rows;
        }
        rows.add(List.of("family", "start", "rate", "steps", "ELBO", "difference", "±", "ended"));
        for (Entrant each : entrants) {
            Estimate difference = each.difference();
            int decimals = Numbers.decimals(difference.standardError(), 2);
            boolean isWinner = rows.size() == 1; // behind the head
            rows.add(List.of(
                    each.family(),
                    String.valueOf(each.start()),
                    Double.isNaN(each.learningRate()) ? "none" : Numbers.significant(each.learningRate(), 2),
                    Numbers.grouped(each.steps()),
                    Numbers.withError(each.elbo().value(), each.elbo().standardError(), 4),
                    isWinner ? "" : Numbers.fixed(difference.value(), decimals),
                    isWinner ? "" : Numbers.fixed(difference.standardError(), decimals),
                    each.ending()));
        }
        return rows;
    }

    /** What {@link #rows} are; empty where there are none. */
    public String inWords() {
        if (entrants.isEmpty()) {
            return "";
        }
        return "Fits that competed with common random numbers, the winner first. Differences are from its ELBO, in pairs at the same"
                + " draws, with their standard errors. Level is who is not behind by more than the tolerance beyond two of these; then who"
                + " converged wins, then the simpler family, then the first. Rate none: it settled where it started, and no step asked"
                + " for a rate.";
    }

    /** Empty where there are none. */
    String html() {
        return AccountTable.html("The tournament", rows(), inWords());
    }
}
