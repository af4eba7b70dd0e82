package io.github.elbo4j.factors;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Translation;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * {@code log p(x_n) = log Σ_z p(x_n, z)} over all 2^D states z of the factors, and the posterior {@code p(z_d = 1 | x_n)}: exact but for float32's
 * rounding of each term. It never changes.
 *
 * <p>The totals of a state are those of its first factors, a table of at most 2^10 rows that is on the device once, and those of its other
 * factors, one vector. So a block of 2^10 states costs one addition and one softplus, or logarithm, for each state and column, whatever the
 * number of rows; what is linear in z is added up beforehand. Blocks are summed on the device in float32 and float64, and with each other in
 * float64 on the host.
 */
public final class Enumeration {
    /** The most factors: 2^30 states take minutes. */
    public static final int MOST_FACTORS = 30;
    /** The most factors of which more than one row is enumerated. */
    public static final int MANY_ROWS = 20;

    private static final int TABLE_BITS = 10;
    private static final int BLOCKS = 64; // at a time

    private final BinaryFactors of;
    private final BinaryData data;
    private final int low; // factors of the table
    private final double[] largest; // of the blocks of each row, [R]
    private final double[] sums; // Σ exp(block − largest), [R]
    private final double[] on; // the same of the states in which a factor is on, [R][D]

    private Enumeration(BinaryFactors of, BinaryData data) {
        this.of = of;
        this.data = data;
        low = Math.min(TABLE_BITS, of.factors());
        largest = new double[data.rows()];
        Arrays.fill(largest, Double.NEGATIVE_INFINITY);
        sums = new double[data.rows()];
        on = new double[data.rows() * of.factors()];
    }

    /**
     * Enumerates.
     *
     * @param cancelled asked now and then
     * @param listener told now and then how many states are done
     * @throws IllegalArgumentException if there are more factors than {@link #MOST_FACTORS}, more than {@link #MANY_ROWS} and more than one
     *     row, or other columns than the model's
     * @throws CancellationException if it was cancelled
     */
    public static Enumeration of(
            Device device, BinaryFactors factors, BinaryData data, BooleanSupplier cancelled, LongConsumer listener) {
        check(factors.factors(), data.rows());
        if (!data.columns().equals(factors.columns())) {
            throw new IllegalArgumentException("the rows have the columns " + String.join(", ", data.columns())
                    + ", but the factors are of " + String.join(", ", factors.columns()));
        }
        Enumeration all = new Enumeration(factors, data);
        all.run(device, cancelled, listener);
        return all;
    }

    /** Refuses what would take too long. */
    public static void check(int factors, int rows) {
        if (factors > MOST_FACTORS) {
            throw new IllegalArgumentException("there are 2^" + factors + " states of " + factors + " factors; 2^"
                    + MOST_FACTORS + " at most are enumerated");
        }
        if (factors > MANY_ROWS && rows > 1) {
            throw new IllegalArgumentException(
                    "there are 2^" + factors + " states of " + factors + " factors for each of " + rows
                            + " rows; beyond " + MANY_ROWS + " factors only a single row is enumerated");
        }
    }

    private void run(Device device, BooleanSupplier cancelled, LongConsumer listener) {
        int rows = data.rows();
        int width = data.columns().size();
        int columns = rows * (1 + low);
        int blocks = 1 << (of.factors() - low);
        int some = Math.min(BLOCKS, blocks);
        Parameters parameters = new Parameters();
        Expr high = parameters.add("totals of the other factors", width);
        float[] totals = new float[some * width];
        double[] added = new double[some * rows];
        float[] results = new float[some * columns];
        try (Translation translation = new Translation(device, new Joint(parameters, List.of(high)), 0);
                Workspace workspace = new Workspace(device);
                Buffer at = device.allocate(totals.length);
                Buffer out = device.allocate(results.length)) {
            Recorder to = new Recorder(workspace);
            Translation.Draws draws = new Translation.Draws(DrawBlock.of(1, some, width), at, Index.of(0));
            translation.recordColumns(to, sums(high), draws, out);
            try (Program program = to.bind()) {
                for (int first = 0; first < blocks; first += some) {
                    if (cancelled.getAsBoolean()) {
                        throw new CancellationException("cancelled");
                    }
                    for (int s = 0; s < some; s++) {
                        others(first + s, s, totals, added);
                    }
                    at.write(0, totals, 0, totals.length);
                    program.run();
                    out.read(0, results, 0, results.length);
                    for (int s = 0; s < some; s++) {
                        for (int r = 0; r < rows; r++) {
                            add(r, first + s, results, s, some, added[s * rows + r]);
                        }
                    }
                    listener.accept(((long) first + some) << low);
                }
            }
        }
    }

