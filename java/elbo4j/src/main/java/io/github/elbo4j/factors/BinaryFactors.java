package io.github.elbo4j.factors;

import io.github.elbo4j.infer.PointEstimate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A fitted model of D binary factors behind P binary columns, with its encoder; the most frequent factor first. Those of a fitted
 * sigmoid belief network are turned so that none has a prior above a half. The functions here are
 * its definition in float64. It never changes.
 */
public final class BinaryFactors {
    private final FactorModel model;
    private final List<String> columns;
    private final WeightLayout layout;
    private final double[] weights;
    private final double[] prior; // logits, [D]
    private final double[] base; // effects, [P]
    private final double[] loadings; // effects, [D][P]

    /** @param weights as the layout has them */
    BinaryFactors(FactorModel model, List<String> columns, WeightLayout layout, double[] weights) {
        this.model = model;
        this.columns = List.copyOf(columns);
        this.layout = layout;
        this.weights = weights;
        prior = layout.part(weights, WeightLayout.PRIOR);
        base = effects(WeightLayout.BASE);
        loadings = effects(WeightLayout.LOADINGS);
    }

    /**
     * Of given weights, with an encoder that ignores the row: q is the prior.
     *
     * @param prior the probability of each factor, [D], above 0 and below 1
     * @param base of each column, [P]: b of a sigmoid belief network; the positive l of a noisy-or
     * @param loadings of each factor, [D][P]: W; the positive v of a noisy-or
     * @throws IllegalArgumentException if they do not fit each other, or one is not in its range
     */
    public static BinaryFactors of(
            FactorModel model, List<String> columns, double[] prior, double[] base, double[][] loadings) {
        int factors = prior.length;
        int width = columns.size();
        if (factors < 1 || loadings.length != factors || base.length != width) {
            throw new IllegalArgumentException("there are " + factors + " priors, " + loadings.length
                    + " rows of loadings and " + base.length
                    + " bases, but must be one for each of D factors, and for each"
                    + " of " + width + " columns");
        }
        WeightLayout layout = new WeightLayout(factors, width, 0);
        double[] weights = new double[layout.size()];
        int at = 0;
        for (double probability : prior) {
            weights[at++] = checked("a prior", StrictMath.log(probability / (1 - probability)));
        }
        for (double each : base) {
            weights[at++] = checked("a base", model.coordinate(each));
        }
        for (double[] row : loadings) {
            if (row.length != width) {
                throw new IllegalArgumentException(
                        "a factor has " + row.length + " loadings, but there are " + width + " columns");
            }
            for (double each : row) {
                weights[at++] = checked("a loading", model.coordinate(each));
            }
        }
        System.arraycopy(weights, 0, weights, at, factors); // the encoder's bias
        return new BinaryFactors(model, columns, layout, weights);
    }

    /**
     * Of the weights of model and encoder, such as {@link #weights} gives.
     *
     * @param factors D
     * @param hidden units of the encoder's hidden layer; 0 if it has none
     * @throws IllegalArgumentException if there are more or fewer weights, or one is not finite
     */
    public static BinaryFactors of(FactorModel model, List<String> columns, int factors, int hidden, float[] weights) {
        if (factors < 1 || columns.isEmpty() || hidden < 0) {
            throw new IllegalArgumentException("there are " + factors + " factors, " + columns.size() + " columns and "
                    + hidden + " hidden units, but must be 1 or more of the first two, and none or more of the last");
        }
        WeightLayout layout = new WeightLayout(factors, columns.size(), hidden);
        if (weights.length != layout.size()) {
            throw new IllegalArgumentException(
                    "there are " + weights.length + " weights, but must be " + layout.size());
        }
        double[] all = new double[weights.length];
        for (int i = 0; i < all.length; i++) {
            if (!Float.isFinite(weights[i])) {
                throw new IllegalArgumentException("weight " + (i + 1) + " is " + weights[i] + ", but must be finite");
            }
            all[i] = weights[i];
        }
        return new BinaryFactors(model, columns, layout, all);
    }

    private static double checked(String what, double coordinate) {
        if (!Double.isFinite((float) coordinate)) {
            throw new IllegalArgumentException(
                    what + " is out of its range: probabilities lie between 0 and 1, rates of"
                            + " noisy-or are positive, and all are finite");
        }
        return (float) coordinate;
    }

    private double[] effects(String name) {
        return Arrays.stream(layout.part(weights, name)).map(model::effect).toArray();
    }

    public FactorModel model() {
        return model;
    }

    /** The names of the columns, P. */
    public List<String> columns() {
        return columns;
    }

    /** D. */
    public int factors() {
        return layout.factors();
    }

    /** Units of the encoder's hidden layer; 0 if it has none. */
    public int hidden() {
        return layout.hidden();
    }

    WeightLayout layout() {
        return layout;
    }

    /** As the layout has them; not a copy. */
    double[] coordinates() {
        return weights;
    }

    /**
     * The extents of the weights of model and encoder by name, in their order: logits of the prior, bases and loadings (of noisy-or their
     * logarithms), and the encoder's.
     *
     * @param factors D
     * @param columns P
     * @param hidden units of the encoder's hidden layer; 0 if it has none
     */
    public static Map<String, int[]> extents(int factors, int columns, int hidden) {
        return new WeightLayout(factors, columns, hidden).extents();
    }

