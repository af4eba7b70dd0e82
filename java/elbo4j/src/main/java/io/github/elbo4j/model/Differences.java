package io.github.elbo4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The finite differences of {@link GradientCheck}, and what they allow a right gradient to differ by. */
final class Differences {
    /** Directions at each place, where coordinates are too many. */
    private static final int DIRECTIONS = 2;
    /** Draws evaluated at once, so that a model of many observations takes no more memory than in a fit. */
    private static final int ROWS = 64;
    /** And no more numbers than these. */
    private static final int ELEMENTS = 1 << 22;

    private static final double FLOAT_EPS = 0x1p-23;
    private static final double DOUBLE_EPS = 0x1p-52;
    /** A step in parts of the scale. */
    private static final double FLOAT_STEP = 0x1p-4;

    private static final double DOUBLE_STEP = 0x1p-10;
    /** A step in units in the last place of the coordinate at least, so that the coordinates lose less than {@link #RELATIVE}. */
    private static final int LEAST_ULPS = 1 << 12;
    /** What a right gradient may differ by, in parts of the largest. */
    private static final double RELATIVE = 1e-3;
    /**
     * The weights, in the allowed error, of the difference of the two formulas and of the difference of the second
     * differences. A kink of size J at 0 ≤ a ≤ 1 steps leaves an error of {@code J·|1/2 − 7a/12|} and shows as {@code
     * J·a/12} in the one and {@code J·|1/2 − 3a/4|} in the other, so that 2 and 1 would do. Twice and four times as
     * much, with the second comparison at a quarter of the step, mistake noise in log p for a wrong gradient less than
     * once in 10^6 comparisons.
     */
    private static final double FORMULA = 8;

    private static final double KINK = 2;
    /** The distances, in steps, at which log p is evaluated. */
    private static final int[] STEPS = {1, -1, 2, -2};

    /** log p and its gradient at draws, in float64 or on a device. */
    interface Function {
        /**
         * Evaluates a block.
         *
         * @param z [rows][D]
         * @param f [rows], written
         * @param gradient [rows][D], written
         */
        void evaluate(int rows, double[] z, double[] f, double[] gradient);
    }

    private final List<String> names;
    private final boolean floats;
    private final Function function;
    private final int d;

    /** @param floats whether draws and log p are float32 */
    Differences(List<String> names, boolean floats, Function function) {
        this.names = names;
        this.floats = floats;
        this.function = function;
        this.d = names.size();
    }

    Place at(double[] z, double[] scale) {
        return new Place(z, scale);
    }

    /** The directions to compare along at the place with this number. */
    List<Direction> directions(int place) {
        List<Direction> all = new ArrayList<>();
        if (d <= GradientCheck.COORDINATES) {
            for (int i = 0; i < d; i++) {
                all.add(new Direction(i, i + 1, null));
            }
            return all;
        }
        for (int k = 0; k < DIRECTIONS; k++) {
            SplittableRandom random = new SplittableRandom((long) place * DIRECTIONS + k);
            boolean[] down = new boolean[d];
            for (int i = 0; i < d; i++) {
                down[i] = random.nextBoolean();
            }
            all.add(new Direction(0, d, down));
        }
        return all;
    }

    /** The coordinates from … to − 1 together, each up or down; all up if down is null. */
    record Direction(int from, int to, boolean @Nullable [] down) {
        int size() {
            return to - from;
        }

        double sign(int i) {
            return down != null && down[i] ? -1 : 1;
        }
    }

    /** A place, log p and the gradient there. */
    final class Place {
        private final double[] z;
        private final double[] scale;
        private final double f;
        private final boolean repeats;
        private final double[] gradient = new double[d];

        private Place(double[] at, double[] scale) {
            this.z = at.clone();
            this.scale = scale;
            if (floats) {
                for (int i = 0; i < d; i++) {
                    z[i] = (float) z[i];
                }
            }
            double[] first = new double[1];
            double[] again = new double[1];
            function.evaluate(1, z, first, gradient.clone());
            function.evaluate(1, z, again, gradient);
            f = first[0];
            repeats = first[0] == again[0];
        }

        private List<String> names() {
            return names;
        }

        String blindness() {
            if (Double.isFinite(f) && !repeats) {
                return "log p is not the same when it is asked for twice at one place, so there are no differences to"
                        + " compare with";
            }
            return "log p is not finite at or near the place; check at another one, or look for a logarithm of 0";
        }

        /** The step of a coordinate, a power of two, so that z + e loses nothing more than z does. */
        private double step(Direction along, int i, double shrink) {
            double step = (floats ? FLOAT_STEP : DOUBLE_STEP) * scale[i] / Math.sqrt(along.size());
            double ulp = floats ? Math.ulp((float) z[i]) : Math.ulp(z[i]);
            return along.sign(i) * shrink * Math.max(Math.scalb(1.0, Math.getExponent(step)), LEAST_ULPS * ulp);
        }

        /** With steps shrunk by a power of two. */
        List<Comparison> compare(List<Direction> directions, double shrink) {
            List<Comparison> all = new ArrayList<>();
            int atOnce = Math.max(1, Math.min(ROWS, ELEMENTS / d) / 4);
            for (int first = 0; first < directions.size(); first += atOnce) {
                List<Direction> some = directions.subList(first, Math.min(directions.size(), first + atOnce));
                double[] rows = new double[4 * some.size() * d];
                for (int r = 0; r < 4 * some.size(); r++) {
                    System.arraycopy(z, 0, rows, r * d, d);
                    Direction along = some.get(r / 4);
                    int steps = STEPS[r % 4];
                    for (int i = along.from; i < along.to; i++) {
                        rows[r * d + i] += steps * step(along, i, shrink);
                    }
                }
                double[] values = new double[4 * some.size()];
                function.evaluate(values.length, rows, values, new double[rows.length]);
                for (int k = 0; k < some.size(); k++) {
                    all.add(comparison(some.get(k), shrink, Arrays.copyOfRange(values, 4 * k, 4 * k + 4)));
                }
            }
            return all;
        }