    /** Of a block: log Σ of its states for each row, [R], and the shares of those in which a factor of the table is on, [low][R]. */
    private List<Expr> sums(Expr high) {
        int rows = data.rows();
        int width = data.columns().size();
        int states = 1 << low;
        boolean sigmoid = of.model() == FactorModel.SIGMOID;
        double[] bits = new double[low * states];
        double[] totals = new double[states * width];
        double[] linear = new double[states * rows];
        for (int c = 0; c < states; c++) {
            double prior = 0;
            for (int d = 0; d < low; d++) {
                if ((c >> d & 1) == 1) {
                    bits[d * states + c] = 1;
                    prior += of.priorLogit(d);
                    for (int p = 0; p < width; p++) {
                        totals[c * width + p] += of.loading(d, p);
                    }
                }
            }
            for (int r = 0; r < rows; r++) {
                linear[c * rows + r] = prior + linear(r, totals, c * width);
            }
        }
        Expr total =
                Expr.data("totals of the table", totals).reshape(states, width).plus(high);
        Expr rest = sigmoid
                ? total.softplus().sum(1).negated().reshape(states, 1)
                : FactorModel.logOne(total)
                        .matmul(Expr.data("x", data.values())
                                .reshape(rows, width)
                                .transpose());
        Expr terms = Expr.data("linear terms", linear).reshape(states, rows).plus(rest); // [states][R]
        Expr sum = terms.logSumExp(0);
        Expr shares = Expr.data("states", bits)
                .reshape(low, states)
                .matmul(terms.minus(sum).exp());
        return List.of(sum, shares);
    }

    /** What totals add to log p(x_r | z) by being multiplied with x alone, or with 1 − x. */
    private double linear(int r, double[] totals, int from) {
        int width = data.columns().size();
        boolean sigmoid = of.model() == FactorModel.SIGMOID;
        double sum = 0;
        for (int p = 0; p < width; p++) {
            boolean one = data.values()[r * width + p] > 0;
            sum += sigmoid ? (one ? totals[from + p] : 0) : one ? 0 : -totals[from + p];
        }
        return sum;
    }

    /** Of the factors after the table, in a state of theirs: the totals, with the base, and what it adds to each row's terms. */
    private void others(int state, int s, float[] totals, double[] added) {
        int width = data.columns().size();
        double[] sum = new double[width];
        double prior = 0;
        for (int p = 0; p < width; p++) {
            sum[p] = of.base(p);
        }
        for (int d = 0; d < of.factors(); d++) {
            prior -= FactorModel.softplus(of.priorLogit(d));
            if (d >= low && (state >> (d - low) & 1) == 1) {
                prior += of.priorLogit(d);
                for (int p = 0; p < width; p++) {
                    sum[p] += of.loading(d, p);
                }
            }
        }
        for (int p = 0; p < width; p++) {
            totals[s * width + p] = (float) sum[p];
        }
        for (int r = 0; r < data.rows(); r++) {
            added[s * data.rows() + r] = prior + linear(r, sum, 0);
        }
    }

    private void add(int r, int state, float[] results, int s, int some, double added) {
        int rows = data.rows();
        int factors = of.factors();
        double block = results[r * some + s] + added;
        if (block > largest[r]) {
            double unit = StrictMath.exp(largest[r] - block);
            sums[r] *= unit;
            for (int d = 0; d < factors; d++) {
                on[r * factors + d] *= unit;
            }
            largest[r] = block;
        }
        double weight = StrictMath.exp(block - largest[r]);
        sums[r] += weight;
        for (int d = 0; d < factors; d++) {
            double share = d < low ? results[(rows + d * rows + r) * some + s] : state >> (d - low) & 1;
            on[r * factors + d] += weight * share;
        }
    }

    /** The rows. */
    public BinaryData data() {
        return data;
    }

    /** log p(x_n). */
    public double logEvidence(int n) {
        return largest[n] + StrictMath.log(sums[n]);
    }

    /** p(z_d = 1 | x_n). */
    public double posterior(int n, int d) {
        return on[n * of.factors() + d] / sums[n];
    }

    /** 2^D. */
    public long states() {
        return 1L << of.factors();
    }
}
