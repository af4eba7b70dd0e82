package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.SmoothedWeights;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Draws of a fitted q with Pareto smoothed importance weights p/q (Vehtari, Simpson, Gelman, Yao and Gabry, JMLR 25, 2024): an answer
 * that is corrected for what q is not, as far as its draws reach. The draws and their densities are those that the fit is judged by.
 *
 * <p>With weights w that add up to 1 the mean of x is {@code m = Σ w·x}, its standard error {@code √Σ w²·(x − m)²} (self-normalized, by the
 * delta method); the variance {@code v = Σ w·(x − m)²/(1 − Σ w²)}, and the error of its root {@code √Σ w²·((x − m)² − v)² / (2·√v)}. A
 * quantile lies where the weights below it, half its own among them, add up to p, straight between draws; that sum has the error {@code
 * e = √Σ w²·(1[x ≤ quantile] − p)²}, and the quantile half the distance of those at {@code p − e} and {@code p + e}.
 *
 * <p>Weights that have a mean may give none to {@code x − m} or its square. So the Pareto shape of their products with these decides,
 * too ({@link MomentTail}): where it is surely beyond its limit, the mean or the standard deviation is NaN. Quantiles only ask for the weights'.
 *
 * <p>Errors are what they say where k-hat is below 0.5 or nearly all draws count alike. Else they are lower bounds: the largest weights, which
 * no draw has, leave a bias that no draw shows. Where the posterior is bent it is several such errors, and a few hundredths of a standard
 * deviation.
 */
public final class WeightedDraws extends AccountDraws {
    /** What their account is called. */
    public static final String NAME = "importance-weighted";

    /** Numbers that are held at most, 32 MiB: of more draws and parameters the first draws are taken. */
    private static final int MOST_NUMBERS = 1 << 22;
    /** An effective sample size of so many: a mean is then known to a twentieth of a standard deviation. */
    private static final int LEAST_EFFECTIVE = 400;
    /** Weights so uniform need no smoothing, and k-hat says nothing of them. */
    private static final double UNIFORM = 0.9;

    /** From here on errors are lower bounds, unless the weights are so uniform that their tail adds nothing. */
    private static final double SURE_K = 0.5;

    private static final double PLAIN = 0.99;
    /** What keeps draws of q, or their weights, from telling of the whole posterior. */
    private static final Set<Concern.Kind> UNSEEN = EnumSet.of(
            Concern.Kind.SEVERAL_MODES, Concern.Kind.FAR_MASS, Concern.Kind.PRECISION, Concern.Kind.NO_WEIGHTS);

    private final List<String> names;
    private final double[][] columns; // [D][S]
    private final SmoothedWeights weights; // [S]
    private final @Nullable List<MomentTail> squares; // of each coordinate, where they are known

    /**
     * Draws with their weights.
     *
     * @param names of the coordinates, [D]
     * @param columns the draws of each coordinate, [D][S]
     */
    WeightedDraws(List<String> names, double[][] columns, SmoothedWeights weights) {
        this(names, columns, weights, null);
    }

    /** @param squares {@link MomentTail#ofSquares} of each coordinate, and of more; null if they are not known */
    WeightedDraws(List<String> names, double[][] columns, SmoothedWeights weights, @Nullable List<MomentTail> squares) {
        this.names = List.copyOf(names);
        this.columns = columns;
        this.weights = weights;
        this.squares = squares;
    }

    /** How many of the draws of an assessment are kept: those that make the numbers as exact as {@link Marginal#of} has q's. */
    static int kept(Assessment of, int dimensions) {
        int most = Math.min(of.draws(), MOST_NUMBERS / dimensions);
        return (int) Math.min(most, Math.ceil(Marginal.DRAWS / of.efficiency()));
    }

    /**
     * Why the weights of a fit correct nothing, in a clause; null where they do: there is no concern that draws of q miss a part of the
     * posterior, k-hat is below {@code min(1 − 1/log10 S, 0.7)} or the weights are nearly uniform, and the effective sample size is 400 or
     * more.
     *
     * @param dimensions of q
     */
    public static @Nullable String refusal(Assessment assessment, int dimensions) {
        for (Concern concern : assessment.concerns()) {
            if (UNSEEN.contains(concern.kind())) {
                return concern.words();
            }
        }
        if (!(assessment.efficiency() >= UNIFORM) && !(assessment.kHat() < MomentTail.limit(assessment.draws()))) {
            return String.format(
                    Locale.ROOT,
                    "Pareto k-hat of the weights is %.3f, and must be below %.3f",
                    assessment.kHat(),
                    MomentTail.limit(assessment.draws()));
        }
        double effective = assessment.efficiency() * kept(assessment, dimensions);
        return effective >= LEAST_EFFECTIVE
                ? null
                : String.format(
                        Locale.ROOT,
                        "the effective sample size is %.0f, and must be %d or more",
                        effective,
                        LEAST_EFFECTIVE);
    }

    /** Whether the stated errors are more than lower bounds. */
    public static boolean areErrorsSure(Assessment assessment) {
        return assessment.kHat() < SURE_K || assessment.efficiency() >= PLAIN;
    }

    /** S. */
    public int size() {
        return weights.draws();
    }

    /** What the coordinates are called. */
    public List<String> names() {
        return names;
    }

