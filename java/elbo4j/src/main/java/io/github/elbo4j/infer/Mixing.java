package io.github.elbo4j.infer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * R-hat and effective sample sizes of one number in several chains (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021). Chains are
 * split into halves, a draw in the middle left out, so that a chain that still moves disagrees with itself.
 *
 * <p>Of M halves of n draws with the mean W of their variances and the variance B of their means, {@code V = (n − 1)/n·W + B} estimates
 * the variance; R-hat is {@code √(V/W)}. The correlation at lag t is {@code rho_t = 1 − (W − c_t)/V}, c_t the mean over the halves of the
 * autocovariance whose sum is divided by n, and the effective sample size {@code M·n/(−1 + 2·Σ P_k)} with the sums of pairs {@code P_k =
 * rho_2k + rho_2k+1} as long as they are positive, made to fall (Geyer 1992), and at most {@code M·n·log10(M·n)}: draws that swing from
 * side to side count for more than independent ones. The correlation behind the last pair counts once, if it is positive.
 */
final class Mixing {
    private final double[][] chains; // [C][N]
    private final double[] sorted; // [C·N]
    private final double[] scores; // at twice a rank

    /**
     * Chains of a number.
     *
     * @param chains [C][N], from 4 draws on
     */
    Mixing(double[][] chains) {
        this(chains, scores(chains.length, chains[0].length));
    }

    /** @param scores {@link #scores} of all draws: the same for every number */
    Mixing(double[][] chains, double[] scores) {
        this.chains = chains;
        this.scores = scores;
        sorted = sorted(chains);
    }

    /** What a rank r among all halves becomes, {@code Phi^-1((r − 3/8)/(count + 1/4))} (Blom 1958), at 2·r: ties have the mean of their ranks. */
    static double[] scores(int chains, int draws) {
        int count = chains * (draws - draws % 2);
        double[] scores = new double[2 * count + 1];
        for (int twice = 2; twice <= 2 * count; twice++) {
            scores[twice] = StandardNormal.quantile((twice / 2.0 - 0.375) / (count + 0.25));
        }
        return scores;
    }

    /** How far the chains agree. */
    Convergence convergence() {
        double[][] normal = normalized(halves(chains));
        double centre = quantile(0.5);
        double rHat = rHat(normal);
        double ofWidth = rHat(normalized(halves(map(chains, x -> Math.abs(x - centre)))));
        return new Convergence(
                Math.max(rHat, ofWidth),
                effective(normal),
                Math.min(effectiveOfQuantile(0.05), effectiveOfQuantile(0.95)));
    }

    /**
     * The mean, the standard deviation and quantiles of all draws. The error of a mean is {@code sd/√ESS}, that of a standard deviation
     * {@code √((m4 − m2²)/ESS)/(2·√m2)} with the ESS of the squares and their moments m2 and m4, and a quantile's half the distance of those at {@code p
     * ± √(p·(1 − p)/ESS)} with the ESS of being below it.
     */
    Account.Entry entry(String name) {
        double mean = Arrays.stream(sorted).sum() / sorted.length;
        double second = moment(mean, 2);
        double sd = Math.sqrt(second * sorted.length / (sorted.length - 1));
        List<Double> quantiles = new ArrayList<>();
        List<Double> errors = new ArrayList<>();
        for (double p : Marginal.PROBABILITIES) {
            double e = Math.sqrt(p * (1 - p) / effectiveOfQuantile(p));
            quantiles.add(quantile(p));
            errors.add((quantile(Math.min(1, p + e)) - quantile(Math.max(0, p - e))) / 2);
        }
        double ofSquares = effective(x -> (x - mean) * (x - mean));
        return new Account.Entry(
                name,
                mean,
                sd / Math.sqrt(effective(x -> x)),
                sd,
                Math.sqrt((moment(mean, 4) - second * second) / ofSquares / second) / 2,
                quantiles,
                errors,
                convergence());
    }

