package io.github.elbo4j.deep;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.infer.PointEstimate;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The networks of an {@link Autoencoder} with their weights, as training left them or as a file holds them. It never changes; what it computes
 * runs on a device that is given each time, and has the same bits on each.
 */
public final class TrainedAutoencoder {
    /** Rows whose draws are addressed together, by the number of the first one and by their place after it. */
    public static final int BLOCK = Evaluation.ROWS;
    /** Draws of a step of {@link #evidence} and {@link #complete}. */
    private static final int DRAWS = 16;
    /** How often {@link #complete} encodes what it has completed. */
    private static final int ROUNDS = 3;

    private final Autoencoder model;
    private final int width;
    private final float[] weights;
    private final Networks networks;

    /** Normals q(z | x) of rows, [N][L] each. */
    public record Codes(double[][] mean, double[][] sd) {}

    /**
     * Of given weights.
     *
     * @param width P, the elements of a row
     * @param weights those of {@link Autoencoder#extents} row-major, one after the other
     * @throws IllegalArgumentException if there are more or fewer, or one is not finite
     */
    public TrainedAutoencoder(Autoencoder model, int width, float[] weights) {
        int size = model.extents(width).values().stream()
                .mapToInt(TrainedAutoencoder::size)
                .sum();
        if (weights.length != size) {
            throw new IllegalArgumentException("there are " + weights.length + " weights, but must be " + size);
        }
        for (int i = 0; i < size; i++) {
            if (!Float.isFinite(weights[i])) {
                throw new IllegalArgumentException("weight " + (i + 1) + " is " + weights[i] + ", but must be finite");
            }
        }
        this.model = model;
        this.width = width;
        this.weights = weights.clone();
        networks = new Networks(model, width, new Parameters()::add);
    }

    private static int size(int[] extents) {
        return Arrays.stream(extents).reduce(1, Math::multiplyExact);
    }

    /** What was trained. */
    public Autoencoder model() {
        return model;
    }

    /** P. */
    public int width() {
        return width;
    }

    /** All weights, row-major, one after the other in the order of {@link Autoencoder#extents}. */
    public float[] weights() {
        return weights.clone();
    }

    /** The same with names: {@code encoder weights 1[3,4]}, counted from 1. */
    public PointEstimate parameters() {
        return PointEstimate.of(model.extents(width), weights);
    }

    /**
     * q(z | x) of rows.
     *
     * @param rows [N][P]
     */
    public Codes encode(Device device, double[][] rows) {
        check(rows);
        int latent = model.latent();
        double[][] both = evaluate(device, rows, 2 * latent, x -> {
            Networks.Encoding q = networks.encode(x);
            return Expr.concatenate(1, q.mean(), q.logSd().exp());
        });
        double[][] mean = new double[rows.length][];
        double[][] sd = new double[rows.length][];
        for (int n = 0; n < rows.length; n++) {
            mean[n] = Arrays.copyOf(both[n], latent);
            sd[n] = Arrays.copyOfRange(both[n], latent, 2 * latent);
        }
        return new Codes(mean, sd);
    }

    /** E(x | z) of codes [N][L]. */
    public double[][] decode(Device device, double[][] z) {
        return evaluate(device, z, width, codes -> rows(networks.mean(Networks.byDraw(codes))));
    }

    /** E(x | z) at the mean of q(z | x). */
    public double[][] reconstruct(Device device, double[][] rows) {
        check(rows);
        return evaluate(
                device,
                rows,
                width,
                x -> rows(networks.mean(Networks.byDraw(networks.encode(x).mean()))));
    }

