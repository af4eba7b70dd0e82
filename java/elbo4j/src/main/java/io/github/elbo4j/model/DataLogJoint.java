package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Recorder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log-joint of a {@link DataModel}: {@code log p(z) + N/n · Σ_{n rows} log p(x_n | z)}. It is the one place that
 * scales, for all rows (n = N) and for minibatches alike.
 */
public final class DataLogJoint implements LogJoint {
    private final DataModel model;
    private final Rows all;

    /**
     * All rows.
     *
     * @param model closed with this
     */
    public DataLogJoint(DataModel model) {
        this.model = model;
        this.all = Rows.all(model.observations());
    }

    public DataModel model() {
        return model;
    }

    @Override
    public int dimensions() {
        return model.dimensions();
    }

    @Override
    public List<String> parameterNames() {
        return model.parameterNames();
    }

    @Override
    public void record(Recorder to, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        record(to, all, shape, z, logP, gradient);
    }

    @Override
    public @Nullable String roundingLoss() {
        return model.roundingLoss();
    }

    /**
     * An unbiased estimate of this joint from {@code size} rows, other rows at each step. Rows come from an endless
     * stream of permutations of all of them, so an epoch uses each row once.
     *
     * @param size n, from 1 to N
     * @param key of the permutations
     * @return shares this joint's memory and must be closed before it
     */
    public LogJoint minibatches(int size, Key key) {
        if (size < 1 || size > model.observations()) {
            throw new IllegalArgumentException(
                    "batch is " + size + ", but must be from 1 to the number of rows, " + model.observations());
        }
        return size == model.observations() ? this : new MinibatchLogJoint(this, size, key);
    }

    void record(Recorder to, Rows rows, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        double scale = (double) model.observations() / rows.count();
        model.logPrior(to, shape, z, logP, gradient);
        int draws = Math.toIntExact(shape.allDraws());
        Buffer value = to.scratch(ElementType.FLOAT64, draws);
        Buffer slope = gradient == null ? null : to.scratch(shape.elements());
        model.logLikelihood(to, rows, shape, z, value, slope);
        to.run(new MathOps.Scale(scale, Matrix.of(value, 1, draws), true, Matrix.of(logP, 1, draws)));
        if (gradient != null && slope != null) {
            to.run(new MathOps.Axpy(shape.elements(), (float) scale, slope, gradient));
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
