package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;

/** Checks of the model, the family and the number of draws of an estimate. */
final class EstimateChecks {
    private EstimateChecks() {}

    static void fit(LogJoint joint, VariationalFamily family, int draws) {
        if (joint.dimensions() != family.dimensions()) {
            throw new IllegalArgumentException(
                    "the model has " + joint.dimensions() + " dimensions, but the family has " + family.dimensions());
        }
        draws(draws);
    }

    /** For an error that is told from the scatter of draws. */
    static void independent(Key key) {
        if (key.points() != PointSet.INDEPENDENT) {
            throw new IllegalArgumentException("the points of the key are " + key.points()
                    + ", but the standard error of this estimate is that of INDEPENDENT draws");
        }
    }

    static void draws(int draws) {
        if (draws < 1) {
            throw new IllegalArgumentException("draws is " + draws + ", but must be 1 or more");
        }
    }
}
