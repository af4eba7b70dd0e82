package io.github.elbo4j.estimate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sums of {@link EvidenceBound}s over log ratios that come one after the other. Float64, in their order, by {@code StrictMath}: the
 * same bits everywhere. Memory grows with the root of their number, by the tail that k-hat takes.
 */
final class EvidenceSums {
    /** Where the weights are this uniform, k-hat means nothing. */
    private static final double UNIFORM = 0.9;

    private static final double FINITE_VARIANCE = 0.5;

    /**
     * Of a z with finitely many values weights are bounded, and equal ones repeat, so that their tail has no shape: where such a share of the
     * draws counts, k-hat is not asked.
     */
    private static final double ENOUGH = 0.1;

    private final boolean discrete;
    private final List<Sum> sums = new ArrayList<>();
    private final double[] powers; // distinct ones
    private final LogMean[] means; // of each power, over all draws
    private final Largest largest;
    private final int grouped; // draws that are in groups: whole ones of the largest
    private long count;

    /** @param draws how many will come */
    EvidenceSums(List<EvidenceBound> bounds, int draws) {
        this(bounds, draws, false);
    }

    /** @param discrete whether z has finitely many values: where a tenth of the draws counts or more, k-hat is then 0 */
    EvidenceSums(List<EvidenceBound> bounds, int draws, boolean discrete) {
        this.discrete = discrete;
        int most = largestGroup(bounds, draws);
        grouped = draws - draws % most;
        powers = bounds.stream()
                .mapToDouble(EvidenceBound::power)
                .sorted()
                .distinct()
                .toArray();
        means = new LogMean[powers.length];
        Arrays.setAll(means, i -> new LogMean());
        for (EvidenceBound bound : bounds) {
            sums.add(new Sum(bound, means[Arrays.binarySearch(powers, bound.power())]));
        }
        largest = new Largest(ParetoShape.tail(draws) + 1);
    }

    /**
     * The largest group, or 1. Smaller ones must be whole parts of it, or the bounds would not be of the same draws.
     *
     * @throws IllegalArgumentException if they are not, or there are fewer draws
     */
    static int largestGroup(List<EvidenceBound> bounds, int draws) {
        int[] groups = bounds.stream()
                .mapToInt(EvidenceBound::group)
                .filter(k -> k > 0)
                .sorted()
                .toArray();
        for (int i = 1; i < groups.length; i++) {
            if (groups[i] % groups[i - 1] != 0) {
                throw new IllegalArgumentException("groups of " + groups[i - 1] + " draws do not make up groups of "
                        + groups[i] + "; each number must divide the next");
            }
        }
        int most = groups.length == 0 ? 1 : groups[groups.length - 1];
        if (most > draws) {
            throw new IllegalArgumentException(
                    "draws is " + draws + ", but must be at least " + most + ", the draws of a group");
        }
        return most;
    }

    void add(double f) {
        for (int i = 0; i < powers.length; i++) {
            means[i].add(powers[i] * f);
        }
        largest.add(f);
        if (count < grouped) {
            for (Sum sum : sums) {
                sum.add(f);
            }
        }
        count++;
    }

    /** The estimates of the draws so far. */
    List<Estimate> estimates() {
        return sums.stream().map(Sum::estimate).toList();
    }

    /** The same with all that says how far to trust them. */
    List<EvidenceEstimate> result() {
        double[] tail = largest.sorted();
        return sums.stream().map(sum -> sum.result(tail, discrete)).toList();
    }

    private static final class Sum {
        private final EvidenceBound bound;
        private final LogMean mean; // over all draws
        private final LogMean group = new LogMean();
        private final Mean values = new Mean(); // of the groups
        private double effective; // of the groups

        Sum(EvidenceBound bound, LogMean mean) {
            this.bound = bound;
            this.mean = mean;
        }

        void add(double f) {
            if (bound.group() == 0) {
                return;
            }
            group.add(bound.power() * f);
            if (group.count() == bound.group()) {
                values.add(group.value() / bound.power());
                effective += group.effective();
                group.clear();
            }
        }

        Estimate estimate() {
            if (bound.group() > 0) {
                return values.estimate(bound.group());
            }
            double error = Math.sqrt(mean.relativeVariance() / mean.count());
            return new Estimate(mean.value() / bound.power(), error / bound.power(), mean.count());
        }

        EvidenceEstimate result(double[] tail, boolean discrete) {
            double kHat = discrete && mean.effective() >= ENOUGH * mean.count() ? 0 : kHat(tail);
            boolean known = kHat < FINITE_VARIANCE || mean.effective() >= UNIFORM * mean.count();
            long k = bound.group() == 0 ? mean.count() : bound.group();
            double bias = known ? -mean.relativeVariance() / (2 * k * bound.power()) : Double.NaN;
            return new EvidenceEstimate(
                    bound, estimate(), bound.group() == 0 ? mean.effective() : effective, kHat, bias);
        }

        private double kHat(double[] tail) {
            double[] powers = tail.clone();
            for (int i = 0; i < powers.length; i++) {
                powers[i] *= bound.power();
            }
            return ParetoShape.ofLargest(powers);
        }
    }
}
