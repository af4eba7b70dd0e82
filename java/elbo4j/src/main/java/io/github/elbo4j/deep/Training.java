package io.github.elbo4j.deep;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.Progress;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * How an {@link Autoencoder} is trained: steps of Adam on minibatches, at a rate that is lowered twice, and the mean of the latest
 * weights. Some rows are held out: the weights with the highest bound on these are kept, and training ends when that
 * has not risen for a while. All that it does is a function of the seed, whatever the device.
 *
 * @param steps at most
 * @param batch rows of a step; all rows if there are fewer
 * @param rate the first learning rate
 * @param heldOut the share of the rows that is held out, from 0 to 0.9
 * @param draws z for each held-out row by which its log p(x) is estimated at the end
 * @param seed of the weights' start, the minibatches and all draws
 */
public record Training(int steps, int batch, double rate, double heldOut, int draws, long seed) {
    /** Held-out rows that are looked at during training, and at its end. */
    static final int MOST_HELD_OUT = 1024;

    public Training {
        atLeastOne("steps", steps);
        atLeastOne("batch", batch);
        if (!(rate > 0 && Double.isFinite(rate))) {
            throw new IllegalArgumentException("the learning rate is " + rate + ", but must be positive");
        }
        if (!(heldOut >= 0 && heldOut <= 0.9)) {
            throw new IllegalArgumentException(
                    "the share that is held out is " + heldOut + ", but must be from 0 to 0.9");
        }
        if (draws < 32) {
            throw new IllegalArgumentException("draws is " + draws + ", but must be 32 or more");
        }
    }

    /** 10,000 steps of 128 rows at a rate of 0.002, a tenth of the rows held out, 1,024 draws, seed 0. */
    public Training() {
        this(10_000, 128, 0.002, 0.1, 1024, 0);
    }

    /** With at most so many steps. */
    public Training steps(int value) {
        return new Training(value, batch, rate, heldOut, draws, seed);
    }

    /** With so many rows of a step. */
    public Training batch(int value) {
        return new Training(steps, value, rate, heldOut, draws, seed);
    }

    /** With this learning rate. */
    public Training rate(double value) {
        return new Training(steps, batch, value, heldOut, draws, seed);
    }

    /** With this share of the rows held out. */
    public Training heldOut(double value) {
        return new Training(steps, batch, rate, value, draws, seed);
    }

    /** With so many draws for each row's log p(x). */
    public Training draws(int value) {
        return new Training(steps, batch, rate, heldOut, value, seed);
    }

    /** With this seed. */
    public Training seed(long value) {
        return new Training(steps, batch, rate, heldOut, draws, value);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be 1 or more");
        }
    }

    /** The numbers from 0 of the rows that are held out of so many, increasing: at least one row is trained on. */
    public int[] heldOutRows(int rows) {
        int[] order = new Key(seed).fork("held out").permutation(rows);
        int[] out = Arrays.copyOf(order, (int) Math.min(rows - 1L, Math.round(heldOut * rows)));
        Arrays.sort(out);
        return out;
    }

    /**
     * The key by which log p(x) of the rows that are held out is estimated: {@link TrainedAutoencoder#evidence} of the same rows, in the
     * same order, with it and as many draws has the bits of the fit.
     */
    public Key heldOutKey() {
        return evaluation().fork("held out");
    }

    Key evaluation() {
        return new Key(seed).fork("evaluation");
    }

    /**
     * Trains.
     *
     * @param rows [N][P], finite, and from 0 to 1 for {@link Decoder#BERNOULLI}
     * @throws IllegalArgumentException if a row is not; the message names row and column
     */
    public AutoencoderFit fit(Device device, Autoencoder model, double[][] rows) {
        return fit(device, model, rows, () -> false, progress -> {});
    }

    /**
     * Trains.
     *
     * @param cancelled asked now and then; once it returns true, the fit ends with the best weights so far
     * @param listener told now and then, of the mean bound of a row
     */
    public AutoencoderFit fit(
            Device device, Autoencoder model, double[][] rows, BooleanSupplier cancelled, Progress.Listener listener) {
        model.check(rows);
        return new TrainingRun(device, model, this, rows)
                .fit(Objects.requireNonNull(cancelled), Objects.requireNonNull(listener));
    }
}
