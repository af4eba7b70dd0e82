package io.github.elbo4j.mixture;

import io.github.elbo4j.device.Key;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Rows for a mixture: N rows of D columns, held by the caller or read anew from a {@link Source} whenever they are needed, so
 * that they may be more than any memory holds.
 *
 * <p>A fit sees the columns moved to mean 0 and scaled to standard deviation 1 (divisor N − 1), in float32; what it finds is given
 * on the scale of the rows.
 */
public final class MixtureData {
    /** Rows that the host has at once. */
    static final int BLOCK = 1 << 14;

    private final List<String> columns;
    private final long rows;
    private final Source source;
    private final double[] centre;
    private final double[] scale;

    /** Where rows come from: the same rows each time. */
    @FunctionalInterface
    public interface Source {
        /**
         * Reads neighbouring rows. A fit asks for them in their order, from the first to the last, again and again.
         *
         * @param first the number of the first row, from 0
         * @param count how many
         * @param into [count][D], filled
         */
        void read(long first, int count, double[] into);
    }

    /**
     * Rows of a source. It is read once here, for means and standard deviations.
     *
     * @param columns what the D columns are called
     * @param rows N
     * @throws IllegalArgumentException if there are no columns or fewer than 2 rows, if a value is not finite, or if a column has one
     *     value in all rows; it says which
     */
    public MixtureData(List<String> columns, long rows, Source source) {
        this.columns = List.copyOf(columns);
        this.rows = rows;
        this.source = Objects.requireNonNull(source, "source is null");
        int dims = columns.size();
        if (dims == 0) {
            throw new IllegalArgumentException("there are no columns");
        }
        if (rows < 2) {
            throw new IllegalArgumentException("there are " + rows + " rows, but a mixture needs 2 or more");
        }
        centre = new double[dims];
        scale = new double[dims];
        double[] largest = new double[dims];
        Moments moments = new Moments(dims);
        each((first, count, block) -> {
            for (int n = 0; n < count; n++) {
                for (int i = 0; i < dims; i++) {
                    double value = block[n * dims + i];
                    if (!Double.isFinite(value)) {
                        throw new IllegalArgumentException(columns.get(i) + " is " + value + " in row "
                                + (first + n + 1) + ", but must be finite");
                    }
                    largest[i] = Math.max(largest[i], Math.abs(value));
                }
            }
            moments.add(block, count);
        });
        for (int i = 0; i < dims; i++) {
            centre[i] = moments.mean[i];
            scale[i] = Math.sqrt(moments.squares[i] / (rows - 1));
            // Equal values leave rounding errors of about this size.
            if (!(scale[i] > 4 * Math.ulp(largest[i])) || !Double.isFinite(scale[i])) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s is %.6g in every row: a column without spread has no density; leave it out",
                        columns.get(i),
                        centre[i]));
            }
        }
    }

    /**
     * Rows of an array, which must not change as long as they are used.
     *
     * @param values [N][D], row by row
     */
    public static MixtureData of(List<String> columns, double[] values) {
        int dims = columns.size();
        if (dims == 0 || values.length % dims != 0) {
            throw new IllegalArgumentException(
                    values.length + " values are no whole rows of " + dims + " columns: " + columns);
        }
        return new MixtureData(
                columns,
                values.length / dims,
                (first, count, into) -> System.arraycopy(values, Math.toIntExact(first * dims), into, 0, count * dims));
    }

    /** Means and sums of squared deviations, block by block (Chan, Golub and LeVeque 1983). */
    private static final class Moments {
        final double[] mean;
        final double[] squares;
        private long rows;

        Moments(int dims) {
            mean = new double[dims];
            squares = new double[dims];
        }

        void add(double[] block, int count) {
            int dims = mean.length;
            for (int i = 0; i < dims; i++) {
                double sum = 0;
                for (int n = 0; n < count; n++) {
                    sum += block[n * dims + i];
                }
                double own = sum / count;
                double around = 0;
                for (int n = 0; n < count; n++) {
                    double apart = block[n * dims + i] - own;
                    around += apart * apart;
                }
                double share = (double) count / (rows + count);
                double apart = own - mean[i];
                squares[i] += around + apart * apart * rows * share;
                mean[i] += apart * share;
            }
            rows += count;
        }
    }

    private interface Block {
        void take(long first, int count, double[] values);
    }

    private void each(Block body) {
        double[] block = new double[Math.toIntExact(Math.min(BLOCK, rows)) * dimensions()];
        for (long first = 0; first < rows; first += BLOCK) {
            int count = (int) Math.min(BLOCK, rows - first);
            source.read(first, count, block);
            body.take(first, count, block);
        }
    }

    /** Takes a row, with its number from 0. */
    interface Row {
        void take(long n, double[] x);
    }

    /** All rows in their order, on their own scale; x is overwritten. */
    void eachRow(Row body) {
        double[] x = new double[dimensions()];
        each((first, count, block) -> {
            for (int n = 0; n < count; n++) {
                System.arraycopy(block, n * x.length, x, 0, x.length);
                body.take(first + n, x);
            }
        });
    }

    /** What the D columns are called. */
    public List<String> columns() {
        return columns;
    }

    /** N. */
    public long rows() {
        return rows;
    }

    /** D. */
    public int dimensions() {
        return columns.size();
    }

    /** The means of the columns, [D]. */
    public double[] centre() {
        return centre.clone();
    }

    /** The standard deviations of the columns, [D]. */
    public double[] scale() {
        return scale.clone();
    }

    /** What is added to a log-likelihood of the standardized rows to make it one of the rows. */
    double shift() {
        double shift = 0;
        for (double each : scale) {
            shift -= rows * StrictMath.log(each);
        }
        return shift;
    }

    /**
     * Standardized rows, one coordinate after the other.
     *
     * @param count at most {@link #BLOCK}
     * @param block [count][D], overwritten
     * @param into [D][count], filled
     */
    void standardized(long first, int count, double[] block, float[] into) {
        int dims = dimensions();
        source.read(first, count, block);
        for (int i = 0; i < dims; i++) {
            for (int m = 0; m < count; m++) {
                into[i * count + m] = (float) ((block[m * dims + i] - centre[i]) / scale[i]);
            }
        }
    }

    /**
     * Standardized rows, [rows][D]: all, or one drawn from each of {@code most} equal shares.
     *
     * @param key where the draws come from
     */
    double[][] sample(int most, Key key) {
        int count = (int) Math.min(most, rows);
        long[] chosen = new long[count];
        Words words = new Words(key);
        for (int i = 0; i < count; i++) {
            long from = (long) ((double) rows * i / count);
            long to = (long) ((double) rows * (i + 1) / count);
            chosen[i] = rows == count ? i : Math.min(to - 1, from + (long) ((to - from) * words.uniform()));
        }
        double[][] sample = new double[count][];
        int[] next = {0};
        int dims = dimensions();
        each((first, n, block) -> {
            for (; next[0] < count && chosen[next[0]] < first + n; next[0]++) {
                int o = (int) (chosen[next[0]] - first) * dims;
                double[] row = Arrays.copyOfRange(block, o, o + dims);
                for (int i = 0; i < dims; i++) {
                    row[i] = (float) ((row[i] - centre[i]) / scale[i]); // as the device has it
                }
                sample[next[0]] = row;
            }
        });
        return sample;
    }
}