    /** All weights, row-major, one after the other in the order of {@link #extents}. */
    public float[] weights() {
        float[] all = new float[weights.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) weights[i];
        }
        return all;
    }

    /** The same with names: {@code loadings[3,4]}, counted from 1. */
    public PointEstimate parameters() {
        return PointEstimate.of(layout.extents(), weights());
    }

    /** p(z_d = 1). */
    public double prior(int d) {
        return FactorModel.sigmoid(prior[d]);
    }

    /** The logit of p(z_d = 1). */
    double priorLogit(int d) {
        return prior[d];
    }

    /** b_p, or the rate l_p. */
    public double base(int p) {
        return base[p];
    }

    /** W_dp, or the rate v_dp. */
    public double loading(int d, int p) {
        return loadings[Objects.checkIndex(d, factors()) * columns.size() + Objects.checkIndex(p, columns.size())];
    }

    /**
     * How strongly a factor changes a column, from −1 to 1: {@code 2·sigmoid(W_dp) − 1}, twice what it adds to the probability of even odds; of
     * noisy-or the probability {@code 1 − exp(−v_dp)} with which it sets the column.
     */
    public double strength(int d, int p) {
        double probability = model.probability(loading(d, p));
        return model == FactorModel.SIGMOID ? 2 * probability - 1 : probability;
    }

    /**
     * log p(x, z).
     *
     * @param x zeros and ones, [P]
     * @param z zeros and ones, [D]
     */
    public double logJoint(double[] x, double[] z) {
        double sum = 0;
        for (int d = 0; d < factors(); d++) {
            sum -= FactorModel.softplus(z[d] > 0 ? -prior[d] : prior[d]);
        }
        for (int p = 0; p < columns.size(); p++) {
            double total = base[p];
            for (int d = 0; d < factors(); d++) {
                total += z[d] > 0 ? loading(d, p) : 0;
            }
            sum += model.logLikelihood(x[p] > 0, total);
        }
        return sum;
    }

    /** The encoder's q(z_d = 1 | x), [D]. */
    public double[] encode(double... x) {
        double[] logits = layout.part(weights, WeightLayout.BIAS);
        addProduct(logits, x, layout.part(weights, WeightLayout.INPUT));
        if (hidden() > 0) {
            double[] units = layout.part(weights, WeightLayout.HIDDEN_BIAS);
            addProduct(units, x, layout.part(weights, WeightLayout.HIDDEN_INPUT));
            Arrays.setAll(units, h -> StrictMath.tanh(units[h]));
            addProduct(logits, units, layout.part(weights, WeightLayout.OUTPUT));
        }
        Arrays.setAll(logits, d -> FactorModel.sigmoid(logits[d]));
        return logits;
    }

    /** {@code to += x·matrix}. */
    private static void addProduct(double[] to, double[] x, double[] matrix) {
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < to.length; j++) {
                to[j] += x[i] * matrix[i * to.length + j];
            }
        }
    }

    /**
     * The same model where no factor is on with more than a half: a sigmoid belief network says the same with on and off exchanged, {@code b + W
     * z = (b + W) − W (1 − z)}.
     */
    BinaryFactors turned() {
        if (model != FactorModel.SIGMOID) {
            return this;
        }
        double[] turned = weights.clone();
        int width = columns.size();
        int ofBase = factors();
        int ofLoadings = ofBase + width;
        int ofBias = ofLoadings + factors() * width;
        int ofInput = ofBias + factors();
        int ofOutput = weights.length - hidden() * factors();
        for (int d = 0; d < factors(); d++) {
            if (prior[d] <= 0) {
                continue;
            }
            turned[d] = -turned[d];
            turned[ofBias + d] = -turned[ofBias + d];
            for (int p = 0; p < width; p++) {
                turned[ofBase + p] = (float) (turned[ofBase + p] + loading(d, p));
                turned[ofLoadings + d * width + p] = -loading(d, p);
                turned[ofInput + p * factors() + d] = -turned[ofInput + p * factors() + d];
            }
            for (int h = 0; h < hidden(); h++) {
                turned[ofOutput + h * factors() + d] = -turned[ofOutput + h * factors() + d];
            }
        }
        return new BinaryFactors(model, columns, layout, turned);
    }

    /** The same model, its factors in another order. */
    BinaryFactors ordered(int[] order) {
        double[] moved = new double[weights.length];
        int from = 0;
        for (Map.Entry<String, int[]> each : layout.extents().entrySet()) {
            int[] extents = each.getValue();
            int last = extents[extents.length - 1];
            boolean rows = each.getKey().equals(WeightLayout.LOADINGS);
            boolean ofFactors = Set.of(WeightLayout.PRIOR, WeightLayout.BIAS, WeightLayout.INPUT, WeightLayout.OUTPUT)
                    .contains(each.getKey());
            int size = extents.length == 1 ? last : extents[0] * last;
            for (int i = 0; i < size; i++) {
                int row = i / last;
                int column = i % last;
                int source = rows ? order[row] * last + column : ofFactors ? row * last + order[column] : i;
                moved[from + i] = weights[from + source];
            }
            from += size;
        }
        return new BinaryFactors(model, columns, layout, moved);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BinaryFactors that
                && model == that.model
                && columns.equals(that.columns)
                && layout.equals(that.layout)
                && Arrays.equals(weights, that.weights);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(weights);
    }

    @Override
    public String toString() {
        return (model == FactorModel.SIGMOID ? "sigmoid belief network" : "noisy-or") + " of " + factors()
                + " binary factors over " + columns.size() + " columns";
    }
}
