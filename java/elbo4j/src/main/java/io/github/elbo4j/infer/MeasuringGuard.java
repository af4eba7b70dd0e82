package io.github.elbo4j.infer;

import io.github.elbo4j.device.DeviceException;
import java.util.concurrent.CancellationException;

/** How a fit ends while its result is measured: a device that is lost, or a user who stops it, takes nothing of what is there. */
final class MeasuringGuard {
    private Ending ending;

    /** @param ending of the fit itself */
    MeasuringGuard(Ending ending) {
        this.ending = ending;
    }

    /** Measures as far as the device and the user let it; how the fit ended says so where they do not. */
    boolean succeeds(Runnable measuring) {
        try {
            measuring.run();
            return true;
        } catch (CancellationException e) {
            ending = ending.then(Status.INTERRUPTED, "the result was not measured");
        } catch (DeviceException e) {
            if (ending.status() != Status.FAILED) {
                ending = ending.then(Status.FAILED, "measuring the result failed: " + e.getMessage());
            }
        }
        return false;
    }

    /** That of the fit and of what was measured so far. */
    Ending ending() {
        return ending;
    }
}
