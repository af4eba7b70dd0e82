package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.Predictor;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Prediction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code predictions.csv}: a row for each value, there whole or not at all. */
final class PredictionFile implements AutoCloseable {
    private final Predictor predictor;
    private final WholeCsv csv;
    private boolean begun;

    PredictionFile(Path folder, Predictor predictor) throws IOException {
        this.predictor = predictor;
        this.csv = new WholeCsv(folder, "predictions.csv");
    }

    /** @param parts of the value, as {@link Predictor#parts()} names them */
    void add(String label, Prediction prediction, double[] parts) {
        if (!begun) {
            begun = true;
            csv.row(head(prediction));
        }
        List<String> row = new ArrayList<>(List.of(label));
        Marginal value = prediction.value();
        if (prediction.probabilities().isEmpty()) {
            row.add(String.valueOf(value.mean()));
            row.add(String.valueOf(value.meanError()));
            row.add(String.valueOf(value.standardDeviation()));
            value.quantiles().forEach(quantile -> row.add(String.valueOf(quantile)));
        } else {
            prediction.probabilities().forEach(p -> row.add(String.valueOf(p)));
        }
        for (double part : parts) {
            row.add(String.valueOf(part));
        }
        if (predictor.isKnown()) {
            row.add(
                    prediction.probabilities().isEmpty()
                            ? String.valueOf(prediction.observed())
                            : name((int) prediction.observed()));
            row.add(String.valueOf(prediction.logDensity().value()));
            row.add(String.valueOf(prediction.logDensity().standardError()));
        }
        csv.row(row);
    }

    private List<String> head(Prediction prediction) {
        List<String> head = new ArrayList<>(List.of("row"));
        if (prediction.probabilities().isEmpty()) {
            head.addAll(List.of("mean", "meanError", "sd", "q05", "q25", "q50", "q75", "q95"));
        } else {
            for (int k = 0; k < prediction.probabilities().size(); k++) {
                head.add("p(" + name(k) + ")");
            }
        }
        head.addAll(predictor.parts());
        if (predictor.isKnown()) {
            head.addAll(List.of("observed", "logDensity", "logDensityError"));
        }
        return head;
    }

    private String name(int k) {
        return k < predictor.classes().size() ? predictor.classes().get(k) : String.valueOf(k);
    }

    /** Puts the file in its place. */
    Path finish() throws IOException {
        return csv.finish();
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