    /** E(x | z) at draws of the prior p(z): what the model takes for rows, without the noise of p(x | z). */
    public double[][] generate(Device device, Key key, int count) {
        int latent = model.latent();
        double[][] components = new double[count][2 * latent];
        double[] probabilities = componentProbabilities();
        SplittableRandom random = new SplittableRandom(key.fork("component").seed());
        for (double[] row : components) {
            int c = choose(probabilities, random.nextDouble());
            for (int i = 0; i < latent; i++) {
                row[i] = model.priorComponents() == 1 ? 0 : weight("prior means", c * latent + i);
                row[latent + i] =
                        model.priorComponents() == 1 ? 1 : StrictMath.exp(weight("prior log sds", c * latent + i));
            }
        }
        double[][] images = new double[count][];
        if (count == 0) {
            return images;
        }
        Evaluation.Normals normals = new Evaluation.Normals(key.fork("generate"), 1, latent);
        try (Evaluation evaluation = new Evaluation(device, weights.length, components, normals, (c, epsilon) -> {
            Expr mean = Networks.byDraw(c.slice(1, 0, latent));
            Expr sd = Networks.byDraw(c.slice(1, latent, 2 * latent));
            return rows(networks.mean(mean.plus(sd.times(epsilon))));
        })) {
            evaluation.run(weights, 1, (row, values, at) -> images[row] = copy(values, at, width));
        }
        return images;
    }

    /** E(x | z) at so many places on the line from the code of one row to that of another, both ends among them. */
    public double[][] interpolate(Device device, double[] from, double[] to, int places) {
        if (places < 2) {
            throw new IllegalArgumentException("places is " + places + ", but must be 2 or more");
        }
        double[][] ends = encode(device, new double[][] {from, to}).mean();
        double[][] z = new double[places][model.latent()];
        for (int p = 0; p < places; p++) {
            double share = (double) p / (places - 1);
            for (int i = 0; i < z[p].length; i++) {
                z[p][i] = ends[0][i] + share * (ends[1][i] - ends[0][i]);
            }
        }
        return decode(device, z);
    }

    /**
     * Completes rows of which only some elements are seen: E(x | x_seen). z comes from the encoder, of the row with what was completed so
     * far in the place of what is not seen, three times over; weights {@code p(x_seen, z)/q(z)} make the last draws the posterior's.
     *
     * @param rows [N][P]; elements that are not seen may have any value
     * @param seen [P]
     * @param draws of z, in multiples of 16
     */
    public Completion complete(Device device, double[][] rows, boolean[] seen, Key key, int draws) {
        double[] mask = new double[width];
        Arrays.setAll(mask, i -> seen[i] ? 1 : 0);
        double[] blank = decode(device, new double[1][model.latent()])[0];
        double[][] filled = new double[rows.length][];
        for (int n = 0; n < rows.length; n++) {
            filled[n] = fill(rows[n], seen, blank);
        }
        check(filled);
        Completing sums = new Completing(rows.length, width);
        for (int round = 0; round < ROUNDS; round++) {
            sums = new Completing(rows.length, width);
            completeOnce(device, filled, mask, key.fork("round " + round), draws, sums);
            for (int n = 0; n < rows.length && round < ROUNDS - 1; n++) {
                filled[n] = fill(rows[n], seen, sums.mean(n));
            }
        }
        return sums.completion();
    }

    private void completeOnce(Device device, double[][] filled, double[] mask, Key key, int draws, Completing sums) {
        Evaluation.Normals normals = new Evaluation.Normals(key, DRAWS, model.latent());
        Expr seen = Expr.data("seen", mask);
        try (Evaluation evaluation = new Evaluation(device, weights.length, filled, normals, (x, epsilon) -> {
            Networks.Encoding q = networks.encode(x);
            Expr z = Networks.draw(q, epsilon);
            Expr logWeight = networks.logLikelihoods(x, z)
                    .times(seen)
                    .sum(2)
                    .plus(networks.logPrior(z))
                    .minus(Networks.logQ(q, z));
            int[] of = z.extents();
            return Expr.concatenate(2, logWeight.reshape(of[0], of[1], 1), networks.mean(z));
        })) {
            evaluation.run(weights, Math.max(1, draws / DRAWS), (row, values, at) -> {
                for (int s = 0; s < DRAWS; s++) {
                    sums.add(row, values, at + s * (1 + width));
                }
            });
        }
    }

    private static double[] fill(double[] row, boolean[] seen, double[] other) {
        double[] filled = row.clone();
        for (int i = 0; i < seen.length; i++) {
            filled[i] = seen[i] ? row[i] : other[i];
        }
        return filled;
    }

    /**
     * log p(x) of rows.
     *
     * @param rows [N][P]
     * @param draws S of z for each row, in multiples of 16
     */
    public RowEvidence evidence(Device device, double[][] rows, Key key, int draws) {
        return evidence(device, rows, 0, key, draws);
    }

