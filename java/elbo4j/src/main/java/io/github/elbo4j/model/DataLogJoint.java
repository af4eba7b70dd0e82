package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Recorder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log-joint of a {@link DataModel}: {@code log p(z) + N/n · Σ_{n rows} log p(x_n | z)}. It is the one place that
 * scales, for all rows (n = N) and for minibatches alike.
 */
public final class DataLogJoint implements RowsLogJoint {
    private final DataModel model;

    /**
     * All rows.
     *
     * @param model closed with this
     */
    public DataLogJoint(DataModel model) {
        this.model = model;
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
    public Device device() {
        return model.device();
    }

    @Override
    public int observations() {
        return model.observations();
    }

    @Override
    public @Nullable String roundingLoss() {
        return model.roundingLoss();
    }

    @Override
    public boolean isLogConcave() {
        return model.isLogConcave();
    }

    @Override
    public void record(Recorder to, Rows rows, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
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
