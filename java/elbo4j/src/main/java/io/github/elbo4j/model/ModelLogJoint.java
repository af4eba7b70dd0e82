package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Translation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link Model} on a device: its expressions, translated into operations. */
final class ModelLogJoint implements RowsLogJoint {
    private final Model model;
    private final List<String> names;
    private final Translation translation;

    /** @param joint of the model's coordinates */
    ModelLogJoint(Device device, Model model, Joint joint) {
        this.model = model;
        this.names = model.coordinateNames();
        this.translation = new Translation(device, joint, observations());
    }

    @Override
    public Device device() {
        return translation.device();
    }

    @Override
    public int dimensions() {
        return model.dimensions();
    }

    @Override
    public List<String> parameterNames() {
        return names;
    }

    @Override
    public int observations() {
        return model.rows();
    }

    @Override
    public boolean drawsNormals() {
        return translation.drawsNormals();
    }

    @Override
    public void record(Recorder to, Rows rows, DrawBlock shape, Buffer z, Buffer logP, @Nullable Buffer gradient) {
        translation.record(to, rows.batch(), shape, z, logP, gradient);
    }

    @Override
    public Quantities quantities() {
        return model.derived();
    }

    @Override
    public double[] start() {
        return model.start();
    }

    @Override
    public void close() {
        translation.close();
    }
}
