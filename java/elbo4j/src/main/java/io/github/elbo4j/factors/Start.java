package io.github.elbo4j.factors;

import io.github.elbo4j.device.Key;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Where training begins. Small random weights would not do: a model that explains each column by itself is where the gradient of everything else
 * nearly vanishes, and a fit that begins near it stays there. So each factor begins at a row of the data: it raises the columns that are on in
 * this row, and the encoder has it on in rows that are alike.
 */
final class Start {
    /** The share of rows in which a factor is on, and of them all so many in a row. */
    private static final double MOST_ON = 0.33;

    private static final double FACTORS_ON = 3;
    /** The standard deviation over the rows of the logits of q. */
    private static final double SPREAD = 2;

    private final Map<String, double[]> weights = new HashMap<>();

    private final WeightLayout layout;

    Start(FactorModel model, WeightLayout layout, BinaryData data, Key key) {
        double on = Math.min(MOST_ON, FACTORS_ON / layout.factors());
        double logit = StrictMath.log(on / (1 - on));
        this.layout = layout;
        SplittableRandom random = new SplittableRandom(key.seed());
        int factors = layout.factors();
        int width = layout.columns();
        double[] means = data.means();
        double[] shares = new double[width]; // as if there were a row more of each value
        Arrays.setAll(shares, p -> (means[p] * data.rows() + 1) / (data.rows() + 2));
        double[] base = new double[width];
        Arrays.setAll(base, p -> model.total(shares[p]));
        double[] loadings = new double[factors * width];
        double[] bias = new double[factors];
        double[] input = new double[width * factors];
        for (int d = 0; d < factors; d++) {
            double[] like = data.row(random.nextInt(data.rows()));
            for (int p = 0; p < width; p++) {
                loadings[d * width + p] = model.start(like[p], shares[p], factors * on);
            }
            encode(d, like, data, means, logit, bias, input);
        }
        for (int p = 0; p < width; p++) {
            double explained = 0;
            for (int d = 0; d < factors; d++) {
                explained += on * loadings[d * width + p];
            }
            base[p] = model.coordinate(model.remaining(base[p], explained));
        }
        weights.put(WeightLayout.PRIOR, filled(factors, logit));
        weights.put(WeightLayout.BASE, base);
        weights.put(
                WeightLayout.LOADINGS,
                Arrays.stream(loadings).map(model::coordinate).toArray());
        weights.put(WeightLayout.BIAS, bias);
        weights.put(WeightLayout.INPUT, input);
        int hidden = layout.hidden();
        double[] more = new double[width * hidden];
        double within = StrictMath.sqrt(3.0 / width); // a variance of 1/width
        Arrays.setAll(more, i -> within * (2 * random.nextDouble() - 1));
        weights.put(WeightLayout.HIDDEN_INPUT, more);
        weights.put(WeightLayout.HIDDEN_BIAS, new double[hidden]);
        weights.put(WeightLayout.OUTPUT, new double[hidden * factors]);
    }

    /** Logits of factor d that rise with the likeness of a row and this one, (x − m)·(like − m), in its standard deviations over the rows. */
    private static void encode(
            int d, double[] like, BinaryData data, double[] means, double logit, double[] bias, double[] input) {
        int width = means.length;
        int factors = bias.length;
        double sum = 0;
        double squares = 0;
        for (int n = 0; n < data.rows(); n++) {
            double likeness = 0;
            for (int p = 0; p < width; p++) {
                likeness += data.values()[n * width + p] * (like[p] - means[p]);
            }
            sum += likeness;
            squares += likeness * likeness;
        }
        double mean = sum / data.rows();
        double sd = StrictMath.sqrt(Math.max(0, squares / data.rows() - mean * mean));
        double scale = sd > 0 ? SPREAD / sd : 0;
        // The mean of sigmoid(N(m, s²)) is nearly sigmoid(m/√(1 + πs²/8)).
        bias[d] = logit * StrictMath.sqrt(1 + Math.PI * SPREAD * SPREAD / 8) - scale * mean;
        for (int p = 0; p < width; p++) {
            input[p * factors + d] = scale * (like[p] - means[p]);
        }
    }

    private static double[] filled(int size, double value) {
        double[] all = new double[size];
        Arrays.fill(all, value);
        return all;
    }

    /** As the layout has them. */
    double[] all() {
        return layout.extents().keySet().stream()
                .flatMapToDouble(name -> Arrays.stream(Objects.requireNonNull(weights.get(name))))
                .toArray();
    }
}
