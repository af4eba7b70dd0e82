package io.github.elbo4j.infer;

import io.github.elbo4j.family.Family;
import java.util.Arrays;

/** A family that {@link FixedDraws} fits, and how many draws it takes. */
enum FixedFamily {
    /** Independent normals, and linear response. */
    MEAN_FIELD {
        @Override
        Family family() {
            return Family.meanField();
        }

        @Override
        int leastPairs(int dimensions) {
            return FixedDraws.BLOCKS;
        }

        @Override
        int mostPairs(int dimensions) {
            return dimensions <= FixedDraws.MOST_RESPONSES ? FixedDraws.MOST_PAIRS : FixedDraws.MOST_INDEPENDENT_PAIRS;
        }

        @Override
        int mostWeights() {
            return FreshDraws.MOST;
        }

        @Override
        FixedElbo<?> elbo(PointVisits visits, float[] normals, int pairs, StartNormal around) {
            return new PairedDraws(visits, normals, pairs, around);
        }

        @Override
        void check(int pairs, int dimensions) {}
    },

    /** Normals of any covariance. */
    FULL_RANK {
        @Override
        Family family() {
            return Family.fullRank();
        }

        /** S = 4·D draws and their opposites among them, where there are not more by default. */
        @Override
        int leastPairs(int dimensions) {
            return (2 * dimensions + FixedDraws.BLOCKS - 1) / FixedDraws.BLOCKS * FixedDraws.BLOCKS;
        }

        @Override
        int mostPairs(int dimensions) {
            return (int) Math.min(FixedDraws.MOST_PAIRS, CURVATURES / ((long) dimensions * (dimensions + 1)));
        }

        /** About as many as a fit by stochastic ascent has: of few draws k-hat is too large more often than not. */
        @Override
        int mostWeights() {
            return 4 * FreshDraws.MOST;
        }

        @Override
        FixedElbo<?> elbo(PointVisits visits, float[] normals, int pairs, StartNormal around) {
            return new FullRankDraws(visits, FullRankDraws.widened(normals, pairs * visits.dimensions()), around);
        }

        @Override
        void check(int pairs, int dimensions) {
            if (dimensions > FixedDraws.MOST_FULL_RANK) {
                throw new IllegalArgumentException("the joint has " + dimensions
                        + " dimensions, but a full-rank Gaussian by fixed draws is for " + FixedDraws.MOST_FULL_RANK
                        + " at most: it takes 4·D draws at least, and of each the curvature of log p, D²/2 numbers; take"
                        + " the mean-field family, or Sgvi");
            }
            if (pairs != 0 && pairs < 2 * dimensions) {
                throw new IllegalArgumentException("pairs is " + pairs + ", " + 2 * pairs
                        + " draws, but must be " + leastPairs(dimensions) + " or more for a full-rank Gaussian of "
                        + dimensions
                        + " dimensions, 4·D draws or more: of fewer the best covariance is of the draws more"
                        + " than of the posterior, and below 2·D the ELBO has no bound; take more, leave them to be"
                        + " chosen, or take the mean-field family");
            }
            long most = CURVATURES / ((long) dimensions * (dimensions + 1));
            if (pairs > most) {
                throw new IllegalArgumentException("pairs is " + pairs + ", but must be "
                        + most / FixedDraws.BLOCKS * FixedDraws.BLOCKS + " or less for a full-rank Gaussian of "
                        + dimensions
                        + " dimensions: the curvatures of log p at all draws, S·D²/2 numbers, are in memory");
            }
        }
    };

    /** Numbers of the curvatures of log p at all draws, at most: 256 MiB, and twice that while the next ones are made. */
    private static final long CURVATURES = 1L << 26;

    /** @throws IllegalArgumentException if it is none of them */
    static FixedFamily of(Family family) {
        return Arrays.stream(values())
                .filter(each -> each.family().equals(family))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("family is " + family.label() + ", but fixed draws fit "
                        + MEAN_FIELD.family().label() + " or "
                        + FULL_RANK.family().label()));
    }

    /** As it is asked for. */
    abstract Family family();

    /** Pairs that there are at least. */
    abstract int leastPairs(int dimensions);

    /** Pairs up to which there are more of them where errors are large. */
    abstract int mostPairs(int dimensions);

    /** Half the draws by whose weights it is judged, at most. */
    abstract int mostWeights();

    /**
     * Its ELBO near a normal.
     *
     * @param normals [pairs][D] at least
     */
    abstract FixedElbo<?> elbo(PointVisits visits, float[] normals, int pairs, StartNormal around);

    /**
     * Refuses what cannot be fitted.
     *
     * @param pairs that are asked for; 0 if they are not
     * @throws IllegalArgumentException that says why and what to do
     */
    abstract void check(int pairs, int dimensions);
}