    private double moment(double centre, int power) {
        double sum = 0;
        for (double x : sorted) {
            double square = (x - centre) * (x - centre);
            sum += power == 2 ? square : square * square;
        }
        return sum / sorted.length;
    }

    /** The effective sample size of the mean of a function of the draws, as they are. */
    double effective(DoubleUnaryOperator of) {
        return effective(halves(map(chains, of)));
    }

    double effectiveOfQuantile(double p) {
        double at = quantile(p);
        return effective(x -> x <= at ? 1 : 0);
    }

    /** Straight between the two nearest order statistics. */
    double quantile(double p) {
        double at = p * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    private double[][] normalized(double[][] values) {
        double[] order = sorted(values);
        return map(values, x -> {
            int below = first(order, x);
            boolean isAlone = below + 1 >= order.length || order[below + 1] > x;
            return scores[below + (isAlone ? below + 1 : first(order, Math.nextUp(x))) + 1];
        });
    }

    /** How many of sorted numbers are below x. */
    private static int first(double[] order, double x) {
        int low = 0;
        int high = order.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (order[middle] < x) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static double[] sorted(double[][] values) {
        double[] all = Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray();
        for (int i = 0; i < all.length; i++) {
            all[i] += 0.0; // −0 and 0 are one number
        }
        Arrays.sort(all);
        return all;
    }

    private static double[][] map(double[][] values, DoubleUnaryOperator of) {
        return Arrays.stream(values)
                .map(chain -> Arrays.stream(chain).map(of).toArray())
                .toArray(double[][]::new);
    }

    private static double[][] halves(double[][] values) {
        int n = values[0].length / 2;
        double[][] halves = new double[2 * values.length][];
        for (int c = 0; c < values.length; c++) {
            halves[2 * c] = Arrays.copyOf(values[c], n);
            halves[2 * c + 1] = Arrays.copyOfRange(values[c], values[c].length - n, values[c].length);
        }
        return halves;
    }

    /** NaN where no half moves. */
    private static double rHat(double[][] halves) {
        Variances of = new Variances(halves);
        return Math.sqrt(of.whole / of.within);
    }

    /** NaN where no half moves. */
    private static double effective(double[][] halves) {
        Variances of = new Variances(halves);
        if (!(of.whole > 0)) {
            return Double.NaN;
        }
        double count = (double) halves.length * halves[0].length;
        double even = 1;
        double pair = even + of.correlation(1);
        double least = pair;
        double sum = 0;
        for (int lag = 2; pair > 0 && lag < halves[0].length - 3; lag += 2) {
            least = Math.min(least, pair);
            sum += least;
            even = of.correlation(lag);
            pair = even + of.correlation(lag + 1);
        }
        double time = -1 + 2 * sum + Math.max(0, even);
        return count / Math.max(time, 1 / StrictMath.log10(count));
    }

    private static final class Variances {
        private final double[][] off; // from the mean of each half
        private final double within;
        private final double whole;

        Variances(double[][] halves) {
            int m = halves.length;
            int n = halves[0].length;
            double[] means = new double[m];
            off = new double[m][];
            double squares = 0;
            for (int i = 0; i < m; i++) {
                double mean = mean(halves[i]);
                means[i] = mean;
                off[i] = Arrays.stream(halves[i]).map(x -> x - mean).toArray();
                squares += product(off[i], 0);
            }
            within = squares / m / (n - 1);
            double centre = mean(means);
            double between = 0;
            for (double each : means) {
                between += (each - centre) * (each - centre);
            }
            whole = within * (n - 1) / n + between / (m - 1);
        }

        double correlation(int lag) {
            double sum = 0;
            for (double[] half : off) {
                sum += product(half, lag);
            }
            return 1 - (within - sum / off.length / off[0].length) / whole;
        }

        private static double product(double[] x, int lag) {
            double sum = 0;
            for (int i = lag; i < x.length; i++) {
                sum += x[i] * x[i - lag];
            }
            return sum;
        }

        private static double mean(double[] x) {
            double sum = 0;
            for (double each : x) {
                sum += each;
            }
            return sum / x.length;
        }
    }
}
