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
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Bayesian neural regression and classification: a {@link Perceptron} whose weights theta have a prior, and a distribution q(theta) over
 * networks in the place of one network.
 *
 * <p>With a mean-field q, {@code theta_i = mu_i + sigma_i·epsilon_i}, {@link io.github.elbo4j.infer.Sgvi} is what is called Bayes by
 * backprop (Blundell, Cornebise, Kavukcuoglu and Wierstra 2015): it goes round the loop initialize, perturb, predict, loss,
 * back-propagate, repeat, on the loss
 *
 * <pre>{@code
 * KL(q ‖ N(0, I)) + Σ_n (y_n − f(x_n))²/(2s²) + n·log s,     KL = −½·Σ_i (1 + log sigma_i² − mu_i² − sigma_i²)
 * }</pre>
 *
 * <p>which is the negative ELBO but for a constant, as the mean over draws of theta, with s the noise. It is half the textbook form
 * {@code −Σ(1 + log sigma² − mu² − sigma²) + Σ(y − f)²} where s = 1; here s is inferred with the rest, with the prior of a linear
 * regression's noise, log s ~ N(0, 2²). Of classes the loss is minus the log-probability instead, by logit or softmax. KL is estimated by the
 * same draws as the rest, and the gradient switches to the path derivative, which has no noise where q is the posterior.
 *
 * <p>Inputs, and a target that is a number, should be standardized. Weights are fitted in units of their prior (see {@link
 * WeightPrior}), in which it is N(0, I). A fit starts at {@link Perceptron#start}.
 *
 * <p>The posterior of a network has many modes that are alike, since units may change places and signs: a q of one mode is no estimate of the
 * whole, k-hat says so, and what may be judged is what is predicted. And where the units are many and the rows few, the mean-field optimum
 * may leave the data alone: KL of all weights costs more than the data give (Coker, Bruinsma, Burt, Pan and Doshi-Velez
 * 2022). Fewer units then predict better.
 */
public final class BayesianNetwork {
    /** The report of what the network computes: f, [N], or scores, [N][classes]. */
    public static final String FUNCTION = "function";

    /** The parameter of the noise of a regression. */
    public static final String NOISE = "noise sd";

    /** The sd of the prior of log s. */
    private static final double LOG_NOISE_SD = 2;

    private final List<Integer> hidden;
    private final Activation activation;
    private final WeightPrior prior;
    private final Key start;

    /**
     * A network of these hidden layers.
     *
     * @param hidden widths of the hidden layers, from the inputs on
     * @param seed of the start
     */
    public BayesianNetwork(List<Integer> hidden, Activation activation, WeightPrior prior, long seed) {
        this.hidden = List.copyOf(hidden);
        this.activation = Objects.requireNonNull(activation, "activation is null");
        this.prior = Objects.requireNonNull(prior, "prior is null");
        this.start = new Key(seed).fork("network");
    }

    /**
     * {@code y_n ~ N(f(x_n), s²)}.
     *
     * @param inputs names of the columns of x
     * @param x [N][inputs]
     * @param y [N]
     */
    public Model regression(List<String> inputs, double[][] x, double[] y) {
        return model(inputs, x, y, 1, (m, scores) -> {
            Expr f = scores.reshape(y.length);
            m.report(FUNCTION, f);
            return Normal.of(f, m.parameter(NOISE, LogNormal.of(0, LOG_NOISE_SD)));
        });
    }

    /**
     * {@code y_n ~ Bernoulli(sigmoid(f(x_n)))} of two classes, {@code Categorical(softmax(f(x_n)))} of more.
     *
     * @param inputs names of the columns of x
     * @param x [N][inputs]
     * @param y [N], whole numbers from 0 to classes − 1
     * @param classes 2 or more
     */
    public Model classification(List<String> inputs, double[][] x, double[] y, int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException("there are " + classes + " classes, but must be 2 or more");
        }
        return model(inputs, x, y, classes == 2 ? 1 : classes, (m, scores) -> {
            Expr f = classes == 2 ? scores.reshape(y.length) : scores;
            m.report(FUNCTION, f);
            return classes == 2 ? Bernoulli.ofLogit(f) : Categorical.ofLogits(f);
        });
    }

    /** The network's shape for so many inputs and outputs. */
    public Perceptron perceptron(int inputs, int outputs) {
        return new Perceptron(inputs, hidden, outputs, activation);
    }

    /** The unit of a layer's weights: what one of prior sd 1 is multiplied with. */
    private double unit(int... extents) {
        return extents.length == 1 ? prior.sd() : prior.sd() / StrictMath.sqrt(extents[0]);
    }

    /** In units; biases start at their prior's centre, 0. */
    private void startAt(ModelBuilder m, Perceptron network) {
        Map<String, double[]> from = network.start(start);
        for (Perceptron.Layer layer : network.layers()) {
            double unit = unit(layer.inputs(), layer.outputs());
            double[] matrix = Objects.requireNonNull(from.get(layer.matrix()));
            m.startAt(layer.matrix(), Arrays.stream(matrix).map(w -> w / unit).toArray());
        }
    }

    private interface Likelihood {
        Distribution of(ModelBuilder m, Expr scores);
    }

    private Model model(List<String> inputs, double[][] x, double[] y, int outputs, Likelihood likelihood) {
        if (x.length != y.length || Arrays.stream(x).anyMatch(row -> row.length != inputs.size())) {
            throw new IllegalArgumentException("there are " + x.length + " rows of x and " + y.length
                    + " values of y, but there must be as many of both, and " + inputs.size() + " inputs in each row");
        }
        Perceptron network = perceptron(inputs.size(), outputs);
        return Model.define(m -> {
            Table table = Table.empty().with("y", y);
            for (int j = 0; j < inputs.size(); j++) {
                int column = j;
                table = table.with(
                        "x " + inputs.get(j),
                        Arrays.stream(x).mapToDouble(row -> row[column]).toArray());
            }
            Table rows = m.rows(table);
            Expr scores = network.of((name, extents) ->
                            m.parameter(name, prior.inUnits(), extents).times(unit(extents)))
                    .apply(rows.columns(inputs.stream().map(each -> "x " + each).toArray(String[]::new)));
            startAt(m, network);
            m.observe("y", rows.column("y"), likelihood.of(m, scores));
        });
    }
}
