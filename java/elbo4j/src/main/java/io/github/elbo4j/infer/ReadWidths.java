package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.SmoothedWeights;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How wide that is which is read in the place of a coordinate: tau, where log tau is fitted. The standard deviation of log tau may be wrong by what lies at
 * tau next to 0, where tau hardly differs; then that of tau, which is all that is read, is right.
 *
 * @param numbers what is read of draws
 * @param hidden coordinates that are not read themselves
 * @param smoothed weights of the draws
 * @param truncated weights of the draws, as of {@link WeightedChange}
 */
@SuppressWarnings("ArrayRecordComponent") // of the caller's own
record ReadWidths(DrawnNumbers numbers, Set<Integer> hidden, SmoothedWeights smoothed, double[] truncated) {
    /**
     * What is read in the place of a hidden coordinate, if it is known to be as wide under the weights as under q, up to a usable ratio: by two errors of the
     * ratio, and by what may lie {@linkplain UnseenTail beyond} the draws of either.
     *
     * @return none if that is not known
     */
    Optional<WeightedChange> surelyUsable(int coordinate) {
        if (!hidden.contains(coordinate) || !UnseenTail.isShown(numbers.draws())) {
            return Optional.empty();
        }
        int size = numbers.columns().length;
        return IntStream.range(size, numbers.size())
                .filter(i -> isMonotone(numbers.column(coordinate), numbers.column(i)))
                .boxed()
                .findFirst()
                .flatMap(this::usable);
    }

    private Optional<WeightedChange> usable(int i) {
        double[] x = numbers.column(i);
        List<WeightedChange> changes = WeightedChange.of(List.of(numbers.name(i)), new double[][] {x}, truncated);
        if (changes.isEmpty()) {
            return Optional.empty();
        }
        WeightedChange change = changes.get(0);
        double log = StrictMath.log(change.ratio());
        double error = Evaluation.Z * change.ratioError();
        double most = StrictMath.log(Evaluation.USABLE_RATIO);
        boolean wider = log + error + StrictMath.log(UnseenTail.factor(x, smoothed)) <= most;
        boolean narrower = error - log + StrictMath.log(UnseenTail.factor(x, SmoothedWeights.equal(x.length))) <= most;
        return wider && narrower ? Optional.of(change) : Optional.empty();
    }

    /** Whether y goes up with every step of x, or down with every one. */
    private static boolean isMonotone(double[] x, double[] y) {
        Integer[] order = IntStream.range(0, y.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(s -> x[s]));
        double way = 0;
        for (int s = 1; s < order.length; s++) {
            double step = x[order[s]] - x[order[s - 1]];
            double up = Math.signum(y[order[s]] - y[order[s - 1]]);
            way = way == 0 ? up : way;
            boolean follows = step == 0 ? up == 0 : up != 0 && up == way; // NaN does not
            if (!follows) {
                return false;
            }
        }
        return way != 0;
    }
}
