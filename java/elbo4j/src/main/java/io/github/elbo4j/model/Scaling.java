package io.github.elbo4j.model;

import io.github.elbo4j.device.SumTree;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How columns are moved to mean 0 and scaled to standard deviation 1, and the way back for what was fitted to them; see {@link Standardization}, which
 * does it to rows that are all here. A scaling knows moments alone, so the rows may lie on several machines: whoever cuts them at multiples of
 * 1024 and adds up the sums of the parts by {@link SumTree#ofProducts} has the bits of one machine.
 */
public final class Scaling implements Serializable {
    private static final long serialVersionUID = 1;

    private final List<String> columns;
    private final boolean intercept;
    private final boolean target;
    private final long rows;
    private final int[] unit; // [K + 1], the target's last
    private final double[] mean; // [K + 1], in 2^unit
    private final double[] sd; // [K + 1], in 2^unit

    /** Sums over all rows of columns, the target last. */
    public interface Sums {
        /** N. */
        long rows();

        /** The largest magnitude of each column. */
        double[] largest();

        /** Σ 2^−unit·x. */
        double[] sums(int[] unit);

        /** Σ (2^−unit·x − mean)². */
        double[] squares(int[] unit, double[] mean);

        /** The value of a column in the first row, for words. */
        double first(int column);
    }

    /** {@link Sums} of a part of the rows, of which {@link Sums} of all are made. */
    public record Part(double[] x, double[] y) {
        private int columns() {
            return x.length / y.length;
        }

        /** The largest magnitudes of these rows. */
        public double[] largest() {
            int k = columns();
            double[] largest = new double[k + 1];
            for (int n = 0; n < y.length; n++) {
                for (int j = 0; j < k; j++) {
                    largest[j] = Math.max(largest[j], Math.abs(x[n * k + j]));
                }
                largest[k] = Math.max(largest[k], Math.abs(y[n]));
            }
            return largest;
        }

        /** Of these rows, one after the other. */
        public double[] sums(int[] unit) {
            int k = columns();
            double[] one = powers(unit);
            double[] sums = new double[k + 1];
            for (int n = 0; n < y.length; n++) {
                for (int j = 0; j < k; j++) {
                    sums[j] += x[n * k + j] * one[j];
                }
                sums[k] += y[n] * one[k];
            }
            return sums;
        }

        /** Of these rows, one after the other. */
        public double[] squares(int[] unit, double[] mean) {
            int k = columns();
            double[] one = powers(unit);
            double[] squares = new double[k + 1];
            for (int n = 0; n < y.length; n++) {
                for (int j = 0; j < k; j++) {
                    double e = x[n * k + j] * one[j] - mean[j];
                    squares[j] += e * e;
                }
                double e = y[n] * one[k] - mean[k];
                squares[k] += e * e;
            }
            return squares;
        }
    }

    /** 2^−unit: a product with it has the bits of {@link Math#scalb}. */
    private static double[] powers(int[] unit) {
        return Arrays.stream(unit).mapToDouble(each -> Math.scalb(1.0, -each)).toArray();
    }

    private Scaling(List<String> columns, Sums of, boolean target) {
        this.columns = List.copyOf(columns);
        this.intercept = columns.get(0).equals(RegressionData.INTERCEPT);
        this.target = target;
        this.rows = of.rows();
        int k = columns.size();
        double[] largest = of.largest();
        unit = units(largest);
        mean = means(of, unit);
        sd = deviations(of, unit, mean);
        for (int j = 0; j <= k; j++) {
            if (stays(j)) {
                continue;
            }
            // Equal values leave rounding errors of about this size.
            if (!(sd[j] > 4 * Math.scalb(Math.ulp(largest[j]), -unit[j]))) {
                throw new IllegalArgumentException((j == k ? "the target" : "column " + columns.get(j))
                        + " is constant (" + of.first(j) + " in all " + rows
                        + " rows), so it cannot be scaled to standard deviation 1");
            }
        }
    }

    /**
     * Powers of two near the largest values, which round nothing that counts: squares of tiny or huge values would be beyond a double's
     * range.
     */
    private static int[] units(double[] largest) {
        return Arrays.stream(largest)
                .mapToInt(each -> each == 0 ? 0 : Math.getExponent(each))
                .toArray();
    }

    private static double[] means(Sums of, int[] unit) {
        return Arrays.stream(of.sums(unit)).map(sum -> sum / of.rows()).toArray();
    }

    private static double[] deviations(Sums of, int[] unit, double[] mean) {
        return Arrays.stream(of.squares(unit, mean))
                .map(sum -> Math.sqrt(sum / of.rows()))
                .toArray();
    }

    /** The standard deviations (divisor N) of the columns, the target's last. */
    public static double[] deviations(Sums of) {
        int[] unit = units(of.largest());
        double[] sd = deviations(of, unit, means(of, unit));
        for (int j = 0; j < sd.length; j++) {
            sd[j] = Math.scalb(sd[j], unit[j]);
        }
        return sd;
    }

    /**
     * Of columns and a target.
     *
     * @param columns those of a {@link RegressionData}
     * @param target whether the target is moved and scaled, too
     * @throws IllegalArgumentException if a column is constant
     */
    public static Scaling of(List<String> columns, Sums of, boolean target) {
        return new Scaling(columns, of, target);
    }

    /** Whether a column, or the target, is left as it is. */
    private boolean stays(int j) {
        return j == columns.size() ? !target : intercept && j == 0;
    }

    /** Moves and scales rows, in place: without an intercept they are only scaled. */
    public void apply(double[] x, double[] y) {
        int k = columns.size();
        int parts = (y.length + SumTree.PART - 1) / SumTree.PART;
        double[] one = powers(unit);
        IntStream.range(0, parts).parallel().forEach(part -> {
            int end = Math.min((part + 1) * SumTree.PART, y.length);
            for (int n = part * SumTree.PART; n < end; n++) {
                for (int j = 0; j < k; j++) {
                    x[n * k + j] = stays(j) ? x[n * k + j] : fitted(x[n * k + j] * one[j], j);
                }
                y[n] = stays(k) ? y[n] : fitted(y[n] * one[k], k);
            }
        });
    }

    private double fitted(double units, int j) {
        return (intercept ? units - mean[j] : units) / sd[j];
    }

    private double mean(int j) {
        return stays(j) || !intercept ? 0 : Math.scalb(mean[j], unit[j]);
    }

    private double sd(int j) {
        return stays(j) ? 1 : Math.scalb(sd[j], unit[j]);
    }

    /** s_y; 1 if the target stays as it is. */
    public double targetSd() {
        return sd(columns.size());
    }

    /** {@link Standardization#toOriginal}. */
    public Standardization.Affine toOriginal(int dimensions) {
        int k = columns.size();
        if (dimensions != k && dimensions != k + 1) {
            throw new IllegalArgumentException("the posterior has " + dimensions + " dimensions, but there are " + k
                    + " coefficients: " + columns);
        }
        double[] shift = new double[dimensions];
        double[] scale = new double[dimensions];
        double[] weights = new double[dimensions];
        for (int j = 0; j < k; j++) {
            scale[j] = targetSd() / sd(j);
            if (intercept && j > 0) {
                weights[j] = -targetSd() * mean(j) / sd(j);
            }
        }
        if (intercept) {
            shift[0] = mean(k);
        }
        if (dimensions > k) {
            scale[k] = 1;
            shift[k] = StrictMath.log(targetSd());
        }
        return new Standardization.Affine(shift, scale, weights);
    }

    /** {@link Standardization#targetToOriginal}. */
    public double targetToOriginal(double value) {
        return mean(columns.size()) + targetSd() * value;
    }

    /** {@link Standardization#elboToOriginal}. */
    public double elboToOriginal(double elbo) {
        return target ? elbo - rows * StrictMath.log(targetSd()) : elbo;
    }
}