    /** A draw of the coordinates, [D]. */
    public double[] draw(int s) {
        double[] z = new double[columns.length];
        Arrays.setAll(z, d -> columns[d][s]);
        return z;
    }

    /** The weight of a draw; all add up to 1. */
    public double weight(int s) {
        return weights.weight(s);
    }

    /** What they say of each coordinate. */
    @Override
    public List<Account.Entry> entries() {
        List<Account.Entry> entries = new ArrayList<>();
        for (int d = 0; d < columns.length; d++) {
            entries.add(entry(names.get(d), columns[d], squares == null ? null : squares.get(d)));
        }
        return entries;
    }

    /**
     * What they say of functions of the coordinates. Where there are many, the first draws that make {@value #MOST_NUMBERS} numbers of them
     * are taken.
     *
     * @param called what the functions are called, [K]
     * @param values of them at a draw, [D] to [K]
     */
    @Override
    public List<Account.Entry> entries(List<String> called, Function<double[], double[]> values) {
        int draws = Math.min(size(), MOST_NUMBERS / Math.max(1, called.size()));
        double[][] found = new double[called.size()][draws];
        for (int s = 0; s < draws; s++) {
            double[] at = values.apply(draw(s));
            for (int k = 0; k < found.length; k++) {
                found[k][s] = at[k];
            }
        }
        WeightedDraws first = new WeightedDraws(called, found, weights.first(draws));
        return first.entries();
    }

    @Override
    WeightedDraws affine(Standardization.Affine map) {
        return new WeightedDraws(names, affine(columns, map), weights);
    }

    private Account.Entry entry(String name, double[] x, @Nullable MomentTail ofSquares) {
        double mean = 0;
        for (int s = 0; s < x.length; s++) {
            mean += weight(s) == 0 ? 0 : weight(s) * x[s];
        }
        double variance = weights.variance(x);
        double sd = Math.sqrt(variance);
        double[] off = MomentTail.off(x, weights);
        double ofMean = 0;
        double ofVariance = 0;
        for (int s = 0; s < x.length; s++) {
            ofMean += square(weight(s) * off[s]);
            ofVariance += square(weight(s) * (off[s] * off[s] - variance));
        }
        double sdError = variance == 0 ? 0 : Math.sqrt(ofVariance) / (2 * sd);
        MomentTail squared = ofSquares == null ? MomentTail.of(off, weights, 2) : ofSquares;
        boolean hasVariance = !squared.isUnknown();
        boolean hasMean = hasVariance || !MomentTail.of(off, weights, 1).isUnknown();
        List<Double> quantiles = new ArrayList<>();
        List<Double> errors = new ArrayList<>();
        quantiles(x, order(off), quantiles, errors);
        return new Account.Entry(
                name,
                hasMean ? mean : Double.NaN,
                hasMean ? Math.sqrt(ofMean) : Double.NaN,
                hasVariance ? sd : Double.NaN,
                hasVariance ? sdError : Double.NaN,
                quantiles,
                errors);
    }

    private static double square(double x) {
        return x * x;
    }

    /** The draws that have weight in the order of what they are off the mean, which is rounded to 30 bits. */
    private int[] order(double[] off) {
        long[] keys = new long[off.length];
        int count = 0;
        for (int s = 0; s < off.length; s++) {
            if (weight(s) > 0) {
                long bits = Double.doubleToLongBits(off[s]);
                keys[count++] =
                        ((bits ^ (bits >> 63 & Long.MAX_VALUE)) & -MOST_NUMBERS) | s; // a draw's number has 22 bits
            }
        }
        int[] order = new int[count];
        long[] sorted = RadixSort.sorted(keys, count, Integer.numberOfTrailingZeros(MOST_NUMBERS));
        for (int i = 0; i < count; i++) {
            order[i] = (int) (sorted[i] & MOST_NUMBERS - 1);
        }
        return order;
    }

    private void quantiles(double[] x, int[] order, List<Double> quantiles, List<Double> errors) {
        double[] sorted = new double[order.length];
        double[] below = new double[order.length]; // the weights below each, half its own among them
        double[] squaresTo = new double[order.length + 1]; // of the weights, before each
        double sum = 0;
        for (int i = 0; i < order.length; i++) {
            double weight = weight(order[i]);
            sorted[i] = x[order[i]];
            below[i] = sum + weight / 2;
            sum += weight;
            squaresTo[i + 1] = squaresTo[i] + weight * weight;
        }
        for (double p : Marginal.PROBABILITIES) {
            double quantile = at(sorted, below, p);
            int found = Arrays.binarySearch(sorted, quantile);
            double under = squaresTo[found >= 0 ? found + 1 : -found - 1];
            double e = Math.sqrt(square(1 - p) * under + square(p) * (squaresTo[order.length] - under));
            quantiles.add(quantile);
            errors.add((at(sorted, below, p + e) - at(sorted, below, p - e)) / 2);
        }
    }

    /** Straight between neighbours, and the first or the last beyond them. */
    private static double at(double[] sorted, double[] below, double p) {
        int found = Arrays.binarySearch(below, p);
        int above = found >= 0 ? found : -found - 1;
        if (above == 0 || above == sorted.length) {
            return sorted[Math.min(above, sorted.length - 1)];
        }
        double share = (p - below[above - 1]) / (below[above] - below[above - 1]);
        return sorted[above - 1] + share * (sorted[above] - sorted[above - 1]);
    }
}
