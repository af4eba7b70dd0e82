package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a run of {@link Sgvi} is of: the joint as steps see it, q, and the coordinates of the steps. */
final class SgviParts implements AutoCloseable {
    final LogJoint joint; // all rows, as it was given
    final LogJoint rows; // all rows or minibatches, as given
    final int epoch; // steps of an epoch; 0 without minibatches
    final int cap; // on steps, but for those of a last attempt to settle after minibatches
    final Key key;
    final Key training; // of the steps' draws
    final VariationalFamily q;
    final VariationalFamily average; // over the steps of a block
    final Geometry geometry;
    final Coordinates coordinates; // of the steps
    final LogJoint whole; // all rows, in the coordinates of the steps
    final @Nullable RowSample sample; // null where rows are not so many
    final Resources opened;

    SgviParts(SgviSettings settings, Device device, LogJoint joint) {
        this.joint = joint;
        opened = new Resources(device);
        key = new Key(settings.seed);
        training = key.fork("training").with(settings.points);
        int dimensions = joint.dimensions();
        double[] mean = settings.initialMean == null ? joint.start() : settings.initialMean.clone();
        double[] sd = new double[dimensions];
        Arrays.fill(sd, settings.initialSd);
        try {
            sample = RowSample.of(joint, settings.sampling, key);
            if (sample != null) {
                opened.add(sample::close);
            }
            rows = SgviArguments.rows(settings, joint, key);
            if (rows != joint) {
                opened.add(rows::close);
            }
            epoch = rows == joint ? 0 : rows.stepsPerEpoch();
            cap = epoch == 0
                    ? settings.maxSteps
                    : settings.maxSteps - Math.min(SettlingWindow.RESERVE, settings.maxSteps / 4);
            q = settings.family.create(device, 1, dimensions);
            opened.add(q::close);
            q.numberFrom(settings.problem);
            average = settings.family.create(device, 1, dimensions);
            opened.add(average::close);
            average.numberFrom(settings.problem);
            geometry = Geometry.of(q);
            coordinates = settings.optimizer.adapts() ? geometry.coordinates(device, mean) : Coordinates.PLAIN;
            opened.add(coordinates::close);
            whole = coordinates.wrap(joint);
            q.set(0, coordinates.of(mean), sd);
            average.set(0, mean, sd);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Null where the user chose the rates, where the model need not have a gradient, or where the family has none. */
    @Nullable
    Settling settling(SgviSettings settings, Trace trace) {
        NaturalGradient gradient = settings.isGuided() ? geometry.naturalGradient(settings, joint, whole, key) : null;
        if (gradient == null) {
            return null;
        }
        opened.add(gradient::close);
        return new Settling(settings, joint, coordinates, gradient, trace);
    }

    @Override
    public void close() {
        opened.close();
    }
}