    /**
     * log p(x) of some of many rows: what is found of a row depends on its number, not on how many are looked at at once.
     *
     * @param rows [N][P]
     * @param first the number of the first one, a multiple of {@link #BLOCK}
     * @throws IllegalArgumentException if it is none
     */
    public RowEvidence evidence(Device device, double[][] rows, int first, Key key, int draws) {
        if (first < 0 || first % BLOCK != 0) {
            throw new IllegalArgumentException("first is " + first + ", but must be a multiple of " + BLOCK);
        }
        check(rows);
        int steps = Math.max(1, draws / DRAWS);
        double[][] logWeights = new double[rows.length][steps * DRAWS];
        int[] next = new int[rows.length];
        Evaluation.Normals normals = new Evaluation.Normals(key, DRAWS, model.latent()).from(first);
        try (Evaluation evaluation = new Evaluation(
                device,
                weights.length,
                rows,
                normals,
                (x, epsilon) -> networks.logWeights(x, networks.encode(x), epsilon))) {
            evaluation.run(weights, steps, (row, values, at) -> {
                for (int s = 0; s < DRAWS; s++) {
                    logWeights[row][next[row]++] = values[at + s];
                }
            });
        }
        return RowEvidence.of(logWeights);
    }

    /** The mean over rows of KL(q(z_i | x) ‖ N(0, 1)) for each latent dimension i: 0 of one that is not used. */
    double[] divergence(Device device, double[][] rows) {
        double[][] each = evaluate(device, rows, model.latent(), x -> Networks.divergence(networks.encode(x)));
        double[] mean = new double[model.latent()];
        for (double[] row : each) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / each.length;
            }
        }
        return mean;
    }

    /** As {@link Autoencoder#check}, and of this width. */
    private void check(double[][] rows) {
        model.check(rows);
        if (rows[0].length != width) {
            throw new IllegalArgumentException(
                    "rows have " + rows[0].length + " elements, but those that trained it had " + width);
        }
    }

    // ---- evaluation ----

    private interface OfRows {
        /** [n][columns] of x [n][width]. */
        Expr of(Expr x);
    }

    private double[][] evaluate(Device device, double[][] rows, int columns, OfRows what) {
        double[][] values = new double[rows.length][];
        if (rows.length == 0) {
            return values;
        }
        try (Evaluation evaluation =
                new Evaluation(device, weights.length, rows, Evaluation.Normals.none(), (x, epsilon) -> what.of(x))) {
            evaluation.run(weights, 1, (row, of, at) -> values[row] = copy(of, at, columns));
        }
        return values;
    }

    private static double[] copy(float[] values, int at, int columns) {
        double[] row = new double[columns];
        for (int i = 0; i < columns; i++) {
            row[i] = values[at + i];
        }
        return row;
    }

    /** [N][1][P] as [N][P]. */
    private static Expr rows(Expr x) {
        int[] of = x.extents();
        return x.reshape(of[0], of[2]);
    }

    private double weight(String name, int element) {
        int at = 0;
        for (Map.Entry<String, int[]> each : model.extents(width).entrySet()) {
            if (each.getKey().equals(name)) {
                return weights[at + element];
            }
            at += size(each.getValue());
        }
        throw new AssertionError(name);
    }

    private double[] componentProbabilities() {
        double[] probabilities = new double[model.priorComponents()];
        double sum = 0;
        for (int c = 0; c < probabilities.length; c++) {
            probabilities[c] = probabilities.length == 1 ? 1 : StrictMath.exp(weight("prior logits", c));
            sum += probabilities[c];
        }
        for (int c = 0; c < probabilities.length; c++) {
            probabilities[c] /= sum;
        }
        return probabilities;
    }

    private static int choose(double[] probabilities, double uniform) {
        double below = 0;
        for (int c = 0; c < probabilities.length - 1; c++) {
            below += probabilities[c];
            if (uniform < below) {
                return c;
            }
        }
        return probabilities.length - 1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TrainedAutoencoder that
                && model.equals(that.model)
                && width == that.width
                && Arrays.equals(weights, that.weights);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(weights);
    }

    @Override
    public String toString() {
        return "autoencoder of " + width + " elements and " + model.latent() + " latent dimensions";
    }
}
