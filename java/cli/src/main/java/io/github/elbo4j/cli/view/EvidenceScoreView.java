package io.github.elbo4j.cli.view;

import io.github.elbo4j.cli.subject.RowPredictor;
import io.github.elbo4j.report.EvidenceScore;
import io.github.elbo4j.report.words.Numbers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What trained networks say of rows as a table for the terminal: the first ones, and the score of all. */
public final class EvidenceScoreView {
    private static final int NATS = 3; // decimals

    private final RowPredictor predictor;
    private final EvidenceScore score;
    private final int width;

    /**
     * A view.
     *
     * @param score of all rows
     * @param width the columns of a line
     */
    public EvidenceScoreView(RowPredictor predictor, EvidenceScore score, int width) {
        this.predictor = predictor;
        this.score = score;
        this.width = width;
    }

    /**
     * Prints it.
     *
     * @param first the rows to show
     * @param written where all are written
     */
    public void print(PrintWriter out, List<RowPredictor.Row> first, List<Path> written) {
        out.println(Text.wrap(Numbers.grouped(score.count()) + " rows by " + predictor.model(), width, ""));
        out.println();
        List<List<String>> table = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("row"));
        head.addAll(predictor.heads().subList(0, predictor.shown()));
        head.addAll(List.of("log p(x)", "reliable"));
        table.add(head);
        for (RowPredictor.Row row : first) {
            List<String> cells = new ArrayList<>(List.of(String.valueOf(row.number())));
            row.code().subList(0, predictor.shown()).forEach(each -> cells.add(Numbers.fixed(each, NATS)));
            cells.add(Numbers.withError(row.logEvidence(), row.standardError(), NATS));
            cells.add(row.isReliable() ? "yes" : "no");
            table.add(cells);
        }
        new TextTable(width).print(out, table);
        if (score.count() > first.size()) {
            out.println("…");
        }
        out.println();
        out.println(Text.fact(
                "score",
                "log p(x) of a row "
                        + Numbers.withError(
                                score.logEvidence().value(), score.logEvidence().standardError(), NATS)
                        + " nats; of " + Numbers.fixed(100 * score.unreliable(), 0) + " % it rests on few draws",
                width));
        for (Path path : written) {
            out.println(Text.fact(path.equals(written.get(0)) ? "wrote" : "", path.toString(), width));
        }
    }
}
