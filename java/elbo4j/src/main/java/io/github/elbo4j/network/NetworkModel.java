package io.github.elbo4j.network;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.Categorical;
import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.distribution.LogNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.ModelBuilder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A {@link BayesianNetwork} of data: its model, whose coordinates are the layers' weights in units of their prior, then log s of a regression. */
public final class NetworkModel {
    /** The sd of the prior of log s. */
    static final double LOG_NOISE_SD = 2;

    private static final String TARGET = "y";

    private final Perceptron perceptron;
    private final WeightPrior prior;
    private final int classes; // 0 of a regression
    private final Key start;
    private final Table table;
    private final String[] columns;
    private final Model model;

    NetworkModel(
            Perceptron perceptron,
            WeightPrior prior,
            int classes,
            Key start,
            Map<String, double[]> inputs,
            double[] y) {
        this.perceptron = perceptron;
        this.prior = prior;
        this.classes = classes;
        this.start = start;
        Table rows = Table.empty().with(TARGET, y);
        for (Map.Entry<String, double[]> input : inputs.entrySet()) {
            rows = rows.with(input.getKey(), input.getValue());
        }
        table = rows;
        columns = inputs.keySet().toArray(String[]::new);
        model = Model.define(this::define);
    }

    /** Its model: what is fitted, and predicts. */
    public Model model() {
        return model;
    }

    /** Whether what is observed is a number, with noise. */
    boolean isOfNumbers() {
        return classes == 0;
    }

    Perceptron perceptron() {
        return perceptron;
    }

    WeightPrior prior() {
        return prior;
    }

    int classes() {
        return classes;
    }

    /** The rows as a model's. */
    Table rows(ModelBuilder m) {
        return m.rows(table);
    }

    /** [N][inputs] */
    Expr inputs(Table rows) {
        return rows.columns(columns);
    }

    /** [N] */
    Expr target(Table rows) {
        return rows.column(TARGET);
    }

    /** 1 at the class of each row, [N][classes]. */
    Expr indicators(Table rows) {
        double[] y = target(rows).value();
        double[] ones = new double[y.length * classes];
        for (int n = 0; n < y.length; n++) {
            ones[n * classes + (int) y[n]] = 1;
        }
        return rows.matrix("class", classes, ones);
    }

    private void define(ModelBuilder m) {
        Table rows = rows(m);
        Expr scores = perceptron
                .of((name, extents) ->
                        m.parameter(name, prior.inUnits(), extents).times(prior.unit(extents)))
                .apply(inputs(rows));
        start().forEach(m::startAt);
        m.observe(TARGET, target(rows), likelihood(m, scores));
    }

    private Distribution likelihood(ModelBuilder m, Expr scores) {
        Expr f = classes > 2 ? scores : scores.reshape(table.rows());
        m.report(BayesianNetwork.FUNCTION, f);
        return switch (classes) {
            case 0 -> Normal.of(f, m.parameter(BayesianNetwork.NOISE, LogNormal.of(0, LOG_NOISE_SD)));
            case 2 -> Bernoulli.ofLogit(f);
            default -> Categorical.ofLogits(f);
        };
    }

    /** Matrices in units, to begin with; biases begin at their prior's centre, 0. */
    Map<String, double[]> start() {
        Map<String, double[]> from = perceptron.start(start);
        Map<String, double[]> units = new LinkedHashMap<>();
        for (Perceptron.Layer layer : perceptron.layers()) {
            double unit = prior.unit(layer.inputs(), layer.outputs());
            double[] matrix = Objects.requireNonNull(from.get(layer.matrix()));
            units.put(layer.matrix(), Arrays.stream(matrix).map(w -> w / unit).toArray());
        }
        return units;
    }

    @Override
    public String toString() {
        return "network of " + perceptron.size() + " weights and " + columns.length + " inputs";
    }
}
