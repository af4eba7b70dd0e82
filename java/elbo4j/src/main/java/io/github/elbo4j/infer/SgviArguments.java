package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What a joint must be to be fitted with given settings. */
final class SgviArguments {
    private SgviArguments() {}

    /** Refuses what does not fit. */
    static void check(SgviSettings settings, Device device, LogJoint joint) {
        Objects.requireNonNull(device, "device is null");
        Objects.requireNonNull(joint, "joint is null");
        int dimensions = joint.dimensions();
        double[] mean = settings.initialMean;
        if (mean != null && mean.length != dimensions) {
            throw new IllegalArgumentException(
                    "initialMean has " + mean.length + " elements, but the model has " + dimensions + " dimensions");
        }
        if (settings.points == PointSet.SOBOL && dimensions > PointSet.MOST_DIMENSIONS) {
            throw new IllegalArgumentException("points is SOBOL, of which there are " + PointSet.MOST_DIMENSIONS
                    + " dimensions at most, but the model has " + dimensions
                    + " dimensions; take antithetic or independent draws");
        }
        checkNames(joint.parameterNames(), dimensions);
        FitResult first = settings.first;
        if (first != null && !first.parameterNames().equals(joint.parameterNames())) {
            throw new IllegalArgumentException("the fit to continue from has the parameters " + first.parameterNames()
                    + ", but the model has " + joint.parameterNames());
        }
    }

    private static void checkNames(List<String> names, int dimensions) {
        if (names.size() != dimensions) {
            throw new IllegalArgumentException(
                    "the model has " + dimensions + " dimensions, but names " + names.size() + " parameters");
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        "the model has two parameters named '" + name + "', but each needs a name of its own");
            }
        }
    }

    /** The joint itself, or minibatches of it, which the caller closes. */
    static LogJoint rows(SgviSettings settings, LogJoint joint, Key key) {
        if (settings.batch == 0) {
            return joint;
        }
        if (!(joint instanceof RowsLogJoint data)) {
            throw new IllegalArgumentException("batch is " + settings.batch + ", but the model is a "
                    + joint.getClass().getSimpleName() + ", not a RowsLogJoint, so it has no rows to choose from");
        }
        return settings.batch == data.observations() ? joint : data.minibatches(settings.batch, key.fork("minibatch"));
    }
}
