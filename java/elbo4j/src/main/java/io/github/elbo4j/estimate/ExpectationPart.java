package io.github.elbo4j.estimate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a part of the draws adds to an {@link Expectation}. Parts may be made on any machines and merged in any grouping; it keeps the
 * sums of each {@value #DRAWS} draws, 16 bytes for each element, which are added in the order of the draws in the end.
 */
public final class ExpectationPart implements Serializable {
    /** Draws may be cut at multiples of so many. */
    public static final int DRAWS = Expectation.WAVE;

    private static final long serialVersionUID = 1;

    private final double[] centre;
    private final long first;
    private final long count;
    private final ArrayList<double[]> sums; // of each wave, [2·width]

    ExpectationPart(double[] centre, long first, long count, List<double[]> sums) {
        this.centre = centre.clone();
        this.first = first;
        this.count = count;
        this.sums = new ArrayList<>(sums);
    }

    /**
     * Of both.
     *
     * @param next the part that begins where this one ends
     * @throws IllegalArgumentException if it begins elsewhere, or its sums are about another centre
     */
    public ExpectationPart merge(ExpectationPart next) {
        if (next.first != first + count) {
            throw new IllegalArgumentException(
                    "next begins at draw " + next.first + ", but this part ends before draw " + (first + count));
        }
        if (!Arrays.equals(centre, next.centre)) {
            throw new IllegalArgumentException("the parts have different centres, but must share one");
        }
        ArrayList<double[]> both = new ArrayList<>(sums);
        both.addAll(next.sums);
        return new ExpectationPart(centre, first, count + next.count, both);
    }

    /** The number of its first draw. */
    public long first() {
        return first;
    }

    /** How many draws it is of. */
    public long count() {
        return count;
    }

    /**
     * Of the whole, where its parts have been put together: one for each element.
     *
     * @throws IllegalStateException if the first draws are missing
     */
    public List<Estimate> estimates() {
        if (first != 0) {
            throw new IllegalStateException("the part begins at draw " + first + ", so those before it are missing");
        }
        double[] all = new double[2 * centre.length];
        sums.forEach(wave -> Expectation.add(all, wave));
        return Expectation.estimates(centre, all, count);
    }
}
