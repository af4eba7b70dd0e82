package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a distribution has mass. A continuous one comes with a smooth map from the whole real line, by which parameters are fitted.
 */
public abstract class Support {
    /** Every number. */
    public static final Support REAL = new Real("every finite number", 0);
    /** Vectors of numbers. */
    public static final Support REAL_VECTOR = new Real("vectors of finite numbers", 1);
    /** x &gt; 0 = exp u. */
    public static final Support POSITIVE = new Positive("positive numbers", false);
    /** x &gt;= 0; a parameter is exp u. */
    public static final Support NOT_NEGATIVE = new Positive("numbers from 0", true);
    /** 0 &lt; x &lt; 1. */
    public static final Support UNIT = new Interval(0, 1);
    /** Whole numbers from 0. */
    public static final Support COUNTS = new Whole("whole numbers from 0", Double.POSITIVE_INFINITY);
    /** 0 or 1. */
    public static final Support BINARY = new Whole("0 or 1", 1);

    private final String words;
    private final int axes;

    Support(String words, int axes) {
        this.words = words;
        this.axes = axes;
    }

    /** low &lt; x &lt; high. */
    public static Support interval(double low, double high) {
        return new Interval(low, high);
    }

    /** Whole numbers from 0 to {@code count − 1}. */
    public static Support categories(int count) {
        return new Whole("whole numbers from 0 to " + (count - 1), count - 1);
    }

    /** Vectors of positive numbers with the sum 1. */
    public static Support simplex() {
        return new Simplex();
    }

    /** Cholesky factors of correlation matrices. */
    public static Support correlationCholesky() {
        return new CorrelationCholesky();
    }

    /** How many axes a value has. */
    final int axes() {
        return axes;
    }

    boolean isDiscrete() {
        return false;
    }

    /** How many values there are, from 0 up; 0 if they are not whole numbers, or there is no end of them. */
    public int values() {
        return 0;
    }

    /** Whether one value is inside. */
    abstract boolean contains(double... x);

    /** The extents of the coordinates of a value. */
    int[] free(int[] extents) {
        return extents;
    }

    /** The value that coordinates stand for. */
    abstract Constrained constrain(Expr u);

    /** The coordinates of a value, row-major. What lies at the edge, or rounded to it, is taken a little inside. */
    abstract double[] free(double[] x, int[] extents);

    /** What a coordinate is called. */
    abstract String coordinate(String of);

    /**
     * The uniform distribution of one value; null if the values have no finite volume, or it is not known.
     *
     * @param extents of a value with its plates
     */
    @Nullable
    Distribution uniform(int[] extents) {
        return null;
    }

    /** Whether it is the same set. */
    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof Support support && words.equals(support.words);
    }

    @Override
    public final int hashCode() {
        return words.hashCode();
    }

    /** In words. */
    @Override
    public final String toString() {
        return words;
    }

    private static final class Real extends Support {
        Real(String words, int axes) {
            super(words, axes);
        }

        @Override
        boolean contains(double... x) {
            return Arrays.stream(x).allMatch(Double::isFinite);
        }

        @Override
        Constrained constrain(Expr u) {
            return new Constrained(u, null);
        }

        @Override
        double[] free(double[] x, int[] extents) {
            return x;
        }

        @Override
        String coordinate(String of) {
            return of;
        }
    }

    private static final class Positive extends Support {
        private final boolean zero;

        Positive(String words, boolean zero) {
            super(words, 0);
            this.zero = zero;
        }

        @Override
        boolean contains(double... x) {
            return (x[0] > 0 || (zero && x[0] == 0)) && x[0] < Double.POSITIVE_INFINITY;
        }

        @Override
        Constrained constrain(Expr u) {
            return new Constrained(u.exp(), u);
        }

        @Override
        double[] free(double[] x, int[] extents) {
            double[] u = new double[x.length];
            for (int i = 0; i < u.length; i++) {
                u[i] = StrictMath.log(Math.min(Math.max(x[i], Double.MIN_NORMAL), Double.MAX_VALUE));
            }
            return u;
        }

        @Override
        String coordinate(String of) {
            return "log " + of;
        }
    }

    /** x = low + (high − low)·sigmoid u. */
    private static final class Interval extends Support {
        private final double low;
        private final double high;

        Interval(double low, double high) {
            super("numbers between " + low + " and " + high, 0);
            if (!(low < high && Double.isFinite(high - low))) {
                throw new IllegalArgumentException(
                        "the interval from " + low + " to " + high + " is empty or not finite");
            }
            this.low = low;
            this.high = high;
        }

        @Override
        boolean contains(double... x) {
            return x[0] > low && x[0] < high;
        }

        @Override
        Constrained constrain(Expr u) {
            Expr value = u.sigmoid().times(high - low).plus(low);
            // σ′ = σ(u)·σ(−u), and log σ(u) = −softplus(−u)
            Expr logJacobian =
                    u.softplus().plus(u.negated().softplus()).negated().plus(StrictMath.log(high - low));
            return new Constrained(value, logJacobian);
        }

        @Override
        double[] free(double[] x, int[] extents) {
            double[] u = new double[x.length];
            double edge = (high - low) * 1e-300;
            for (int i = 0; i < u.length; i++) {
                u[i] = StrictMath.log(Math.max(x[i] - low, edge)) - StrictMath.log(Math.max(high - x[i], edge));
            }
            return u;
        }

        @Override
        String coordinate(String of) {
            return "logit " + of;
        }

        @Override
        Distribution uniform(int[] extents) {
            return Uniform.of(low, high);
        }
    }

    private static final class Whole extends Support {
        private final double most;

        Whole(String words, double most) {
            super(words, 0);
            this.most = most;
        }

        @Override
        boolean isDiscrete() {
            return true;
        }

        @Override
        public int values() {
            return most < Integer.MAX_VALUE ? (int) most + 1 : 0;
        }

        @Override
        boolean contains(double... x) {
            return x[0] >= 0 && x[0] <= most && x[0] == Math.rint(x[0]) && Double.isFinite(x[0]);
        }

        @Override
        Constrained constrain(Expr u) {
            throw new AssertionError(this);
        }

        @Override
        double[] free(double[] x, int[] extents) {
            throw new AssertionError(this);
        }

        @Override
        String coordinate(String of) {
            return of;
        }
    }
}
