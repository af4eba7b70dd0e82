package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.NumberedRows;
import io.github.elbo4j.cli.subject.AutoencoderPredictor;
import io.github.elbo4j.cli.subject.RowPredictor;
import io.github.elbo4j.cli.view.EvidenceScoreView;
import io.github.elbo4j.cli.view.PredictionView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.report.EvidencePage;
import io.github.elbo4j.report.EvidenceScore;
import io.github.elbo4j.report.SavedFit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows by networks that were trained before: their latent variables, and how probable each is. */
final class EvidencePrediction {
    private final SavedFit fit;
    private final RowPredictor predictor;
    private final @Nullable AutoencoderPredictor reconstructs;
    private final Console console;

    /** @param reconstructs of which reconstructions are written, too; null for none */
    EvidencePrediction(
            SavedFit fit, RowPredictor predictor, @Nullable AutoencoderPredictor reconstructs, Console console) {
        this.fit = fit;
        this.predictor = predictor;
        this.reconstructs = reconstructs;
        this.console = console;
    }

    /** Of all rows; returns the exit code. */
    int run(NumberedRows rows, Path folder, boolean json) {
        EvidenceScore score = new EvidenceScore(predictor.draws());
        List<RowPredictor.Row> first = new ArrayList<>();
        List<Path> written = new ArrayList<>();
        try (WholeCsv csv = new WholeCsv(folder, "predictions.csv")) {
            List<String> head = new ArrayList<>(List.of("row"));
            head.addAll(predictor.heads());
            head.addAll(List.of("elbo", "elboError", "logEvidence", "logEvidenceError", "kHat", "reliable"));
            csv.row(head);
            for (int from = 0; from < rows.rows(); from += Math.min(predictor.block(), rows.rows() - from)) {
                int count = Math.min(predictor.block(), rows.rows() - from);
                for (RowPredictor.Row row : predictor.predict(rows, from, count)) {
                    csv.row(cells(row));
                    score.add(row.elbo(), row.logEvidence(), row.isReliable());
                    if (first.size() < PredictionView.SHOWN) {
                        first.add(row);
                    }
                }
            }
            written.add(csv.finish());
            written.add(new EvidencePage(fit, predictor.model(), score).write(folder));
            if (reconstructs != null) {
                written.add(reconstructions(rows, folder, reconstructs));
            }
        } catch (IOException e) {
            throw OutputFolder.unwritable(folder, e);
        }
        console.result(
                json,
                score::line,
                out -> new EvidenceScoreView(predictor, score, Terminal.width()).print(out, first, written));
        return Exit.GOOD;
    }

    private static List<String> cells(RowPredictor.Row row) {
        List<String> cells = new ArrayList<>(List.of(String.valueOf(row.number())));
        row.code().forEach(each -> cells.add(WholeCsv.cell((float) (double) each)));
        cells.add(WholeCsv.cell(row.elbo()));
        cells.add(WholeCsv.cell(row.elboError()));
        cells.add(WholeCsv.cell(row.logEvidence()));
        cells.add(WholeCsv.cell(row.standardError()));
        cells.add(WholeCsv.cell(row.kHat()));
        cells.add(row.isReliable() ? "1" : "0");
        return cells;
    }

    private static Path reconstructions(NumberedRows rows, Path folder, AutoencoderPredictor by) throws IOException {
        try (WholeCsv csv = new WholeCsv(folder, "reconstructions.csv")) {
            List<String> row = new ArrayList<>(List.of("row"));
            row.addAll(by.columns());
            csv.row(row);
            for (int from = 0; from < rows.rows(); from += Math.min(by.block(), rows.rows() - from)) {
                int number = from;
                for (double[] x : by.reconstruct(rows, from, Math.min(by.block(), rows.rows() - from))) {
                    row.clear();
                    row.add(String.valueOf(rows.numberInFile(number++)));
                    for (double each : x) {
                        row.add(WholeCsv.cell((float) each));
                    }
                    csv.row(row);
                }
            }
            return csv.finish();
        }
    }
}
