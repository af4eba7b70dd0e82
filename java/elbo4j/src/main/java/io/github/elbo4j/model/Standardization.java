package io.github.elbo4j.model;

import io.github.elbo4j.device.SumTree;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Columns moved to mean 0 and scaled to standard deviation 1 (divisor N), and the exact way back for what was fitted to
 * them. With an intercept the data are centred; without one they are only scaled, since no parameter could take up the
 * shift. Priors are priors of the parameters on the standardized scale.
 *
 * <p>On the original scale, with column means m and standard deviations s, target mean m_y and standard deviation s_y (0
 * and 1 if the target stays as it is): {@code beta_j = s_y·b_j/s_j}; {@code intercept = m_y + s_y·(b_0 − Σ b_j·m_j/s_j)};
 * {@code log noise = log noise' + log s_y}. This map is affine, so a Gaussian stays one. All is float64,
 * sums over rows by tiles of 1024 as {@link Scaling} has them.
 */
public final class Standardization {
    private final Scaling scaling;
    private final RegressionData data;

    /** @param x those of the original, which become the standardized ones */
    private Standardization(RegressionData original, double[] x, boolean target) {
        scaling = Scaling.of(original.columns(), AllRows.of(original), target);
        double[] y = target ? original.y().clone() : original.y();
        scaling.apply(x, y);
        data = new RegressionData(original.columns(), x, y);
    }

    /** Sums over rows that are all here, tile by tile. */
    private record AllRows(double[] x, double[] y) implements Scaling.Sums {
        private interface OfPart {
            double[] of(Scaling.Part part);
        }

        static AllRows of(RegressionData data) {
            return new AllRows(data.x(), data.y());
        }

        private int columns() {
            return x.length / y.length;
        }

        private int parts() {
            return (y.length + SumTree.PART - 1) / SumTree.PART;
        }

        private Scaling.Part part(int number) {
            int from = number * SumTree.PART;
            int to = Math.min(from + SumTree.PART, y.length);
            int k = columns();
            return new Scaling.Part(Arrays.copyOfRange(x, from * k, to * k), Arrays.copyOfRange(y, from, to));
        }

        private double[] total(OfPart sums) {
            double[][] each = IntStream.range(0, parts())
                    .parallel()
                    .mapToObj(p -> sums.of(part(p)))
                    .toArray(double[][]::new);
            SumTree tree = SumTree.ofProducts();
            for (int p = 0; p < each.length; p++) {
                tree.add(p, each[p]);
            }
            return tree.total(each.length);
        }

        @Override
        public long rows() {
            return y.length;
        }

        @Override
        public double[] largest() {
            return new Scaling.Part(x, y).largest();
        }

        @Override
        public double[] sums(int[] unit) {
            return total(part -> part.sums(unit));
        }

        @Override
        public double[] squares(int[] unit, double[] mean) {
            return total(part -> part.squares(unit, mean));
        }

        @Override
        public double first(int column) {
            return column == columns() ? y[0] : x[column];
        }
    }

    /** The standard deviation (divisor N) of a column, by the sums of {@link Scaling#deviations}. */
    public static double deviation(double[] column) {
        return Scaling.deviations(new AllRows(new double[0], column))[0];
    }

    /** Columns only: for a target of classes. */
    public static Standardization ofColumns(RegressionData original) {
        return new Standardization(original, original.x().clone(), false);
    }

    /** Columns and target. */
    public static Standardization ofColumnsAndTarget(RegressionData original) {
        return new Standardization(original, original.x().clone(), true);
    }

    /**
     * The same in half the memory: X of the original is moved and scaled itself, and is of no other use any more.
     *
     * @param target whether the target is scaled too; it is copied for that
     */
    public static Standardization inPlace(RegressionData original, boolean target) {
        return new Standardization(original, original.x(), target);
    }

    /** The standardized data. */
    public RegressionData data() {
        return data;
    }

    /** s_y; 1 if the target stays as it is. A known noise is divided by it. */
    public double targetSd() {
        return scaling.targetSd();
    }

    /**
     * The way back: {@code y_i = shift_i + scale_i·z_i}, and {@code Σ_j weights_j·z_j}, the shifts that the intercept
     * takes up, is added to the first coordinate. Every other element of the map is 0.
     *
     * @param shift [D]
     * @param scale [D]
     * @param weights [D]; zeros without an intercept
     */
    public record Affine(double[] shift, double[] scale, double[] weights) implements Serializable {}

    /**
     * The way back of posteriors and draws, in arrays of the caller's own; {@link
     * io.github.elbo4j.family.Gaussian#affine} takes it.
     *
     * @param dimensions D: the K coefficients, perhaps with the log noise as a last parameter
     */
    public Affine toOriginal(int dimensions) {
        return scaling.toOriginal(dimensions);
    }

    /** A value of the standardized target, as one of the original target. */
    public double targetToOriginal(double value) {
        return scaling.targetToOriginal(value);
    }

    /**
     * An ELBO or log evidence of the standardized target, as one of the original target: {@code − N·log s_y} is the
     * Jacobian.
     */
    public double elboToOriginal(double elbo) {
        return scaling.elboToOriginal(elbo);
    }
}
