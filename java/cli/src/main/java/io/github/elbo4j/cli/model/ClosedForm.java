package io.github.elbo4j.cli.model;

import io.github.elbo4j.conjugate.CaviSettings;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import java.util.function.BooleanSupplier;

/** A fit by closed-form updates, which only some models have. */
public interface ClosedForm {
    /**
     * Fits.
     *
     * @param seed of the draws that judge it
     */
    FitResult fit(Device device, long seed, BooleanSupplier cancelled);

    /** The default settings of coordinate ascent, but for these. */
    static CaviSettings settings(long seed, BooleanSupplier cancelled) {
        CaviSettings usual = CaviSettings.ofSeed(seed);
        return new CaviSettings(usual.maxSweeps(), usual.tolerance(), seed, cancelled);
    }
}
