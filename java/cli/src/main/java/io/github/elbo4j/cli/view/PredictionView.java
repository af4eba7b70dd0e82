package io.github.elbo4j.cli.view;

import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.report.PredictionScore;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Predictions as a table for the terminal: the first ones, and the score of all. */
public final class PredictionView {
    /** Predictions that are shown. */
    public static final int SHOWN = 8;

    private final String target;
    private final IntFunction<String> label;
    private final List<Prediction> first;
    private final PredictionScore score;
    private final int width;

    /**
     * A view.
     *
     * @param label what a value is called
     * @param first the predictions to show
     * @param score of all
     * @param width the columns of a line
     */
    public PredictionView(
            String target, IntFunction<String> label, List<Prediction> first, PredictionScore score, int width) {
        this.target = target;
        this.label = label;
        this.first = List.copyOf(first);
        this.score = score;
        this.width = width;
    }

    /** Prints it, and where all are written. */
    public void print(PrintWriter out, List<Path> written) {
        out.println(Text.wrap(
                "Predictions of " + Words.plain(target) + ", " + Numbers.grouped(score.count()) + " values",
                width,
                ""));
        out.println();
        new TextTable(width).print(out, score.ofClasses() ? classes() : numbers());
        if (score.count() > first.size()) {
            out.println("…");
        }
        out.println();
        if (score.isKnown()) {
            scores(out);
        }
        for (Path path : written) {
            line(out, path.equals(written.get(0)) ? "wrote" : "", path.toString());
        }
    }

    private List<List<String>> numbers() {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("row", "mean", "sd", "5 %", "95 %"));
        if (score.isKnown()) {
            head.addAll(List.of("is", "log density"));
        }
        rows.add(head);
        for (int i = 0; i < first.size(); i++) {
            Prediction prediction = first.get(i);
            Marginal value = prediction.value();
            int decimals = Numbers.decimals(value.standardDeviation(), 3);
            List<String> row = new ArrayList<>(List.of(
                    Words.plain(label.apply(i)),
                    Numbers.fixed(value.mean(), decimals),
                    Numbers.fixed(value.standardDeviation(), decimals),
                    Numbers.fixed(value.quantiles().get(Marginal.PROBABILITIES.indexOf(0.05)), decimals),
                    Numbers.fixed(value.quantiles().get(Marginal.PROBABILITIES.indexOf(0.95)), decimals)));
            if (score.isKnown()) {
                row.add(Numbers.fixed(prediction.observed(), decimals));
                row.add(Numbers.fixed(prediction.logDensity().value(), 2));
            }
            rows.add(row);
        }
        return rows;
    }

    private List<List<String>> classes() {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("row"));
        int count = first.get(0).probabilities().size();
        for (int k = 0; k < count; k++) {
            head.add("p(" + name(k) + ")");
        }
        if (score.isKnown()) {
            head.add("is");
        }
        rows.add(head);
        for (int i = 0; i < first.size(); i++) {
            List<String> row = new ArrayList<>(List.of(Words.plain(label.apply(i))));
            for (double p : first.get(i).probabilities()) {
                row.add(Numbers.fixed(p, 4));
            }
            if (score.isKnown()) {
                row.add(name((int) first.get(i).observed()));
            }
            rows.add(row);
        }
        return rows;
    }

    private String name(int k) {
        return k < score.names().size() ? Words.plain(score.names().get(k)) : String.valueOf(k);
    }

    private void scores(PrintWriter out) {
        line(
                out,
                "score",
                "log predictive density " + Numbers.withError(score.logDensity(), score.logDensitySpread())
                        + ", a value "
                        + Numbers.withError(
                                score.logDensity() / score.count(), score.logDensitySpread() / score.count())
                        + " nats");
        line(
                out,
                "",
                score.ofClasses()
                        ? "the most probable class is right in " + percent(score.accuracy()) + ", Brier score "
                                + Numbers.fixed(score.brier(), 4)
                        : percent(score.halfCoverage()) + " are within the central 50 %, "
                                + percent(score.nineCoverage()) + " within the central 90 %");
    }

    private String percent(double share) {
        double error = Math.sqrt(share * (1 - share) / score.count());
        return Numbers.fixed(100 * share, 1) + " ± " + Numbers.fixed(100 * error, 1) + " %";
    }

    private void line(PrintWriter out, String name, String value) {
        out.println(Text.fact(name, value, width));
    }
}
