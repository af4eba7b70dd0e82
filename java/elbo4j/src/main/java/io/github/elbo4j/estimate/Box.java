package io.github.elbo4j.estimate;

import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;

/** The values that the coordinates of a log-joint may take, where that is an interval or a range of whole numbers for each. */
public final class Box implements Serializable {
    private static final long serialVersionUID = 1;

    /** Up to here float32 has all whole numbers. */
    private static final int LARGEST = 1 << 24;

    private final List<Side> sides;
    private final double logVolume;

    /**
     * The values of one coordinate.
     *
     * @param whole whether they are the whole numbers from {@code low} to {@code high}, both included; else they are all between
     */
    public record Side(double low, double high, boolean whole) implements Serializable {
        public Side {
            boolean fits = whole
                    ? low == Math.rint(low) && high == Math.rint(high) && low <= high
                    : (float) low < (float) high && Float.isFinite((float) low) && Float.isFinite((float) high);
            if (!fits || (whole && Math.max(-low, high) > LARGEST)) {
                throw new IllegalArgumentException("the side from " + low + " to " + high
                        + (whole
                                ? " holds no whole numbers, or some beyond 2^24, which float32 does not have"
                                : " is empty or infinite (in float32)"));
            }
        }

        /** All values between these. */
        public static Side interval(double low, double high) {
            return new Side(low, high, false);
        }

        /** The whole numbers from {@code low} to {@code high}. */
        public static Side whole(int low, int high) {
            return new Side(low, high, true);
        }

        /** The length of an interval, the number of whole numbers. */
        double size() {
            return whole ? high - low + 1 : high - low;
        }
    }

    private Box(List<Side> sides) {
        this.sides = sides;
        double sum = 0;
        for (Side side : sides) {
            sum += StrictMath.log(side.size());
        }
        logVolume = sum;
    }

    /** One side for each coordinate. */
    public static Box of(Side... sides) {
        return of(List.of(sides));
    }

    /** One side for each coordinate. */
    public static Box of(List<Side> sides) {
        if (sides.isEmpty()) {
            throw new IllegalArgumentException("the box has no sides, but needs one for each coordinate");
        }
        return new Box(List.copyOf(sides));
    }

    /** D. */
    public int dimensions() {
        return sides.size();
    }

    /** log |Z|: the volume, or the number of points, or the product of both. */
    public double logVolume() {
        return logVolume;
    }

    /**
     * How many points it has.
     *
     * @throws IllegalArgumentException if a side is an interval, or there are more than a long counts
     */
    public long points() {
        long points = 1;
        for (int d = 0; d < sides.size(); d++) {
            Side side = sides.get(d);
            if (!side.whole) {
                throw new IllegalArgumentException("coordinate " + d + " takes all values from " + side.low + " to "
                        + side.high + ", which cannot be enumerated");
            }
            long size = (long) side.size();
            if (points > Long.MAX_VALUE / size) {
                throw new IllegalArgumentException("there are more than 2^63 points");
            }
            points *= size;
        }
        return points;
    }

    /** Writes a point of those that {@link #points} counts; the last coordinate runs fastest. */
    void point(long number, float[] z, int at) {
        long rest = number;
        for (int d = sides.size() - 1; d >= 0; d--) {
            Side side = sides.get(d);
            long size = (long) side.size();
            z[at + d] = (float) (side.low + rest % size);
            rest /= size;
        }
    }

    /** Writes a point, each as probable as any other. */
    void draw(SplittableRandom random, float[] z, int at) {
        for (int d = 0; d < sides.size(); d++) {
            Side side = sides.get(d);
            if (side.whole) {
                z[at + d] = (float) (side.low + random.nextInt((int) side.size()));
            } else {
                // Rounding to float32 must not leave the open interval.
                float inside = (float) (side.low + (side.high - side.low) * random.nextDouble());
                z[at + d] = Math.min(Math.max(inside, Math.nextUp((float) side.low)), Math.nextDown((float) side.high));
            }
        }
    }
}
