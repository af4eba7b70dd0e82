package io.github.elbo4j.deep;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.infer.Adam;
import io.github.elbo4j.infer.PointAscent;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** One training of an {@link Autoencoder}. */
final class TrainingRun {
    /** Looks at the held-out rows in the course of all steps. */
    private static final int LOOKS = 50;
    /** Looks without a higher bound after which training ends. */
    private static final int PATIENCE = 15;
    /** Shares of the steps at which the rate is lowered. */
    private static final double FIRST_LOWERING = 0.6;

    private static final double SECOND_LOWERING = 0.85;
    /** The mean of the weights reaches back about a tenth of the steps so far (Shamir and Zhang 2013). */
    private static final double AVERAGED = 10;
    /** Draws of z for a held-out row at a look. */
    private static final int DRAWS = 8;

    private final Device device;
    private final Autoencoder spec;
    private final Training settings;
    private final Key key;
    private final double[][] train;
    private final double[][] heldOut;
    private final Model model;
    private final Networks networks;
    private final List<AutoencoderFit.Look> looks = new ArrayList<>();

    TrainingRun(Device device, Autoencoder spec, Training settings, double[][] rows) {
        this.device = device;
        this.spec = spec;
        this.settings = settings;
        key = new Key(settings.seed());
        int[] out = settings.heldOutRows(rows.length);
        heldOut = pick(rows, out);
        train = pick(
                rows,
                IntStream.range(0, rows.length)
                        .filter(n -> Arrays.binarySearch(out, n) < 0)
                        .toArray());
        int width = rows[0].length;
        AtomicReference<Networks> made = new AtomicReference<>();
        model = Model.define(m -> {
            Table table = m.rows(Table.empty().with("row", new double[train.length]));
            Networks of = new Networks(spec, width, (name, extents) -> m.weight(name, Flat.real(), extents));
            Networks.start(spec, width, key.fork("start")).forEach(m::startAt);
            double[] all = Arrays.stream(train).flatMapToDouble(Arrays::stream).toArray();
            Expr x = table.matrix("x", width, all);
            m.factor(
                    "bound",
                    of.objective(x, table.normals("epsilon", key.fork("training"), spec.importance(), spec.latent())));
            made.set(of);
        });
        networks = Objects.requireNonNull(made.get());
    }

    private static double[][] pick(double[][] rows, int[] which) {
        return Arrays.stream(which).mapToObj(n -> rows[n]).toArray(double[][]::new);
    }

    AutoencoderFit fit(BooleanSupplier cancelled, Progress.Listener listener) {
        long began = System.nanoTime();
        double[][] watched = heldOut.length == 0 ? train : heldOut;
        double[][] some = Arrays.copyOf(watched, Math.min(watched.length, Training.MOST_HELD_OUT));
        Key looking = key.fork("look");
        int batch = Math.min(settings.batch(), train.length);
        Adam adam = new Adam(settings.rate(), 0.3, 0.9, 0.999);
        int every = Math.max(1, settings.steps() / LOOKS);
        float[] best = null;
        int bestLook = -1;
        double recent = Double.NaN;
        Status status = Status.STEP_LIMIT;
        int done = 0;
        try (RowsLogJoint joint = model.logJointWithWeights(device);
                LogJoint batches = joint.minibatches(batch, key.fork("minibatch"));
                PointAscent ascent = new PointAscent(device, batches, adam);
                Evaluation watch = new Evaluation(
                        device,
                        joint.dimensions(),
                        some,
                        new Evaluation.Normals(looking, DRAWS, spec.latent()),
                        (x, epsilon) -> networks.logWeights(x, networks.encode(x), epsilon))) {
            ascent.begin(joint.start());
            for (int t = 0; t < settings.steps(); t++) {
                Interrupts.check();
                double share = t < SECOND_LOWERING * settings.steps() ? AVERAGED / (t + AVERAGED) : shareLate(t);
                ascent.step(t, phase(t), share);
                done = t + 1;
                boolean stop = cancelled.getAsBoolean();
                if (done % every != 0 && done < settings.steps() && !stop) {
                    continue;
                }
                recent = ascent.logP() / train.length;
                float[] weights = ascent.mean();
                double bound = bound(watch, weights, some.length);
                looks.add(new AutoencoderFit.Look(done, recent, bound));
                if (!Double.isFinite(recent) || !Double.isFinite(bound) || !finite(weights)) {
                    status = Status.DIVERGED;
                    break;
                }
                listener.progress(new Progress(done, settings.steps(), bound, 0, rate(done, batch, began)));
                if (bestLook < 0 || bound > looks.get(bestLook).heldOut()) {
                    best = weights;
                    bestLook = looks.size() - 1;
                }
                if (stop) {
                    status = Status.INTERRUPTED;
                    break;
                }
                if (looks.size() - 1 - bestLook >= PATIENCE && heldOut.length > 0) {
                    status = Status.CONVERGED;
                    break;
                }
            }
            float[] end = best == null ? floats(joint.start()) : best;
            Finished finished = new Finished(
                    done, status, bestLook < 0 ? 0 : looks.get(bestLook).step(), began);
            TrainedAutoencoder trained = new TrainedAutoencoder(spec, train[0].length, end);
            return new Judgement(device, trained, settings).judge(train, heldOut, List.copyOf(looks), finished);
        }
    }

    /** How the steps ended. */
    record Finished(int steps, Status status, int bestStep, long began) {}

    private double shareLate(int t) {
        int since = t - (int) (SECOND_LOWERING * settings.steps());
        return Math.max(AVERAGED / (t + AVERAGED), 1.0 / (since + 1)); // at the lowest rate the mean begins anew
    }

    private int phase(int t) {
        return t < FIRST_LOWERING * settings.steps() ? 0 : t < SECOND_LOWERING * settings.steps() ? 1 : 2;
    }

    private double rate(int steps, int batch, long began) {
        return (double) steps * batch * spec.importance() / ((System.nanoTime() - began) / 1e9);
    }

    /** The mean ELBO of the rows, by the same draws at each look. */
    private static double bound(Evaluation watch, float[] weights, int rows) {
        double[] sum = {0};
        watch.run(weights, 1, (row, values, at) -> {
            for (int s = 0; s < DRAWS; s++) {
                sum[0] += values[at + s];
            }
        });
        return sum[0] / ((double) rows * DRAWS);
    }

    private static boolean finite(float[] values) {
        boolean finite = true;
        for (float value : values) {
            finite &= Float.isFinite(value);
        }
        return finite;
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
