package io.github.elbo4j.spark;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.model.DataModel;
import io.github.elbo4j.model.RowSumModel;
import io.github.elbo4j.model.Rows;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model whose rows are on a cluster, as methods on the driver see it: the prior is computed here, the likelihood is a pass over all rows. Some
 * rows, as a sample or a minibatch takes them, are brought to the driver.
 */
final class ClusterModel implements DataModel {
    private final SparkRows rows;
    private final RowModel model;
    private final Function<Pass, PassTotals> passes;
    private final RowSumModel first; // of the first rows: names, prior, and what is made of sums
    private final @Nullable String roundingLoss;
    private final Workspace workspace; // of what is computed from some rows
    private int[] sampled = {};
    private @Nullable RowSumModel sample; // of the sampled rows

    ClusterModel(
            Device device,
            SparkRows rows,
            RowModel model,
            Function<Pass, PassTotals> passes,
            @Nullable String roundingLoss) {
        this.rows = rows;
        this.model = model;
        this.passes = passes;
        this.roundingLoss = roundingLoss;
        first = model.on(device, rows.some(new int[] {0}));
        workspace = new Workspace(device);
    }

    @Override
    public Device device() {
        return first.device();
    }

    @Override
    public int dimensions() {
        return first.dimensions();
    }

    @Override
    public List<String> parameterNames() {
        return first.parameterNames();
    }

    @Override
    public int observations() {
        return Math.toIntExact(rows.rows());
    }

    @Override
    public @Nullable String roundingLoss() {
        return roundingLoss;
    }

    @Override
    public boolean isLogConcave() {
        return first.isLogConcave();
    }

    @Override
    public void logPrior(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        first.logPrior(to, shape, z, logP, gradient);
    }

    @Override
    public void logLikelihood(
            Recorder to, Rows of, DrawBlock shape, Buffer z, Buffer logLikelihood, @Nullable Buffer gradient) {
        if (of.index() == null) {
            to.call("a pass over the rows of a cluster", () -> pass(shape, z, logLikelihood, gradient));
        } else {
            to.call("some rows of a cluster", () -> some(of, shape, z, logLikelihood, gradient));
        }
    }

    private void pass(DrawBlock shape, Buffer z, Buffer logLikelihood, @Nullable Buffer gradient) {
        float[] draws = new float[Math.toIntExact(shape.elements())];
        z.read(0, draws, 0, draws.length);
        int count = Math.toIntExact(shape.allDraws());
        PassTotals totals = passes.apply(new Pass(count, draws, gradient != null));
        double[] values = totals.sums().clone();
        float[] slopes = gradient == null ? null : totals.slopes().clone();
        first.fromSums(rows.rows(), draws, values, slopes);
        logLikelihood.write(0, values, 0, count);
        if (gradient != null && slopes != null) {
            gradient.write(0, slopes, 0, slopes.length);
        }
    }

    private void some(Rows of, DrawBlock shape, Buffer z, Buffer logLikelihood, @Nullable Buffer gradient) {
        int[] numbers = new int[of.count()];
        Objects.requireNonNull(of.index()).read(of.first().now(), numbers, 0, numbers.length);
        if (sample == null || !Arrays.equals(numbers, sampled)) {
            forgetSample();
            sample = model.on(device(), rows.some(numbers));
            sampled = numbers;
        }
        RowSumModel local = sample;
        Recorder.run(
                workspace, to -> local.logLikelihood(to, Rows.all(numbers.length), shape, z, logLikelihood, gradient));
    }

    private void forgetSample() {
        if (sample != null) {
            sample.close();
            sample = null;
        }
    }

    @Override
    public void close() {
        forgetSample();
        workspace.close();
        first.close();
    }
}
