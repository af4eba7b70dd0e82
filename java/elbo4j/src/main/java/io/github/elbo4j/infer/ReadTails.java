package io.github.elbo4j.infer;

import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.model.Quantities;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * The standard deviation of what is read in the place of a coordinate, {@code tau = exp(u)}, where it is made beyond the draws: under an exponential
 * tail of u, which is a power of tau, all weights may be alike. Up to R standard deviations draws tell p and q; further out q is its normal, and p falls as
 * it does along the {@linkplain LineScan.Line line} of u, from the weight w of the draws in the last standard deviation before R:
 *
 * <p>{@code E_p[f(tau); u > R] = w(R − 1, R)·∫_R^40 f(tau)·p(u) du / ∫_{R−1}^R p(u) du}.
 *
 * <p>A line has the level of the posterior only where others are as wide as at the mean; so it is put right up to R, and where the draws of the last two standard
 * deviations fall faster than it does, so much faster it falls beyond, too. Both variances are sums over the
 * same draws and places: the same where p is q.
 *
 * @param weights of the draws, of any sum
 */
@SuppressWarnings("ArrayRecordComponent") // of the caller's own
record ReadTails(DrawnNumbers numbers, Quantities quantities, double[] weights) {
    /** So many draws of a normal are beyond R or more. */
    private static final int BEYOND = 32;
    /** Of fewer draws R is not known. */
    private static final int LEAST_DRAWS = 256;
    /** Draws that show whether a quantity is a function of a coordinate: one of others is in its order once in 32!/2. */
    private static final int SHOWN = 32;

    /** None, or one: of the quantity that is wider under p than under q by the largest ratio. */
    List<Concern> concerns(List<LineScan.Line> lines, DrawSource q) {
        if (numbers.draws() < LEAST_DRAWS) {
            return List.of();
        }
        double[][] read = read(q);
        double largest = 1;
        Concern found = null;
        for (LineScan.Line line : lines) {
            int d = line.parameter();
            int[] order = quantities.hidden().contains(d) ? order(numbers.column(d)) : new int[0];
            for (int k = 0; k < read.length && order.length > 0; k++) {
                double[] y = numbers.values()[k];
                double ratio = 1;
                if (isMonotone(y, order)) {
                    ratio = Along.of(q, d, numbers.column(d), y, read[k]).ratio(weights, line.logP());
                }
                if (ratio > largest && ratio > Evaluation.GOOD_RATIO * told(k)) {
                    largest = ratio;
                    found = concern(d, k, ratio);
                }
            }
        }
        return found == null ? List.of() : List.of(found);
    }

    /** The ratio of standard deviations that the weights of draws surely tell by themselves, of which there is a concern of its own. */
    private double told(int k) {
        List<WeightedChange> changes =
                WeightedChange.of(List.of(numbers.called().get(k)), new double[][] {numbers.values()[k]}, weights);
        return changes.stream()
                .mapToDouble(change -> change.ratio() * StrictMath.exp(-Evaluation.Z * change.ratioError()))
                .reduce(1, Math::max);
    }

    private Concern concern(int d, int k, double ratio) {
        boolean isWhole = numbers.columns().length == 1; // else the line may fall more slowly than the posterior
        String name = numbers.called().get(k);
        String words = String.format(
                Locale.ROOT,
                "beyond the draws the posterior falls so slowly along %s that the standard deviation of %s may be %.3g times that of q",
                numbers.name(d),
                name,
                ratio);
        Verdict verdict = isWhole && ratio > Evaluation.USABLE_RATIO ? Verdict.DO_NOT_TRUST : Verdict.USABLE;
        return new Concern(Concern.Kind.UNKNOWN_WIDTH, verdict, name, words);
    }

    /** What is read at each place of all lines at once, which is right for a function of one coordinate: [K][places]. */
    private double[][] read(DrawSource q) {
        double[][] read = new double[numbers.called().size()][LineScan.size()];
        double[] z = new double[numbers.columns().length];
        for (int i = 0; i < LineScan.size(); i++) {
            double t = LineScan.place(i);
            Arrays.setAll(z, d -> q.mean(d) + t * q.standardDeviation(d));
            double[] values = valuesAt(z);
            for (int k = 0; k < read.length; k++) {
                read[k][i] = values[k];
            }
        }
        return read;
    }

    private double[] valuesAt(double[] z) {
        try {
            return quantities.values().apply(z);
        } catch (DeviceException | CancellationException e) {
            throw e;
        } catch (RuntimeException e) { // the user's own function does not allow such values
            double[] none = new double[numbers.called().size()];
            Arrays.fill(none, Double.NaN);
            return none;
        }
    }

    private static int[] order(double[] x) {
        return IntStream.range(0, SHOWN)
                .boxed()
                .sorted(Comparator.comparingDouble(s -> x[s]))
                .mapToInt(s -> s)
                .toArray();
    }

