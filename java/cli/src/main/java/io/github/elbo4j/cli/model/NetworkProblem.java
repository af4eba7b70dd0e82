package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.network.BayesianNetwork;
import io.github.elbo4j.network.NetworkModel;
import io.github.elbo4j.network.Perceptron;
import io.github.elbo4j.report.DataSource.Scale;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A Bayesian network of the rows of a table, on the scale on which it is fitted. */
public final class NetworkProblem {
    private static final Scale SAME = new Scale(0, 1);

    private final NetworkShape shape;
    private final RegressionInput input;
    private final Map<String, Scale> scales;
    private final long seed;

    /** @param scales by column; those that have none are taken as they are */
    public NetworkProblem(NetworkShape shape, RegressionInput input, Map<String, Scale> scales, long seed) {
        this.shape = shape;
        this.input = input;
        this.scales = new LinkedHashMap<>(scales);
        this.seed = seed;
    }

    /** Of rows whose own mean and sd are the scales. */
    public static NetworkProblem of(NetworkShape shape, RegressionInput input, long seed) {
        Map<String, Scale> scales = new LinkedHashMap<>();
        if (shape.standardize()) {
            for (int j = 0; j < input.predictors().size(); j++) {
                scales.put(input.predictors().get(j), scale(input.x()[j]));
            }
            if (shape.classes() == 0) {
                scales.put(input.target(), scale(input.y()));
            }
        }
        return new NetworkProblem(shape, input, scales, seed);
    }

    private static Scale scale(double[] values) {
        // In units of a power of two near the largest value, since the square of a huge one would be infinite.
        int unit = Math.getExponent(Arrays.stream(values).map(Math::abs).max().orElse(1));
        double mean =
                Arrays.stream(values).map(v -> Math.scalb(v, -unit)).average().orElse(0);
        double variance = Arrays.stream(values)
                .map(v -> Math.scalb(v, -unit) - mean)
                .map(e -> e * e)
                .average()
                .orElse(1);
        return new Scale(Math.scalb(mean, unit), Math.scalb(Math.sqrt(variance), unit));
    }

    /** The same network of other rows on the same scale. */
    public NetworkProblem of(RegressionInput rows) {
        return new NetworkProblem(shape, rows, scales, seed);
    }

    /** The same rows by a network without hidden layers. */
    public NetworkProblem linear() {
        return new NetworkProblem(shape.linear(), input, scales, seed);
    }

    public NetworkShape shape() {
        return shape;
    }

    public RegressionInput input() {
        return input;
    }

    public Map<String, Scale> scales() {
        return scales;
    }

    /** Of a column, or of the target. */
    public Scale scale(String column) {
        return scales.getOrDefault(column, SAME);
    }

    /** Of the target. */
    public Scale target() {
        return scale(input.target());
    }

    public boolean ofClasses() {
        return shape.classes() > 0;
    }

    /** The layers. */
    public Perceptron perceptron() {
        return shape.network(seed).perceptron(input.predictors().size(), shape.classes() > 2 ? shape.classes() : 1);
    }

    /** An ELBO of the fitted data, as one of the data in the file. */
    public double elbo(double fitted) {
        return fitted - input.rows() * StrictMath.log(target().sd());
    }

    /** The network of these rows. */
    public NetworkModel network() {
        int rows = input.rows();
        double[][] x = new double[rows][input.predictors().size()];
        for (int j = 0; j < input.predictors().size(); j++) {
            Scale scale = scale(input.predictors().get(j));
            for (int row = 0; row < rows; row++) {
                x[row][j] = scale.fitted(input.x()[j][row]);
            }
        }
        double[] y = Arrays.stream(input.y()).map(target()::fitted).toArray();
        BayesianNetwork network = shape.network(seed);
        return ofClasses()
                ? network.classification(Objects.requireNonNull(input.predictors()), x, y, shape.classes())
                : network.regression(input.predictors(), x, y);
    }

    public Model model() {
        return network().model();
    }
}
