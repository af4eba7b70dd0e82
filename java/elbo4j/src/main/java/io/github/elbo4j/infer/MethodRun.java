package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One fit of a method that follows L-BFGS paths of log p: what all of these have in common. */
abstract class MethodRun implements AutoCloseable {
    final Device device;
    final LogJoint joint;
    final int dimensions;
    final Key key; // of the whole fit
    final Resources opened;
    final PointDensity density;
    final BooleanSupplier cancelled;
    List<Mode> modes = List.of();
    String began = ""; // where it started, in a clause
    private final long seed;
    private final long begun = System.nanoTime();

    MethodRun(Device device, LogJoint joint, long seed, BooleanSupplier cancelled) {
        this.device = device;
        this.joint = joint;
        this.seed = seed;
        this.cancelled = cancelled;
        dimensions = joint.dimensions();
        key = new Key(seed);
        opened = new Resources(device);
        density = new PointDensity(device, joint);
        opened.add(density::close);
    }

    /** Looks for a start; false if log p is finite nowhere. */
    abstract boolean start();

    /** Goes on from the start. */
    abstract Ending advance();

    /** Of a run that was stopped where it is. */
    abstract Ending stopped();

    /** How far it got, such as {@code step 3}; null before there is anything to keep. */
    abstract @Nullable String reached();

    abstract FitResult result(Ending ending);

    final FitResult fit() {
        Ending ending;
        try {
            boolean started = start();
            ending = isCancelled() ? stopped() : started ? advance() : new Ending(Status.DIVERGED, began);
        } catch (CancellationException e) {
            ending = stopped();
        } catch (DeviceException e) {
            String reached = reached();
            // An exception that the user's own function throws is passed on to the user.
            if (reached == null || (joint instanceof HostLogJoint host && host.threw(e))) {
                throw e;
            }
            ending = new Ending(Status.FAILED, "the device failed after " + reached + ": " + e.getMessage());
        }
        return result(ending);
    }

    /** Since it began. */
    final double seconds() {
        return (System.nanoTime() - begun) * 1e-9;
    }

    final boolean isCancelled() {
        return cancelled.getAsBoolean();
    }

    /**
     * Searches by paths.
     *
     * @param q of the family that is fitted
     * @param most draws that judge the last few normals
     * @param sample null where rows are not so many
     */
    final Starts.Found search(VariationalFamily q, int most, int paths, @Nullable RowSample sample) {
        Starts starts = new Starts(device, density, Geometry.of(q), key, cancelled, most);
        Starts.Found found = starts.search(device, joint.start(), paths, key, sample);
        began = found.words();
        modes = found.modes();
        return found;
    }

    /**
     * The result.
     *
     * @param told the settings
     * @param draws of steps and comparisons
     * @param accounts beside that of the weights
     */
    final FitResult result(
            String method,
            String family,
            Map<String, Object> told,
            int steps,
            FreshDraws judged,
            Posterior posterior,
            List<TracePoint> trace,
            long draws,
            List<Account> accounts) {
        return new FitResult(
                method,
                family,
                told,
                device.name(),
                device.arithmetic(),
                device.rng(),
                seed,
                steps,
                judged.status(),
                began,
                judged.message(),
                judged.elbo(),
                judged.logEvidence(),
                judged.assessment(),
                modes,
                posterior,
                trace,
                seconds(),
                draws,
                judged.accounts(accounts));
    }

    @Override
    public final void close() {
        opened.close();
    }
}