    /** Whether y rises, or falls, all the way. */
    private static boolean isMonotone(double[] y, int[] order) {
        double way = Math.signum(y[order[1]] - y[order[0]]);
        return IntStream.range(1, SHOWN).allMatch(s -> way * (y[order[s]] - y[order[s - 1]]) > 0);
    }

    /**
     * One quantity along one coordinate.
     *
     * @param t the coordinate of each draw, in standard deviations of q from its mean
     * @param y the quantity of each draw
     * @param read the quantity at each place
     * @param reach R, in the middle of two places
     */
    private record Along(double[] t, double[] y, double[] read, double reach) {
        /** A number so large has no square. */
        private static final double LARGEST = 1e100;
        /** A density that rises so much from R on, in nats, is no tail, and scans tell of it. */
        private static final double STEEPEST = 200;

        static Along of(DrawSource q, int d, double[] x, double[] y, double[] read) {
            double[] t = new double[x.length];
            Arrays.setAll(t, s -> (x[s] - q.mean(d)) / q.standardDeviation(d));
            double end = StandardNormal.quantile(1 - (double) BEYOND / t.length);
            return new Along(t, y, read, Math.floor(2 * end - 0.5) / 2 + 0.25);
        }

        /** The standard deviation under p over that under q. */
        double ratio(double[] weights, double[] logP) {
            double[] same = new double[t.length];
            Arrays.fill(same, 1);
            double[] logQ = new double[LineScan.size()];
            Arrays.setAll(logQ, i -> -LineScan.place(i) * LineScan.place(i) / 2);
            return Math.sqrt(variance(weights, logP) / variance(same, logQ));
        }

        private double variance(double[] weights, double[] logDensity) {
            Sums sums = new Sums(read[LineScan.size() / 2]);
            for (int s = 0; s < t.length; s++) {
                if (Math.abs(t[s]) <= reach) {
                    sums.add(weights[s], y[s]);
                }
            }
            addBeyond(-1, weights, logDensity, sums);
            addBeyond(1, weights, logDensity, sums);
            return sums.variance();
        }

        private void addBeyond(int sign, double[] weights, double[] logDensity, Sums sums) {
            double level = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < read.length; i++) {
                level = isIn(sign * LineScan.place(i), reach) && logDensity[i] > level ? logDensity[i] : level;
            }
            if (level == Double.NEGATIVE_INFINITY) {
                return; // p ends before R
            }
            double[] mass = new double[read.length];
            for (int i = 0; i < read.length; i++) {
                // NaN counts as no mass, as in a scan
                double log =
                        logDensity[i] > Double.NEGATIVE_INFINITY ? logDensity[i] - level : Double.NEGATIVE_INFINITY;
                mass[i] = StrictMath.exp(Math.min(log, STEEPEST)) * LineScan.width(i);
            }
            Window last = window(sign, reach, weights, mass);
            double fall = last.fallSince(window(sign, reach - 1, weights, mass));
            for (int i = 0; i < read.length; i++) {
                double beyond = sign * LineScan.place(i) - reach;
                if (beyond > 0 && Math.abs(read[i]) <= LARGEST) {
                    double steeper = StrictMath.exp(-fall * (beyond + 0.5)); // from the middle of the last window on
                    sums.add(last.drawn / last.line * mass[i] * steeper, read[i]);
                }
            }
        }

        private Window window(int sign, double end, double[] weights, double[] mass) {
            double drawn = 0;
            double squares = 0;
            for (int s = 0; s < t.length; s++) {
                double weight = isIn(sign * t[s], end) ? weights[s] : 0;
                drawn += weight;
                squares += weight * weight;
            }
            double line = 0;
            for (int i = 0; i < read.length; i++) {
                line += isIn(sign * LineScan.place(i), end) ? mass[i] : 0;
            }
            return new Window(drawn, squares, line);
        }

        private static boolean isIn(double far, double end) {
            return far > end - 1 && far <= end;
        }
    }

    /**
     * A standard deviation of a line.
     *
     * @param drawn the weight of the draws there
     * @param squares the sum of their weights' squares
     * @param line p along the line, summed
     */
    private record Window(double drawn, double squares, double line) {
        /** By how many nats p surely falls more from one to this than its line; 0 where draws do not tell. */
        double fallSince(Window before) {
            double error = Math.sqrt(squares / (drawn * drawn) + before.squares / (before.drawn * before.drawn));
            double fall = StrictMath.log(before.drawn / before.line * line / drawn) - Evaluation.Z * error;
            return fall > 0 && fall < Double.POSITIVE_INFINITY ? fall : 0;
        }
    }

    /** Of masses, and of these times a number and its square. */
    private static final class Sums {
        private final double centre; // keeps the sums from cancelling
        private double mass;
        private double first;
        private double second;

        Sums(double centre) {
            this.centre = centre;
        }

        void add(double more, double y) {
            double off = y - centre;
            mass += more;
            first += more * off;
            second += more * off * off;
        }

        double variance() {
            double mean = first / mass;
            return second / mass - mean * mean;
        }
    }
}
