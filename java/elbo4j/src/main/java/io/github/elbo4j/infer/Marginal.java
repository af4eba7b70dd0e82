package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.estimate.Expectation;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.Model;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One number of a model on the user's scale, such as {@code tau} or {@code theta[3]}: its distribution under a posterior of the
 * coordinates.
 *
 * @param meanError the standard error of the mean; 0 where it is exact
 * @param quantiles at {@link #PROBABILITIES}
 * @param eitherSign whether it may be positive or negative, so that it says something on which side of zero it is
 */
public record Marginal(
        String name,
        double mean,
        double meanError,
        double standardDeviation,
        List<Double> quantiles,
        boolean eitherSign)
        implements Serializable {
    /** Of the quantiles. */
    public static final List<Double> PROBABILITIES = List.of(0.05, 0.25, 0.5, 0.75, 0.95);

    /** How many draws {@link #of(Model, Posterior, long)} takes. */
    public static final int DRAWS = 4096;

    public Marginal {
        quantiles = List.copyOf(quantiles);
    }

    /**
     * Of every parameter and report of a model. A coordinate itself has the posterior's own numbers; a value that rises or falls
     * with one coordinate, as {@code tau = exp(log tau)} does, has exact quantiles; all else is from {@value #DRAWS} draws,
     * which are functions of the seed alone.
     */
    public static List<Marginal> of(Model model, Posterior posterior, long seed) {
        if (posterior.dimensions() != model.dimensions()) {
            throw new IllegalArgumentException("the posterior has " + posterior.dimensions()
                    + " coordinates, but the model has " + model.dimensions());
        }
        double[][] draws = posterior.draws(new Key(seed).fork("marginals"), DRAWS);
        double[][] atQuantiles = new double[PROBABILITIES.size()][model.dimensions()];
        double[] index = new double[model.dimensions()];
        for (int i = 0; i < index.length; i++) {
            index[i] = i;
            for (int p = 0; p < atQuantiles.length; p++) {
                atQuantiles[p][i] = posterior.quantile(i, PROBABILITIES.get(p));
            }
        }
        List<Marginal> marginals = new ArrayList<>();
        for (String name : model.names()) {
            Expr value = model.value(name);
            List<String> names = model.elementNames(name);
            double[][] values = new double[names.size()][DRAWS];
            for (int s = 0; s < DRAWS; s++) {
                double[] elements = value.value(draws[s]);
                for (int i = 0; i < elements.length; i++) {
                    values[i][s] = elements[i];
                }
            }
            double[][] exact = exactQuantiles(value, atQuantiles);
            boolean eitherSign =
                    !value.range().isNotNegative() && !value.range().isNotPositive();
            for (int i = 0; i < values.length; i++) {
                marginals.add(
                        value.isParameter()
                                ? ofCoordinate(names.get(i), posterior, (int) value.value(index)[i])
                                : ofDraws(names.get(i), values[i], exact == null ? null : exact[i], eitherSign));
            }
        }
        return marginals;
    }

    /**
     * {@link #of(Model, Posterior, long)}, whose means and standard deviations are, where they are not exact, from other draws:
     * as many as one likes, made on a device by an {@link Expectation}. Quantiles are as there.
     *
     * @param draws from 2
     * @throws IllegalArgumentException if the posterior is neither a {@link GaussianPosterior} nor a {@link NormalMixture}
     * @throws IllegalStateException if a covariance is not positive definite
     */
    public static List<Marginal> of(Model model, Posterior posterior, long seed, Device device, long draws) {
        Expr[] drawn = model.names().stream()
                .map(model::value)
                .filter(value -> !value.isParameter())
                .toArray(Expr[]::new);
        List<Marginal> few = of(model, posterior, seed);
        if (drawn.length == 0) {
            return few;
        }
        Iterator<Moments> many = Moments.of(drawn, posterior, device, new Key(seed).fork("expectations"), draws)
                .iterator();
        List<Marginal> marginals = new ArrayList<>();
        for (String name : model.names()) {
            Expr value = model.value(name);
            for (int i = 0; i < value.size(); i++) {
                Marginal own = few.get(marginals.size());
                marginals.add(value.isParameter() ? own : own.with(many.next()));
            }
        }
        return marginals;
    }

    private record Moments(double mean, double error, double variance) {
        /** Of a mixture each component has its share of the draws. */
        static List<Moments> of(Expr[] drawn, Posterior posterior, Device device, Key key, long draws) {
            if (posterior instanceof GaussianPosterior normal) {
                return of(drawn, normal.gaussian(), device, key, draws);
            }
            if (!(posterior instanceof NormalMixture mixture)) {
                throw new IllegalArgumentException("the posterior is a "
                        + posterior.getClass().getSimpleName()
                        + ", but a device draws from a GaussianPosterior or a NormalMixture alone");
            }
            double[] weights = mixture.weights();
            List<List<Moments>> parts = new ArrayList<>();
            for (int k = 0; k < weights.length; k++) {
                long share = Math.max(2, Math.round(weights[k] * draws));
                parts.add(of(drawn, mixture.components().get(k), device, key.fork("component " + k), share));
            }
            return IntStream.range(0, parts.get(0).size())
                    .mapToObj(i -> together(
                            weights, parts.stream().map(part -> part.get(i)).toList()))
                    .toList();
        }

        private static List<Moments> of(Expr[] drawn, Gaussian q, Device device, Key key, long draws) {
            List<Moments> moments = new ArrayList<>();
            for (Estimate each : Expectation.of(drawn).under(device, q, key, draws)) {
                double error = each.standardError();
                moments.add(new Moments(each.value(), error, error * error * each.draws()));
            }
            return moments;
        }

        private static Moments together(double[] weights, List<Moments> parts) {
            double mean = 0;
            double errors = 0;
            for (int k = 0; k < weights.length; k++) {
                mean += weights[k] * parts.get(k).mean;
                errors += weights[k] * weights[k] * parts.get(k).error * parts.get(k).error;
            }
            double variance = 0;
            for (int k = 0; k < weights.length; k++) {
                double off = parts.get(k).mean - mean;
                variance += weights[k] * (parts.get(k).variance + off * off);
            }
            return new Moments(mean, Math.sqrt(errors), variance);
        }
    }

    /** The distribution of {@code shift + scale·x}, scale being positive. */
    Marginal affine(double shift, double scale) {
        return new Marginal(
                name,
                shift + scale * mean,
                scale * meanError,
                scale * standardDeviation,
                quantiles.stream().map(quantile -> shift + scale * quantile).toList(),
                eitherSign);
    }

    private Marginal with(Moments of) {
        return new Marginal(name, of.mean, of.error, Math.sqrt(of.variance), quantiles, eitherSign);
    }

    /**
     * Of every parameter and report of a model at a point: its value there, and by the delta method, {@code √(∇gᵀ·S·∇g)}, the
     * standard error that belongs to the covariance S of the coordinates. Quantiles are those of the normal, taken where the value
     * rises or falls with one coordinate, so that those of what is positive are.
     */
    public static List<Marginal> ofPoint(Model model, Posterior point) {
        int n = point.dimensions();
        double[] at = point.mean();
        double[] index = IntStream.range(0, n).mapToDouble(i -> i).toArray();
        double[][] atQuantiles = new double[PROBABILITIES.size()][n];
        for (int p = 0; p < atQuantiles.length; p++) {
            for (int i = 0; i < n; i++) {
                atQuantiles[p][i] = point.quantile(i, PROBABILITIES.get(p));
            }
        }
        List<Marginal> marginals = new ArrayList<>();
        for (String name : model.names()) {
            Expr value = model.value(name);
            List<String> names = model.elementNames(name);
            double[] there = value.value(at);
            double[][] slopes = slopes(value, point);
            double[][] exact = exactQuantiles(value, atQuantiles);
            boolean eitherSign =
                    !value.range().isNotNegative() && !value.range().isNotPositive();
            for (int i = 0; i < there.length; i++) {
                if (value.isParameter()) {
                    marginals.add(ofCoordinate(names.get(i), point, (int) value.value(index)[i]));
                    continue;
                }
                double sd = deltaMethod(slopes[i], point);
                List<Double> quantiles = new ArrayList<>();
                for (int p = 0; p < PROBABILITIES.size(); p++) {
                    quantiles.add(
                            exact == null
                                    ? there[i] + StandardNormal.quantile(PROBABILITIES.get(p)) * sd
                                    : exact[i][p]);
                }
                marginals.add(new Marginal(names.get(i), there[i], 0, sd, quantiles, eitherSign));
            }
        }
        return marginals;
    }

    /** By central differences in float64, [elements][D]. */
    private static double[][] slopes(Expr value, Posterior point) {
        int n = point.dimensions();
        double[][] slopes = new double[value.size()][n];
        for (int d = 0; d < n; d++) {
            double[] z = point.mean();
            double h = 1e-4 * point.standardDeviation(d);
            double centre = z[d];
            z[d] = centre + h;
            double up = z[d];
            double[] above = value.value(z);
            z[d] = centre - h;
            double[] below = value.value(z);
            for (int i = 0; i < above.length; i++) {
                slopes[i][d] = (above[i] - below[i]) / (up - z[d]);
            }
        }
        return slopes;
    }

    private static double deltaMethod(double[] slopes, Posterior point) {
        double variance = 0;
        for (int i = 0; i < slopes.length; i++) {
            for (int j = 0; j < slopes.length; j++) {
                variance += slopes[i] == 0 || slopes[j] == 0 ? 0 : slopes[i] * slopes[j] * point.covariance(i, j);
            }
        }
        return Math.sqrt(variance);
    }

    /**
     * Of independent draws.
     *
     * @param draws two or more
     */
    public static Marginal ofDraws(String name, double[] draws) {
        if (draws.length < 2) {
            throw new IllegalArgumentException("there must be two draws or more, but there are " + draws.length);
        }
        return ofDraws(name, draws, null, true);
    }

    /** {@code tau: mean 3.6 ± 0.05, sd 3.2, 90 % in 0.41 to 9.6}, without the error where there is none. */
    @Override
    public String toString() {
        String error = meanError > 0 ? String.format(Locale.ROOT, " ± %.2g", meanError) : "";
        return String.format(
                Locale.ROOT,
                "%s: mean %.3g%s, sd %.3g, 90 %% in %.3g to %.3g",
                name,
                mean,
                error,
                standardDeviation,
                quantiles.get(0),
                quantiles.get(quantiles.size() - 1));
    }

    private static double @Nullable [][] exactQuantiles(Expr value, double[][] atQuantiles) {
        int direction = value.direction();
        if (direction == 0) {
            return null;
        }
        double[][] quantiles = new double[value.size()][atQuantiles.length];
        for (int p = 0; p < atQuantiles.length; p++) {
            double[] at = value.value(atQuantiles[direction > 0 ? p : atQuantiles.length - 1 - p]);
            for (int i = 0; i < at.length; i++) {
                quantiles[i][p] = at[i];
            }
        }
        return quantiles;
    }

    private static Marginal ofCoordinate(String name, Posterior posterior, int i) {
        List<Double> quantiles =
                PROBABILITIES.stream().map(p -> posterior.quantile(i, p)).toList();
        return new Marginal(name, posterior.mean(i), 0, posterior.standardDeviation(i), quantiles, true);
    }

    private static Marginal ofDraws(String name, double[] values, double @Nullable [] exact, boolean eitherSign) {
        double mean = 0;
        for (double value : values) {
            mean += value / values.length;
        }
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        double sd = Math.sqrt(squares / (values.length - 1));
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        List<Double> quantiles = new ArrayList<>();
        for (int p = 0; p < PROBABILITIES.size(); p++) {
            quantiles.add(exact == null ? quantile(sorted, PROBABILITIES.get(p)) : exact[p]);
        }
        return new Marginal(name, mean, sd / Math.sqrt(values.length), sd, quantiles, eitherSign);
    }

    /** Between the two nearest order statistics. */
    private static double quantile(double[] sorted, double p) {
        double at = p * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
