package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.device.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log-joint of a {@link DataModel}: {@code log p(z) + N/n · Σ_{n rows} log p(x_n | z)}. It is the one place that
 * scales, for all rows (n = N) and for minibatches alike.
 */
public final class DataLogJoint implements LogJoint {
    private final DataModel model;
    private final Ops ops;
    private final Rows all;
    private final Scratch likelihood; // [B][S]
    private final Scratch likelihoodGradient; // [B][S][D]
    private @Nullable Views views;

    /**
     * All rows.
     *
     * @param model closed with this
     */
    public DataLogJoint(DataModel model) {
        this.model = model;
        this.ops = model.device().ops();
        this.all = Rows.all(model.observations());
        this.likelihood = new Scratch(model.device(), ElementType.FLOAT64);
        this.likelihoodGradient = new Scratch(model.device(), ElementType.FLOAT32);
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
    public void evaluate(Shape shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        evaluate(all, shape, z, logP, gradient);
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

    void evaluate(Rows rows, Shape shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        double scale = (double) model.observations() / rows.count();
        model.logPrior(shape, z, logP, gradient);
        Buffer value = likelihood.get(shape.rows());
        Buffer slope = gradient == null ? null : likelihoodGradient.get(shape.elements());
        model.logLikelihood(rows, shape, z, value, slope);
        Views sum = views(value, logP, Math.toIntExact(shape.rows()));
        ops.scale(scale, sum.likelihood, true, sum.logP);
        if (gradient != null && slope != null) {
            ops.axpy(shape.elements(), (float) scale, slope, gradient);
        }
    }

    /** The views of a sum, kept while the same buffers come, so that a step makes no garbage. */
    private record Views(Matrix likelihood, Matrix logP) {}

    @SuppressWarnings("ReferenceEquality") // the very buffers that the views look into
    private Views views(Buffer value, Buffer logP, int draws) {
        Views kept = views;
        if (kept == null
                || kept.likelihood.buffer() != value
                || kept.logP.buffer() != logP
                || kept.logP.columns() != draws) {
            kept = new Views(Matrix.of(value, 1, draws), Matrix.of(logP, 1, draws));
            views = kept;
        }
        return kept;
    }

    @Override
    public void close() {
        likelihood.close();
        likelihoodGradient.close();
        model.close();
    }
}
