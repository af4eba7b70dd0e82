package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Key;
import java.util.ArrayList;
import java.util.List;

/**
 * The evidence of N independent rows of which each has a latent {@code z_n} of its own with finitely many values, such as the component
 * that it comes from: {@code log p(x) = Σ_n log Σ_z p(x_n, z)}, estimated and bounded from S draws for each row and their weights
 * {@code w_ns = p(x_n, z_ns)/r_n(z_ns)}.
 *
 * <p>Every estimate is the sum of those of the rows. Standard errors are added as those of independent numbers are, biases as they are.
 * The number of draws is that of a row; the effective number of draws is the mean over the rows; k-hat is what that
 * of nine rows in ten does not exceed, where that of a row of which a tenth of the draws counts or more is 0, since its weights are bounded and
 * equal ones repeat.
 */
public final class EvidenceOfRows {
    private static final double MOST_ROWS = 0.9;

    private final Draws draws;
    private final int largestGroup;
    private final List<Sum> sums; // of each bound
    private final List<Stage> stages = new ArrayList<>();
    private long rows;

    private record Stage(int draws, List<Sum> sums) {}

    /** Of estimates of the rows. */
    private static final class Sum {
        private double value;
        private double variance;
        private double effective;
        private final List<Double> kHats = new ArrayList<>();
        private double bias;

        void add(Estimate estimate) {
            value += estimate.value();
            variance += estimate.standardError() * estimate.standardError();
        }

        void add(EvidenceEstimate estimate) {
            add(estimate.estimate());
            effective += estimate.effectiveDraws();
            kHats.add(estimate.kHat());
            bias += estimate.bias();
        }

        Estimate estimate(long draws) {
            return new Estimate(value, Math.sqrt(variance), draws);
        }

        /** NaN is above all others. */
        double kHat() {
            List<Double> sorted = kHats.stream().sorted().toList();
            return sorted.get((int) Math.ceil(MOST_ROWS * sorted.size()) - 1);
        }
    }

    /**
     * How each row is drawn of.
     *
     * @param ofRow S, at least 2 and a whole group at least
     * @param key where the draws of all rows come from
     * @param bounds what to measure, as {@link Evidence} takes them
     */
    public record Draws(int ofRow, Key key, List<EvidenceBound> bounds) {
        public Draws {
            bounds = List.copyOf(bounds);
            if (ofRow < 2 || ofRow > Evidence.MOST_DRAWS) {
                throw new IllegalArgumentException("ofRow is " + ofRow + ", but must be from 2 to "
                        + Evidence.MOST_DRAWS + " for a standard error");
            }
        }
    }

    /**
     * Of rows that are to come.
     *
     * @throws IllegalArgumentException if the sizes of groups do not divide each other, or there are fewer draws than the largest has
     */
    public EvidenceOfRows(Draws draws) {
        this.draws = draws;
        sums = zeros();
        largestGroup = EvidenceSums.largestGroup(draws.bounds, draws.ofRow);
    }

    private List<Sum> zeros() {
        return draws.bounds.stream().map(bound -> new Sum()).toList();
    }

    /**
     * Another row.
     *
     * @param logRatios {@code log w_ns}, [S]
     */
    public void add(double[] logRatios) {
        if (logRatios.length != draws.ofRow) {
            throw new IllegalArgumentException(
                    "there are " + logRatios.length + " draws of a row, but must be " + draws.ofRow);
        }
        Evidence.Course course = new Evidence.Course(new EvidenceSums(draws.bounds, draws.ofRow, true), draws.ofRow);
        for (double each : logRatios) {
            course.add(each);
        }
        Evidence row = course.evidence();
        if (rows == 0) {
            row.course().forEach(stage -> stages.add(new Stage(stage.draws(), zeros())));
        }
        for (int i = 0; i < sums.size(); i++) {
            sums.get(i).add(row.estimates().get(i));
            for (int stage = 0; stage < stages.size(); stage++) {
                stages.get(stage)
                        .sums
                        .get(i)
                        .add(row.course().get(stage).estimates().get(i));
            }
        }
        rows++;
    }

    /** N, so far. */
    public long rows() {
        return rows;
    }

    /**
     * Of the rows so far.
     *
     * @throws IllegalStateException if there are none
     */
    public Evidence sum() {
        if (rows == 0) {
            throw new IllegalStateException("there are no rows");
        }
        List<EvidenceEstimate> all = new ArrayList<>();
        for (int i = 0; i < sums.size(); i++) {
            Sum sum = sums.get(i);
            EvidenceBound bound = draws.bounds.get(i);
            int used = bound.group() == 0 ? draws.ofRow : draws.ofRow - draws.ofRow % largestGroup;
            all.add(new EvidenceEstimate(bound, sum.estimate(used), sum.effective / rows, sum.kHat(), sum.bias));
        }
        return new Evidence(
                all,
                stages.stream()
                        .map(stage -> new Evidence.Stage(
                                stage.draws,
                                stage.sums.stream()
                                        .map(sum -> sum.estimate(stage.draws))
                                        .toList()))
                        .toList());
    }
}
