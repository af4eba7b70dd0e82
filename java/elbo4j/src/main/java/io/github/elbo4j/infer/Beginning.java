package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import org.jspecify.annotations.Nullable;

/**
 * Where a run of {@link Sgvi} begins.
 *
 * @param parameters of the first q in z; null for the normal that its settings say
 * @param words where that is from, in a clause; empty for that normal
 * @param found what paths found; null if none were walked
 */
record Beginning(float @Nullable [] parameters, String words, Starts.@Nullable Found found) {
    static final Beginning PLAIN = new Beginning(null, "", null);

    /** @param sample null where rows are not so many */
    static Beginning of(
            SgviSettings settings, Device device, LogJoint joint, Geometry geometry, @Nullable RowSample sample) {
        if (settings.beginning != null) {
            return settings.beginning;
        }
        if (settings.first != null) {
            return continued(settings.first, geometry);
        }
        return settings.isGuided() && settings.starts > 0 ? searched(settings, device, joint, geometry, sample) : PLAIN;
    }

    /** At the posterior of another fit. */
    private static Beginning continued(FitResult first, Geometry geometry) {
        int steps = first.steps();
        return new Beginning(
                geometry.continued(first.gaussian()),
                "continued from a fit of " + steps + (steps == 1 ? " step" : " steps"),
                null);
    }

    /** At the best normal along paths, if there is one. */
    private static Beginning searched(
            SgviSettings settings, Device device, LogJoint joint, Geometry geometry, @Nullable RowSample sample) {
        Key key = new Key(settings.seed);
        double[] mean = settings.initialMean == null ? joint.start() : settings.initialMean;
        try (PointDensity density = new PointDensity(device, joint)) {
            Starts starts = new Starts(device, density, geometry, key, settings.cancelled, settings.effort.finalists());
            Starts.Found found = starts.search(device, mean, settings.starts, key, sample);
            StartNormal normal = found.normal();
            return new Beginning(normal == null ? null : normal.parameters(geometry.q), found.words(), found);
        }
    }
}