        /** @param v log p at e, −e, 2e, −2e */
        private Comparison comparison(Direction along, double shrink, double[] v) {
            double slope = 0;
            double squares = 0;
            for (int i = along.from; i < along.to; i++) {
                double term = gradient[i] * step(along, i, shrink);
                slope += term;
                squares += term * term;
            }
            double near = (v[0] - v[1]) / 2;
            double far = (v[2] - v[3]) / 4;
            double difference = (4 * near - far) / 3;
            double bend = v[0] - 2 * f + v[1] - (v[2] - 2 * f + v[3]) / 4;
            double allowed = RELATIVE * Math.max(Math.abs(difference), Math.sqrt(squares))
                    + FORMULA * Math.abs(difference - near)
                    + KINK * Math.abs(bend)
                    + 8 * (floats ? FLOAT_EPS : DOUBLE_EPS) * Math.abs(f);
            boolean conclusive = repeats && Double.isFinite(difference) && Double.isFinite(bend);
            double unit = along.size() == 1 ? step(along, along.from, shrink) : 1;
            return new Comparison(this, along, slope, difference, allowed, conclusive, unit);
        }

        /** Whether a quarter of the step shows the same disagreement. */
        boolean confirms(Comparison c) {
            Comparison again = compare(List.of(c.along), 0.25).get(0);
            return again.isWrong()
                    && (!Double.isFinite(c.slope)
                            || Math.abs(c.difference - 4 * again.difference)
                                    <= 0.25 * Math.abs(c.slope - c.difference));
        }

        /** The smallest part of a direction that still shows the disagreement. */
        Comparison narrowed(Comparison c) {
            Comparison smallest = c;
            while (smallest.along.size() > 1) {
                Direction along = smallest.along;
                int middle = (along.from + along.to) >>> 1;
                Comparison worse = null;
                for (Comparison half : compare(
                        List.of(
                                new Direction(along.from, middle, along.down),
                                new Direction(middle, along.to, along.down)),
                        1)) {
                    if (half.isWrong() && confirms(half) && (worse == null || half.ratio() > worse.ratio())) {
                        worse = half;
                    }
                }
                if (worse == null) {
                    return smallest;
                }
                smallest = worse;
            }
            return smallest;
        }

        /** The coordinate, if any, whose finite difference equals the gradient in this one. */
        private int exchangedWith(Comparison c) {
            if (d <= GradientCheck.COORDINATES) {
                for (Comparison other : compare(directions(0), 1)) {
                    if (other.along.from != c.along.from
                            && Math.abs(c.slope / c.unit - other.difference / other.unit)
                                    <= Math.abs(other.allowed / other.unit)) {
                        return other.along.from;
                    }
                }
            }
            return -1;
        }
    }

    /**
     * The comparison at a place along a direction.
     *
     * @param slope gradient·e
     * @param difference the same by the five-point formula
     * @param allowed by how much they may differ
     * @param conclusive whether log p is finite at all points
     * @param unit e, if it is one coordinate
     */
    record Comparison(
            Place place,
            Direction along,
            double slope,
            double difference,
            double allowed,
            boolean conclusive,
            double unit) {
        boolean isWrong() {
            return conclusive && !(Math.abs(slope - difference) <= allowed);
        }

        /** The error in allowed ones; infinite if it is not finite. */
        double ratio() {
            double error = Math.abs(slope - difference);
            return error == 0 ? 0 : Double.isNaN(error) ? Double.POSITIVE_INFINITY : error / allowed;
        }

        GradientCheck.Report report(boolean passed) {
            boolean one = along.size() == 1;
            List<String> names = place.names();
            String name = one ? names.get(along.from) : names.get(along.from) + " to " + names.get(along.to - 1);
            double g = slope / unit;
            double fd = difference / unit;
            double error = Math.abs(allowed / unit);
            String message = String.format(
                    Locale.ROOT,
                    "%s: %s the gradient is %.8g and central differences of log p give %.8g; they may differ by %.2g.%s",
                    passed ? "the gradient agrees" : "the gradient is wrong",
                    one
                            ? String.format(
                                    Locale.ROOT,
                                    "in coordinate %d (%s), at %.6g,",
                                    along.from,
                                    name,
                                    place.z[along.from])
                            : "along a random direction of all from " + name,
                    g,
                    fd,
                    error,
                    passed ? "" : " " + advice(g, fd, error));
            return new GradientCheck.Report(passed, one ? along.from : -1, name, g, fd, error, message);
        }

        private String advice(double g, double fd, double error) {
            if (!Double.isFinite(g)) {
                return "The gradient is not finite: look for a division by zero or an overflow.";
            }
            if (Math.abs(g + fd) <= 2 * error) {
                return "Its sign is reversed: it must be the gradient of log p, not of a loss.";
            }
            if (g == 0) {
                return "It is 0: is this element written?";
            }
            int other = place.exchangedWith(this);
            if (other >= 0) {
                return "It equals the derivative in coordinate " + other + ": are elements exchanged?";
            }
            return String.format(
                    Locale.ROOT, "It is %.4g times what it should be: is a factor or a term missing?", g / fd);
        }
    }
}
