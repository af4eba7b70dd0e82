package io.github.elbo4j.network;

import io.github.elbo4j.device.Key;
import java.util.Arrays;
import java.util.LinkedHashMap;
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

    /** Of q, in units, for a fit to begin with: so small that steps begin with what the network's start computes, not with the noise of its weights. */
    public static final double INITIAL_SD = 0.05;

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
    public NetworkModel regression(List<String> inputs, double[][] x, double[] y) {
        return new NetworkModel(perceptron(inputs.size(), 1), prior, 0, start, columns(inputs, x, y), y);
    }

    /**
     * {@code y_n ~ Bernoulli(sigmoid(f(x_n)))} of two classes, {@code Categorical(softmax(f(x_n)))} of more.
     *
     * @param inputs names of the columns of x
     * @param x [N][inputs]
     * @param y [N], whole numbers from 0 to classes − 1
     * @param classes 2 or more
     */
    public NetworkModel classification(List<String> inputs, double[][] x, double[] y, int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException("there are " + classes + " classes, but must be 2 or more");
        }
        Perceptron network = perceptron(inputs.size(), classes == 2 ? 1 : classes);
        return new NetworkModel(network, prior, classes, start, columns(inputs, x, y), y);
    }

    /** The network's shape for so many inputs and outputs. */
    public Perceptron perceptron(int inputs, int outputs) {
        return new Perceptron(inputs, hidden, outputs, activation);
    }

    private static Map<String, double[]> columns(List<String> inputs, double[][] x, double[] y) {
        if (x.length != y.length || Arrays.stream(x).anyMatch(row -> row.length != inputs.size())) {
            throw new IllegalArgumentException("there are " + x.length + " rows of x and " + y.length
                    + " values of y, but there must be as many of both, and " + inputs.size() + " inputs in each row");
        }
        Map<String, double[]> columns = new LinkedHashMap<>();
        for (int j = 0; j < inputs.size(); j++) {
            int column = j;
            columns.put(
                    "x " + inputs.get(j),
                    Arrays.stream(x).mapToDouble(row -> row[column]).toArray());
        }
        return columns;
    }
}
