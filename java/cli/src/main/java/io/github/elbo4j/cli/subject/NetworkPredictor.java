package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NewRows;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.model.NetworkProblem;
import io.github.elbo4j.cli.model.NetworkShape;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.report.Coding;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.SavedFit;
import java.util.List;

/** New rows of a Bayesian network that was fitted before. */
final class NetworkPredictor implements Predictor {
    private final SavedFit saved;
    private final DataSource fitted;
    private final NewRows.Read read;
    private final NetworkProblem problem;
    private final double[][] draws;

    NetworkPredictor(Saved file, CsvTable table, boolean dropMissing) {
        saved = file.fit();
        DataSource data = saved.data();
        if (data == null) {
            throw file.refusal("does not say what it was fitted to");
        }
        fitted = data;
        read = NewRows.read(table, data, new Beside.Names(null, false, null, null), dropMissing);
        problem = new NetworkProblem(
                shape(file), read.input(), data.scales(), saved.fit().seed());
        file.same(
                "the weights", saved.fit().parameterNames(), rows(0, 1).model().coordinateNames());
        draws = NetworkPredictions.draws(saved.fit().posterior(), saved.fit().seed(), Prediction.DRAWS);
    }

    private static NetworkShape shape(Saved file) {
        try {
            return NetworkShape.of(file.fit().options());
        } catch (IllegalArgumentException e) {
            throw file.refusal("is of no network: " + e.getMessage());
        }
    }

    private NetworkProblem rows(int from, int to) {
        return problem.of(read.input().rows(from, to));
    }

    @Override
    public String target() {
        return read.input().target();
    }

    @Override
    public List<String> classes() {
        return fitted.codings().stream()
                .filter(coding -> coding.column().equals(target()))
                .findFirst()
                .map(Coding::values)
                .orElse(List.of());
    }

    @Override
    public String label(int i) {
        return String.valueOf(read.rows()[i]);
    }

    @Override
    public int size() {
        return read.input().rows();
    }

    @Override
    public boolean isKnown() {
        return read.isKnown();
    }

    @Override
    public List<Prediction> predict(int from, int to) {
        RegressionInput input = read.input();
        try {
            return NetworkPredictions.of(rows(from, to), draws).of(saved.fit().seed() + from);
        } catch (IllegalArgumentException e) { // a target outside the support
            throw new InputException(input.file() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> parts() {
        return problem.ofClasses() ? List.of() : List.of("sdWeights", "sdNoise");
    }

    @Override
    public double[][] parts(int from, int to) {
        return problem.ofClasses()
                ? Predictor.super.parts(from, to)
                : NetworkPredictions.of(rows(from, to), draws).split().stream()
                        .map(split -> new double[] {split.weights(), split.noise()})
                        .toArray(double[][]::new);
    }
}
